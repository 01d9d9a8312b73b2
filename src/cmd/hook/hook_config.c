/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/hook/hook_config.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "os/file.h"
#include "record/schema.h"
#include "serve/account.h"
#include "base/banned.h"

enum { GIVE_UP_S = 3 * 86400, GIVE_UP_S_MAX = 30 * 86400, SECRET_FILE_BYTES_MAX = 1024 };

/* A hook while it is read. */
struct reading {
    struct hook *hook;
    const struct yaml_node *at;
    struct fault *fault;
};

static status wrong(struct reading *r, const struct yaml_node *at, const char *what)
{
    r->at = at;
    return fault_set(r->fault, FAIL(E_VALUE), "%s", what);
}

static status take_text(struct reading *r, const struct yaml_node *value, char *ret_text,
                        size_t cap)
{
    const bool fits = value->type == YAML_TEXT && value->text.len > 0 && value->text.len < cap &&
                      memchr(value->text.at, 0, value->text.len) == NULL;
    if (!fits) return wrong(r, value, "a text is expected, and not such a long one");
    bytes_copy(ret_text, cap - 1, value->text);
    ret_text[value->text.len] = '\0';
    return OK;
}

status hook_time_read(const struct yaml_node *value, uint32_t most_s, uint32_t *ret_s)
{
    if (value->type != YAML_TEXT) return FAIL(E_VALUE);
    return num_parse_seconds(value->text, most_s, ret_s);
}

static status take_name(struct reading *r, const struct yaml_node *value)
{
    if (value->type != YAML_TEXT || !account_name_is_valid(value->text)) {
        return wrong(r, value, "name: of a-z, 0-9, '.', '_', '-', beginning with a letter");
    }
    return take_text(r, value, r->hook->name, sizeof r->hook->name);
}

static status take_url(struct reading *r, const struct yaml_node *value)
{
    const bool fits = value->type == YAML_TEXT && slice_starts(value->text, slice_text("https://"));
    if (!fits) return wrong(r, value, "url: it begins with https://");
    return take_text(r, value, r->hook->url, sizeof r->hook->url);
}

static status take_secret(struct reading *r, const struct yaml_node *value)
{
    return take_text(r, value, r->hook->secret, sizeof r->hook->secret);
}

static status take_ca(struct reading *r, const struct yaml_node *value)
{
    return take_text(r, value, r->hook->ca, sizeof r->hook->ca);
}

static status take_events(struct reading *r, const struct yaml_node *value)
{
    r->hook->events = 0;
    if (value->type != YAML_LIST) return wrong(r, value, "events: a list of finding and incident");
    for (uint32_t i = 0; i < value->count; i++) {
        const struct yaml_node *one = value->members[i].value;
        if (one->type == YAML_TEXT && slice_is(one->text, "finding")) {
            r->hook->events |= HOOK_FINDINGS;
        } else if (one->type == YAML_TEXT && slice_is(one->text, "incident")) {
            r->hook->events |= HOOK_INCIDENTS;
        } else {
            return wrong(r, one, "events: finding or incident");
        }
    }
    return OK;
}

static bool is_field(slice name)
{
    return schema_field_id(schema_of(KIND_finding), name) != 0 ||
           schema_field_id(schema_of(KIND_incident), name) != 0;
}

static status take_fields(struct reading *r, const struct yaml_node *value)
{
    struct writer w = writer_of((uint8_t *)r->hook->fields, sizeof r->hook->fields - 1);
    if (value->type != YAML_LIST) return wrong(r, value, "fields: a list of names of fields");
    for (uint32_t i = 0; i < value->count; i++) {
        const struct yaml_node *one = value->members[i].value;
        if (one->type != YAML_TEXT || !is_field(one->text)) {
            return wrong(r, one, "fields: findings and incidents have no such field");
        }
        if (i > 0) writer_text(&w, ",");
        writer_bytes(&w, one->text);
    }
    if (writer_end(&w).code != E_OK) return wrong(r, value, "fields: too many");
    r->hook->fields[w.len] = '\0';
    return OK;
}

static status take_private(struct reading *r, const struct yaml_node *value)
{
    if (value->type != YAML_BOOL) return wrong(r, value, "private_addresses: true or false");
    r->hook->private_addresses = yaml_is_true(value);
    return OK;
}

static status take_give_up(struct reading *r, const struct yaml_node *value)
{
    const status s = hook_time_read(value, GIVE_UP_S_MAX, &r->hook->give_up_s);
    return s.code == E_OK ? OK : wrong(r, value, "give_up_after: a time such as 3d, at most 30d");
}

static const struct {
    const char *name;
    status (*take)(struct reading *r, const struct yaml_node *value);
} keys[] = {
    { "name", take_name },     { "url", take_url },
    { "secret", take_secret }, { "events", take_events },
    { "fields", take_fields }, { "private_addresses", take_private },
    { "ca", take_ca },         { "give_up_after", take_give_up },
};

static status take_key(struct reading *r, const struct yaml_member *m)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (slice_is(m->key->text, keys[i].name)) return keys[i].take(r, m->value);
    }
    return wrong(r, m->key, "unknown key");
}

static status read_hook(struct reading *r, const struct yaml_node *map, const struct hooks *others)
{
    if (map->type != YAML_MAP) return wrong(r, map, "webhooks: a map of keys is expected");
    *r->hook = (struct hook){ .events = HOOK_FINDINGS | HOOK_INCIDENTS, .give_up_s = GIVE_UP_S };
    for (uint32_t i = 0; i < map->count; i++)
        TRY(take_key(r, &map->members[i]));
    if (r->hook->name[0] == '\0' || r->hook->url[0] == '\0' || r->hook->secret[0] == '\0') {
        return wrong(r, map, "webhooks: name, url and secret are needed");
    }
    for (size_t i = 0; i < others->count; i++) {
        if (strcmp(others->at[i].name, r->hook->name) != 0) continue;
        return wrong(r, map, "webhooks: a name given twice");
    }
    return OK;
}

status hook_config_read(const struct yaml_node *list, struct hooks *ret_hooks,
                        const struct yaml_node **ret_at, struct fault *f)
{
    struct reading r = { .at = list, .fault = f };
    status s = OK;
    if (list->type != YAML_LIST || list->count > HOOKS_MAX) {
        s = wrong(&r, list, "webhooks: a list of at most 8");
    }
    for (uint32_t i = 0; s.code == E_OK && i < list->count; i++) {
        r.hook = &ret_hooks->at[ret_hooks->count];
        s = read_hook(&r, list->members[i].value, ret_hooks);
        ret_hooks->count++;
    }
    *ret_at = r.at;
    return s;
}

/* "credential:NAME" is a file that systemd has put where only this service can read it. */
static status secret_path(const struct hook *h, char *ret_path, size_t cap, struct fault *f)
{
    static const char prefix[] = "credential:";
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    const bool is_credential = slice_starts(slice_text(h->secret), slice_text(prefix));
    if (is_credential && folder == NULL) {
        return fault_set(f, FAIL(E_NOT_FOUND), "webhook %s: there are no credentials", h->name);
    }
    snprintf(ret_path, cap, "%s%s%s", is_credential ? folder : "", is_credential ? "/" : "",
             is_credential ? h->secret + sizeof prefix - 1 : h->secret);
    return OK;
}

status hook_secret_load(const struct hook *h, uint8_t ret_key[HOOK_SECRET_BYTES_MAX],
                        size_t *ret_len, struct fault *f)
{
    enum { OTHERS = 077 };
    char path[2 * HOOK_TEXT_BYTES_MAX];
    struct file file = {};
    struct file_identity about = {};
    uint8_t text[SECRET_FILE_BYTES_MAX];
    size_t len = 0;
    TRY(secret_path(h, path, sizeof path, f));
    TRY(file_open(NULL, path, FILE_READ, &file, f));
    status s = file_identify(&file, &about, f);
    if (s.code == E_OK && (about.mode & OTHERS) != 0) {
        s = fault_set(f, FAIL(E_DENIED), "%s: others may read it: chmod 600", path);
    }
    if (s.code == E_OK) s = file_read(&file, 0, text, sizeof text, &len, f);
    file_close(&file);
    if (s.code == E_OK && hook_secret_parse((slice){ text, len }, ret_key, ret_len).code != E_OK) {
        s = fault_set(f, FAIL(E_VALUE), "%s: whsec_ and the Base64 of %d to %d bytes are expected",
                      path, HOOK_SECRET_BYTES_MIN, HOOK_SECRET_BYTES_MAX);
    }
    bytes_wipe(text, sizeof text);
    return s;
}
