/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/change.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "ledger/store_file.h"
#include "lib/json.h"
#include "os/clock.h"
#include "os/random.h"
#include "os/user.h"
#include "record/draft.h"
#include "serve/judging.h"
#include "base/banned.h"

#define ACTIVE_FILE RULE_PACK_FOLDER "/active"

/* A change at work. */
struct change {
    struct node *node;
    char who[USER_NAME_MAX + 1];
    struct json_document request;
    struct accounts accounts;
    struct writer *answer;
    struct changed *changed;
    struct fault *fault;
};

/* ---- the request ---- */

static bool text_of(const struct change *c, const char *key, slice *ret_text)
{
    const struct json_node *n = json_member(&c->request, &c->request.nodes[0], key);
    if (n == NULL || n->type != JSON_STRING) return false;
    *ret_text = n->text;
    return true;
}

static status copy_text(struct change *c, const char *key, char *ret_text, size_t cap)
{
    slice text = {};
    if (!text_of(c, key, &text)) return OK;
    if (text.len >= cap || memchr(text.at, 0, text.len) != NULL) {
        return fault_set(c->fault, FAIL(E_VALUE), "%s: too long", key);
    }
    bytes_copy(ret_text, cap - 1, text);
    ret_text[text.len] = '\0';
    return OK;
}

static status number_of(struct change *c, const char *key, const char *list, uint8_t *ret_number)
{
    slice text = {};
    const struct choice *choice = NULL;
    if (!text_of(c, key, &text)) return OK;
    for (size_t i = 0; (choice = choice_nth(i)) != NULL; i++) {
        if (strcmp(choice->name, list) == 0) break;
    }
    *ret_number = choice == NULL ? 0 : choice_number(choice, text);
    if (*ret_number != 0) return OK;
    return fault_set(c->fault, FAIL(E_VALUE), "%.*s is no %s; see docs/formats/records.md",
                     (int)text.len, (const char *)text.at, key);
}

/* ---- the log ---- */

/* The record that a change leaves, durable before it takes effect. */
static status record_oversight(struct change *c, uint16_t action, slice object, const char *detail)
{
    struct draft d = {};
    struct record record = {};
    uint64_t index = 0;
    struct committer *committer = c->node->committer;
    const int64_t now_ns = clock_real_ns();
    draft_start(&d, KIND_oversight, (uint64_t)(now_ns / CLOCK_NS_PER_S));
    if (c->node->config.market[0] != '\0') {
        draft_market(&d, COLUMN_oversight_market, slice_text(c->node->config.market));
    }
    draft_column(&d, COLUMN_oversight_action, action);
    draft_column(&d, COLUMN_oversight_role, VALUE_role_operator);
    draft_time(&d, FIELD_oversight_time, now_ns);
    draft_text(&d, FIELD_oversight_actor, slice_text(c->who));
    draft_text(&d, FIELD_oversight_object, object);
    draft_text(&d, FIELD_oversight_detail, slice_text(detail));
    TRY(draft_end(&d, NULL, &record, c->fault));
    TRY(committer_add(committer, &record, &index, c->fault));
    TRY(committer_flush(committer, c->fault));
    return committer_wait(committer, index + 1, false, c->fault);
}

/* ---- accounts ---- */

status change_accounts(const struct store *store, uint8_t *room, slice *ret_text, struct fault *f)
{
    size_t len = 0;
    const status s = store_file_read(store, ACCOUNTS_FILE, room, ACCOUNTS_BYTES_MAX, &len, f);
    if (s.code == E_OK || s.code == E_NOT_FOUND) {
        *ret_text = (slice){ room, len };
        f->text[0] = '\0';
        return OK;
    }
    return s;
}

static status accounts_load(struct change *c)
{
    slice text = {};
    uint8_t *room = malloc(ACCOUNTS_BYTES_MAX);
    if (room == NULL) return fault_set(c->fault, FAIL(E_NOMEM), "out of memory");
    status s = change_accounts(&c->node->store, room, &text, c->fault);
    if (s.code == E_OK) s = accounts_read(text, &c->accounts, c->fault);
    free(room);
    return s;
}

static status accounts_save(struct change *c)
{
    uint8_t *room = malloc(ACCOUNTS_BYTES_MAX);
    if (room == NULL) return fault_set(c->fault, FAIL(E_NOMEM), "out of memory");
    struct writer w = writer_of(room, ACCOUNTS_BYTES_MAX);
    for (size_t i = 0; i < c->accounts.count; i++)
        account_write(&c->accounts.at[i], &w);
    status s = writer_end(&w);
    if (s.code != E_OK) {
        s = fault_set(c->fault, s, "accounts: the table is full");
    } else {
        s = store_file_replace(&c->node->store, ACCOUNTS_FILE, writer_slice(&w), c->fault);
    }
    free(room);
    c->changed->accounts = s.code == E_OK;
    return s;
}

static status token_make(struct account *a, char ret_text[ACCOUNT_TOKEN_BYTES + 1])
{
    uint8_t secret[32];
    TRY(random_bytes(secret, sizeof secret));
    account_token(a->kind, secret, ret_text, &a->token);
    bytes_wipe(secret, sizeof secret);
    return OK;
}

static void answer_token(struct change *c, const struct account *a, const char *token)
{
    struct json_writer j = json_writer_of(c->answer);
    json_object(&j);
    json_member_text(&j, a->kind == ACCOUNT_SOURCE ? "source" : "user", a->name);
    json_member_u64(&j, "id", a->id);
    json_member_text(&j, "token", token);
    json_object_end(&j);
    writer_text(c->answer, "\n");
}

static status account_name(struct change *c, slice *ret_name)
{
    if (!text_of(c, "name", ret_name) || !account_name_is_valid(*ret_name)) {
        return fault_set(c->fault, FAIL(E_VALUE),
                         "name: 1 to %d of a-z, 0-9, '.', '_', '-', beginning with a letter",
                         ACCOUNT_NAME_BYTES_MAX);
    }
    return OK;
}

static status account_silence(struct change *c, struct account *a)
{
    slice text = {};
    if (!text_of(c, "silence", &text)) return OK;
    if (slice_is(text, "default")) {
        a->silence_s = ACCOUNT_SILENCE_DEFAULT;
        return OK;
    }
    if (slice_is(text, "off")) {
        a->silence_s = 0;
        return OK;
    }
    if (num_parse_seconds(text, ACCOUNT_SILENCE_S_MAX, &a->silence_s).code == E_OK) return OK;
    return fault_set(c->fault, FAIL(E_VALUE),
                     "silence: a time such as 15m, 8h or 2d, at most 366d; or off, or default");
}

static status account_fill(struct change *c, struct account *a)
{
    slice ack = {};
    TRY(account_silence(c, a));
    TRY(number_of(c, "class", "source_class", &a->source_class));
    TRY(number_of(c, "role", "role", &a->role));
    TRY(copy_text(c, "market", a->market, sizeof a->market));
    TRY(copy_text(c, "actor", a->actor, sizeof a->actor));
    TRY(copy_text(c, "subject", a->subject, sizeof a->subject));
    if (text_of(c, "ack", &ack) && account_level_named(ack, &a->level).code != E_OK) {
        return fault_set(c->fault, FAIL(E_VALUE), "ack: sequenced, checkpointed or witnessed");
    }
    return OK;
}

static uint16_t action_of(uint8_t kind)
{
    return kind == ACCOUNT_SOURCE ? VALUE_oversight_action_source_changed
                                  : VALUE_oversight_action_user_changed;
}

static status account_add(struct change *c, uint8_t kind)
{
    slice name = {};
    char token[ACCOUNT_TOKEN_BYTES + 1];
    struct account a = { .kind = kind,
                         .id = accounts_next_id(&c->accounts),
                         .source_class = kind == ACCOUNT_SOURCE ? VALUE_source_class_other : 0,
                         .role = kind == ACCOUNT_USER ? VALUE_role_program : 0,
                         .actor = ACCOUNT_ACTOR_DEFAULT,
                         .subject = ACCOUNT_SUBJECT_DEFAULT,
                         .silence_s = ACCOUNT_SILENCE_DEFAULT };
    TRY(account_name(c, &name));
    if (accounts_find(&c->accounts, kind, name) != NULL) {
        return fault_set(c->fault, FAIL(E_EXISTS), "%.*s: there is one already", (int)name.len,
                         (const char *)name.at);
    }
    if (c->accounts.count == ACCOUNTS_MAX) return fault_set(c->fault, FAIL(E_LIMIT), "too many");
    bytes_copy(a.name, sizeof a.name - 1, name);
    TRY(account_fill(c, &a));
    TRY(token_make(&a, token));
    TRY(record_oversight(c, action_of(kind), name, "added"));
    c->accounts.at[c->accounts.count++] = a;
    TRY(accounts_save(c));
    answer_token(c, &a, token);
    bytes_wipe(token, sizeof token);
    return OK;
}

static status account_of(struct change *c, uint8_t kind, struct account **ret_account)
{
    slice name = {};
    TRY(account_name(c, &name));
    *ret_account = accounts_find(&c->accounts, kind, name);
    if (*ret_account != NULL) return OK;
    return fault_set(c->fault, FAIL(E_NOT_FOUND), "%.*s: there is none of that name", (int)name.len,
                     (const char *)name.at);
}

static status account_rotate(struct change *c, uint8_t kind)
{
    struct account *a = NULL;
    char token[ACCOUNT_TOKEN_BYTES + 1];
    TRY(account_of(c, kind, &a));
    TRY(token_make(a, token));
    a->is_disabled = false;
    TRY(record_oversight(c, action_of(kind), slice_text(a->name), "a new token"));
    TRY(accounts_save(c));
    answer_token(c, a, token);
    bytes_wipe(token, sizeof token);
    return OK;
}

/* What was given is another from here on; a market or name of a field stays once events have it. */
static status account_change(struct change *c, uint8_t kind)
{
    struct account *a = NULL;
    struct account changed = {};
    TRY(account_of(c, kind, &a));
    changed = *a;
    TRY(account_fill(c, &changed));
    TRY(record_oversight(c, action_of(kind), slice_text(a->name), "changed"));
    *a = changed;
    TRY(accounts_save(c));
    writer_text(c->answer, "{\"changed\":true}\n");
    return OK;
}

/* The row stays, so that its number is never used again. */
static status account_disable(struct change *c, uint8_t kind)
{
    struct account *a = NULL;
    TRY(account_of(c, kind, &a));
    a->is_disabled = true;
    TRY(record_oversight(c, action_of(kind), slice_text(a->name), "disabled"));
    TRY(accounts_save(c));
    writer_text(c->answer, "{\"disabled\":true}\n");
    return OK;
}

/* ---- rules ---- */

static status check_pack(struct change *c, const char *path)
{
    const struct store *store = &c->node->store;
    int handle = -1;
    TRY(store->ops->open(store->self, path, STORE_READ, &handle, c->fault));
    store->ops->close(store->self, handle);
    return OK;
}

static status activate(struct change *c, uint8_t)
{
    slice text = {};
    char path[128];
    if (!text_of(c, "bundle", &text) ||
        num_parse_hex(text, c->changed->bundle.bytes, SHA256_BYTES).code != E_OK) {
        return fault_set(c->fault, FAIL(E_VALUE), "bundle: 64 hexadecimal digits");
    }
    rule_pack_path(&c->changed->bundle, path, sizeof path);
    TRY(check_pack(c, path));
    TRY(record_oversight(c, VALUE_oversight_action_rules_changed, text, "asked for"));
    c->changed->activate = true;
    return OK;
}

static void answer_active(struct writer *answer, slice bundle, uint64_t rules, uint64_t refused)
{
    struct json_writer j = json_writer_of(answer);
    json_object(&j);
    json_member_string(&j, "active", bundle);
    json_member_u64(&j, "rules", rules);
    json_member_u64(&j, "refused", refused);
    json_object_end(&j);
    writer_text(answer, "\n");
}

status change_activated(struct node *n, const hash *bundle, uint64_t rules, uint64_t refused,
                        struct writer *answer, struct fault *f)
{
    uint8_t body_bytes[1024];
    uint8_t digits[2 * SHA256_BYTES];
    char summary[64];
    struct writer body = writer_of(body_bytes, sizeof body_bytes);
    struct writer hex = writer_of(digits, sizeof digits);
    struct draft d = {};
    struct record record = {};
    uint64_t index = 0;
    snprintf(summary, sizeof summary, "%llu documents refused", (unsigned long long)refused);
    draft_start(&d, KIND_policy, (uint64_t)(clock_real_ns() / CLOCK_NS_PER_S));
    draft_column(&d, COLUMN_policy_type, VALUE_bundle_type_detection);
    draft_text(&d, FIELD_policy_name, slice_text("detection rules"));
    draft_hash(&d, FIELD_policy_bundle, bundle);
    draft_u64(&d, FIELD_policy_rules, rules);
    draft_text(&d, FIELD_policy_summary, slice_text(summary));
    TRY(draft_end(&d, &body, &record, f));
    TRY(committer_add(n->committer, &record, &index, f));
    TRY(committer_flush(n->committer, f));
    TRY(committer_wait(n->committer, index + 1, false, f));
    writer_hex(&hex, (slice){ bundle->bytes, sizeof bundle->bytes });
    TRY(store_file_replace(&n->store, ACTIVE_FILE, writer_slice(&hex), f));
    answer_active(answer, writer_slice(&hex), rules, refused);
    return OK;
}

status change_active(const struct store *store, hash *ret_bundle, struct fault *f)
{
    uint8_t digits[2 * SHA256_BYTES];
    size_t len = 0;
    *ret_bundle = (hash){};
    const status s = store_file_read(store, ACTIVE_FILE, digits, sizeof digits, &len, f);
    if (s.code == E_NOT_FOUND) {
        f->text[0] = '\0';
        return OK;
    }
    TRY(s);
    const status parsed = num_parse_hex((slice){ digits, len }, ret_bundle->bytes, SHA256_BYTES);
    return parsed.code == E_OK ? OK : fault_set(f, FAIL(E_CORRUPT), ACTIVE_FILE ": no hash");
}

/* ---- all of them ---- */

static const struct {
    const char *name;
    status (*apply)(struct change *c, uint8_t kind);
    uint8_t kind;
} changes[] = {
    { "source add", account_add, ACCOUNT_SOURCE },
    { "source change", account_change, ACCOUNT_SOURCE },
    { "source rotate", account_rotate, ACCOUNT_SOURCE },
    { "source remove", account_disable, ACCOUNT_SOURCE },
    { "user add", account_add, ACCOUNT_USER },
    { "user reset", account_rotate, ACCOUNT_USER },
    { "user disable", account_disable, ACCOUNT_USER },
    { "rules activate", activate, 0 },
};

static status apply(struct change *c)
{
    slice what = {};
    if (c->request.nodes[0].type != JSON_OBJECT || !text_of(c, "do", &what)) {
        return fault_set(c->fault, FAIL(E_SYNTAX), "a change is an object with \"do\"");
    }
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        if (!slice_is(what, changes[i].name)) continue;
        TRY(accounts_load(c));
        return changes[i].apply(c, changes[i].kind);
    }
    return fault_set(c->fault, FAIL(E_UNKNOWN), "unknown change");
}

status change_apply(struct node *n, const struct duty *d, unsigned uid, struct writer *answer,
                    struct changed *ret_changed, struct fault *f)
{
    struct json_parser *p = json_parser_new();
    struct change c = { .node = n, .answer = answer, .changed = ret_changed, .fault = f };
    if (p == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    *ret_changed = (struct changed){};
    user_names_of(&n->users, uid, c.who);
    status s = json_parse(p, d->slots[DUTY_REQUEST], &c.request, f);
    if (s.code == E_OK) s = apply(&c);
    accounts_done(&c.accounts);
    json_parser_free(p);
    return s;
}

/* Without a front to load them, the rules are compiled here, to know that they can be. */
static status activate_here(struct node *n, const hash *bundle, struct writer *answer,
                            struct fault *f)
{
    static const struct siphash_key key;
    char path[128];
    uint8_t *bytes = NULL;
    size_t len = 0;
    struct judging *j = NULL;
    rule_pack_path(bundle, path, sizeof path);
    TRY(store_file_load(&n->store, path, RULE_PACK_BYTES_MAX, &bytes, &len, f));
    const status made = judging_new((slice){ bytes, len }, &key, true, &j, f);
    free(bytes);
    TRY(made);
    const struct judging_numbers numbers = judging_numbers(j);
    judging_free(j);
    return change_activated(n, bundle, numbers.rules, numbers.refused, answer, f);
}

status change_here(struct node *n, const struct duty *d, unsigned uid, struct writer *answer,
                   struct fault *f)
{
    struct changed changed = {};
    TRY(change_apply(n, d, uid, answer, &changed, f));
    if (changed.activate) TRY(activate_here(n, &changed.bundle, answer, f));
    return committer_wait(n->committer, archive_size(n->archive), true, f);
}
