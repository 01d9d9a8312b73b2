/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor source, candor user: who may send events to a node, and who may read what it knows.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/admin/ask.h"
#include "cmd/admin/admin_commands.h"
#include "cmd/node/change.h"
#include "cmd/heard/heard_show.h"
#include "record/schema.h"
#include "base/banned.h"

enum { ANSWER_BYTES = DUTY_ANSWER_BYTES_MAX };

/* Prints the token alone, so that a script can take it, and on a terminal what to do with it. */
static void print_token(const struct invocation *inv, slice answer)
{
    char token[ACCOUNT_TOKEN_BYTES + 1];
    if (inv->json) {
        printf("%.*s", (int)answer.len, (const char *)answer.at);
        return;
    }
    ask_member(answer, "token", token, sizeof token);
    printf("%s\n", token);
    fprintf(stderr, "This token is shown once. Send it as: Authorization: Bearer TOKEN\n");
    bytes_wipe(token, sizeof token);
}

static int change_account(const struct invocation *inv, const char *what, bool has_token)
{
    uint8_t room[ANSWER_BYTES];
    struct writer answer = writer_of(room, sizeof room);
    struct ask a;
    ask_begin(&a, what);
    json_member_text(&a.j, "name", inv->arguments[1]);
    ask_option(&a, inv, "--class", "class");
    ask_option(&a, inv, "--role", "role");
    ask_option(&a, inv, "--market", "market");
    ask_option(&a, inv, "--actor", "actor");
    ask_option(&a, inv, "--subject", "subject");
    ask_option(&a, inv, "--ack", "ack");
    ask_option(&a, inv, "--silence", "silence");
    const int failed = ask_end(&a, inv->arguments[0], what, &answer);
    if (failed != 0) return failed;
    if (has_token) print_token(inv, writer_slice(&answer));
    if (!has_token && inv->json) printf("%.*s", (int)answer.len, (const char *)answer.at);
    bytes_wipe(room, sizeof room);
    return 0;
}

int run_source_add(const struct invocation *inv)
{
    return change_account(inv, "source add", true);
}

int run_source_change(const struct invocation *inv)
{
    return change_account(inv, "source change", false);
}

int run_source_rotate(const struct invocation *inv)
{
    return change_account(inv, "source rotate", true);
}

int run_source_remove(const struct invocation *inv)
{
    return change_account(inv, "source remove", false);
}

int run_user_add(const struct invocation *inv)
{
    return change_account(inv, "user add", true);
}

int run_user_reset(const struct invocation *inv)
{
    return change_account(inv, "user reset", true);
}

int run_user_disable(const struct invocation *inv)
{
    return change_account(inv, "user disable", false);
}

static const char *word(const char *list, uint8_t number)
{
    const struct choice *c = NULL;
    for (size_t i = 0; (c = choice_nth(i)) != NULL; i++) {
        if (strcmp(c->name, list) == 0) return choice_name(c, number);
    }
    return "";
}

/* heard: what is known of a source; NULL for a user. */
static void print_account(const struct account *a, const struct presence_source *heard,
                          bool as_json)
{
    const bool source = a->kind == ACCOUNT_SOURCE;
    const char *what = source ? word("source_class", a->source_class) : word("role", a->role);
    if (!as_json) {
        char state[HEARD_STATE_BYTES_MAX];
        heard_state(heard, state);
        printf("%-24s %-14s %-3s %s\n", a->name, what, a->market,
               a->is_disabled ? "disabled" : state);
        return;
    }
    uint8_t room[1024];
    struct writer w = writer_of(room, sizeof room);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_member_text(&j, source ? "source" : "user", a->name);
    json_member_u64(&j, "id", a->id);
    json_member_text(&j, source ? "class" : "role", what);
    if (a->market[0] != '\0') json_member_text(&j, "market", a->market);
    json_member_bool(&j, "disabled", a->is_disabled);
    if (heard != NULL) heard_members(heard, &j);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

static status list(const struct invocation *inv, uint8_t kind, struct fault *f)
{
    struct node node = {};
    struct accounts all = {};
    struct presence *heard = NULL;
    slice text = {};
    uint8_t *room = malloc(ACCOUNTS_BYTES_MAX);
    if (room == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = node_open_store(inv->arguments[0], &node, f);
    if (s.code == E_OK) s = change_accounts(&node.store, room, &text, f);
    if (s.code == E_OK) s = accounts_read(text, &all, f);
    if (s.code == E_OK) s = heard_load(&node, &all, &heard, f);
    for (size_t i = 0; s.code == E_OK && i < all.count; i++) {
        const struct account *a = &all.at[i];
        if (a->kind != kind) continue;
        const bool source = kind == ACCOUNT_SOURCE;
        print_account(a, source ? presence_find(heard, slice_text(a->name)) : NULL, inv->json);
    }
    presence_free(heard);
    accounts_done(&all);
    node_close(&node);
    free(room);
    return s;
}

static int run_list(const struct invocation *inv, uint8_t kind)
{
    struct fault f = {};
    const status s = list(inv, kind, &f);
    return s.code == E_OK ? 0 : command_fail(status_exit(s), "%s", f.text);
}

int run_source_list(const struct invocation *inv)
{
    return run_list(inv, ACCOUNT_SOURCE);
}

int run_user_list(const struct invocation *inv)
{
    return run_list(inv, ACCOUNT_USER);
}
