/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/account.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "lib/json.h"
#include "record/schema.h"
#include "base/banned.h"

static const char *const level_names[] = { "sequenced", "checkpointed", "witnessed" };

status account_level_named(slice name, uint8_t *ret_level)
{
    for (size_t i = 0; i < COUNT_OF(level_names); i++) {
        if (!slice_is(name, level_names[i])) continue;
        *ret_level = (uint8_t)i;
        return OK;
    }
    return FAIL(E_UNKNOWN);
}

static bool is_name_byte(uint8_t c, bool first)
{
    if (c >= 'a' && c <= 'z') return true;
    return !first && ((c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-');
}

bool account_name_is_valid(slice name)
{
    if (name.len == 0 || name.len > ACCOUNT_NAME_BYTES_MAX) return false;
    for (size_t i = 0; i < name.len; i++) {
        if (!is_name_byte(name.at[i], i == 0)) return false;
    }
    return true;
}

static const struct choice *choice_named(const char *name)
{
    const struct choice *c = NULL;
    for (size_t i = 0; (c = choice_nth(i)) != NULL; i++) {
        if (strcmp(c->name, name) == 0) return c;
    }
    return NULL;
}

static status copy_text(const struct json_node *value, char *ret_text, size_t cap)
{
    if (value->type != JSON_STRING || value->text.len >= cap) return FAIL(E_VALUE);
    bytes_copy(ret_text, cap - 1, value->text);
    ret_text[value->text.len] = '\0';
    return OK;
}

static status take_name(uint8_t kind, const struct json_node *value, struct account *a)
{
    if (value->type != JSON_STRING || !account_name_is_valid(value->text)) return FAIL(E_VALUE);
    a->kind = kind;
    return copy_text(value, a->name, sizeof a->name);
}

static status take_source(const struct json_node *value, struct account *a)
{
    return take_name(ACCOUNT_SOURCE, value, a);
}

static status take_user(const struct json_node *value, struct account *a)
{
    return take_name(ACCOUNT_USER, value, a);
}

static status take_id(const struct json_node *value, struct account *a)
{
    if (value->type != JSON_INT || value->number.i <= 0) return FAIL(E_VALUE);
    a->id = (uint64_t)value->number.i;
    return OK;
}

static status take_token(const struct json_node *value, struct account *a)
{
    if (value->type != JSON_STRING) return FAIL(E_VALUE);
    return num_parse_hex(value->text, a->token.bytes, sizeof a->token.bytes);
}

static status take_choice(const char *list, const struct json_node *value, uint8_t *ret_number)
{
    if (value->type != JSON_STRING) return FAIL(E_VALUE);
    *ret_number = choice_number(choice_named(list), value->text);
    return *ret_number != 0 ? OK : FAIL(E_UNKNOWN);
}

static status take_class(const struct json_node *value, struct account *a)
{
    return take_choice("source_class", value, &a->source_class);
}

static status take_role(const struct json_node *value, struct account *a)
{
    return take_choice("role", value, &a->role);
}

static status take_market(const struct json_node *value, struct account *a)
{
    return copy_text(value, a->market, sizeof a->market);
}

static status take_actor(const struct json_node *value, struct account *a)
{
    return copy_text(value, a->actor, sizeof a->actor);
}

static status take_subject(const struct json_node *value, struct account *a)
{
    return copy_text(value, a->subject, sizeof a->subject);
}

static status take_ack(const struct json_node *value, struct account *a)
{
    return value->type == JSON_STRING ? account_level_named(value->text, &a->level)
                                      : FAIL(E_UNKNOWN);
}

static status take_silence(const struct json_node *value, struct account *a)
{
    const bool fits =
        value->type == JSON_INT && value->number.i >= 0 && value->number.i <= ACCOUNT_SILENCE_S_MAX;
    if (!fits) return FAIL(E_VALUE);
    a->silence_s = (uint32_t)value->number.i;
    return OK;
}

static status take_disabled(const struct json_node *value, struct account *a)
{
    a->is_disabled = value->type == JSON_TRUE;
    return value->type == JSON_TRUE || value->type == JSON_FALSE ? OK : FAIL(E_VALUE);
}

static const struct {
    const char *name;
    status (*take)(const struct json_node *value, struct account *a);
} members[] = {
    { "source", take_source }, { "user", take_user },         { "id", take_id },
    { "token", take_token },   { "class", take_class },       { "role", take_role },
    { "market", take_market }, { "actor", take_actor },       { "subject", take_subject },
    { "ack", take_ack },       { "disabled", take_disabled }, { "silence", take_silence },
};

static status take_member(const struct json_node *node, struct account *a)
{
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (slice_is(node->key, members[i].name)) return members[i].take(node, a);
    }
    return FAIL(E_UNKNOWN);
}

static status read_line(struct json_parser *p, slice line, struct account *ret_account,
                        struct fault *f)
{
    struct json_document d = {};
    struct account a = { .actor = ACCOUNT_ACTOR_DEFAULT,
                         .subject = ACCOUNT_SUBJECT_DEFAULT,
                         .silence_s = ACCOUNT_SILENCE_DEFAULT };
    TRY(json_parse(p, line, &d, f));
    if (d.nodes[0].type != JSON_OBJECT)
        return fault_set(f, FAIL(E_SYNTAX), "an object is expected");
    for (uint32_t i = 1; i < d.nodes[0].end; i = d.nodes[i].end) {
        const status s = take_member(&d.nodes[i], &a);
        if (s.code == E_OK) continue;
        return fault_set(f, s, "%.*s: not a value of an account", (int)d.nodes[i].key.len,
                         (const char *)d.nodes[i].key.at);
    }
    if (a.name[0] == '\0' || a.id == 0) return fault_set(f, FAIL(E_VALUE), "name or id is missing");
    *ret_account = a;
    return OK;
}

static status check_unique(const struct accounts *all, const struct account *a, struct fault *f)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct account *other = &all->at[i];
        const bool same = other->kind == a->kind && strcmp(other->name, a->name) == 0;
        if (same || other->id == a->id)
            return fault_set(f, FAIL(E_DUPLICATE), "%s: twice", a->name);
    }
    return OK;
}

static status read_lines(struct json_parser *p, slice text, struct accounts *a, struct fault *f)
{
    struct cursor c = cursor_of(text);
    slice line = {};
    for (unsigned number = 1; cursor_line(&c, &line).code == E_OK; number++) {
        char place[32];
        snprintf(place, sizeof place, "accounts:%u", number);
        if (a->count == ACCOUNTS_MAX) return fault_set(f, FAIL(E_LIMIT), "%s: too many", place);
        status s = read_line(p, line, &a->at[a->count], f);
        if (s.code == E_OK) s = check_unique(a, &a->at[a->count], f);
        if (s.code != E_OK) return fault_within(f, s, place);
        a->count++;
    }
    return cursor_left(&c) == 0 ? OK
                                : fault_set(f, FAIL(E_SHORT), "accounts: the last line is cut");
}

status accounts_read(slice text, struct accounts *ret_accounts, struct fault *f)
{
    if (text.len > ACCOUNTS_BYTES_MAX) return fault_set(f, FAIL(E_LIMIT), "accounts: too large");
    struct accounts a = { .at = calloc(ACCOUNTS_MAX, sizeof *a.at) };
    struct json_parser *p = json_parser_new();
    status s = OK;
    if (a.at == NULL || p == NULL) {
        s = fault_set(f, FAIL(E_NOMEM), "accounts: out of memory");
    } else {
        s = read_lines(p, text, &a, f);
    }
    json_parser_free(p);
    if (s.code != E_OK) {
        accounts_done(&a);
        return s;
    }
    *ret_accounts = a;
    return OK;
}

void accounts_done(struct accounts *a)
{
    free(a->at);
    *a = (struct accounts){};
}

static void write_source(const struct account *a, struct json_writer *j)
{
    json_member_text(j, "class", choice_name(choice_named("source_class"), a->source_class));
    if (a->market[0] != '\0') json_member_text(j, "market", a->market);
    json_member_text(j, "actor", a->actor);
    json_member_text(j, "subject", a->subject);
    json_member_text(j, "ack", level_names[a->level]);
    if (a->silence_s != ACCOUNT_SILENCE_DEFAULT) json_member_u64(j, "silence", a->silence_s);
}

static slice hex_of(const hash *h, uint8_t room[2 * SHA256_BYTES])
{
    struct writer w = writer_of(room, 2 * SHA256_BYTES);
    writer_hex(&w, (slice){ h->bytes, sizeof h->bytes });
    return writer_slice(&w);
}

void account_write(const struct account *a, struct writer *w)
{
    uint8_t digits[2 * SHA256_BYTES];
    struct json_writer j = json_writer_of(w);
    json_object(&j);
    json_member_text(&j, a->kind == ACCOUNT_SOURCE ? "source" : "user", a->name);
    json_member_u64(&j, "id", a->id);
    json_member_string(&j, "token", hex_of(&a->token, digits));
    if (a->kind == ACCOUNT_SOURCE) {
        write_source(a, &j);
    } else {
        json_member_text(&j, "role", choice_name(choice_named("role"), a->role));
    }
    if (a->is_disabled) json_member_bool(&j, "disabled", true);
    json_object_end(&j);
    writer_text(w, "\n");
}

struct account *accounts_find(const struct accounts *a, uint8_t kind, slice name)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->at[i].kind == kind && slice_is(name, a->at[i].name)) return &a->at[i];
    }
    return NULL;
}

const struct account *accounts_of_token(const struct accounts *a, slice token)
{
    const struct account *found = NULL;
    const hash h = sha256(token);
    for (size_t i = 0; i < a->count; i++) {
        const bool same = bytes_equal_secret(a->at[i].token.bytes, h.bytes, sizeof h.bytes);
        if (same && !a->at[i].is_disabled) found = &a->at[i];
    }
    return found;
}

uint64_t accounts_next_id(const struct accounts *a)
{
    uint64_t highest = 0;
    for (size_t i = 0; i < a->count; i++)
        highest = a->at[i].id > highest ? a->at[i].id : highest;
    return highest + 1;
}

void account_token(uint8_t kind, const uint8_t random[32], char ret_text[ACCOUNT_TOKEN_BYTES + 1],
                   hash *ret_hash)
{
    struct writer w = writer_of(ret_text, ACCOUNT_TOKEN_BYTES);
    writer_text(&w, kind == ACCOUNT_SOURCE ? "cs-" : "cu-");
    writer_hex(&w, (slice){ random, 32 });
    ret_text[w.len] = '\0';
    *ret_hash = sha256((slice){ (const uint8_t *)ret_text, w.len });
}
