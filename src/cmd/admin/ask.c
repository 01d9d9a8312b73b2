/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/admin/ask.h"

#include "base/bytes.h"
#include "lib/json.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2 };

void ask_begin(struct ask *a, const char *what)
{
    a->w = writer_of(a->bytes, sizeof a->bytes);
    a->j = json_writer_of(&a->w);
    json_object(&a->j);
    json_member_text(&a->j, "do", what);
}

void ask_option(struct ask *a, const struct invocation *inv, const char *option, const char *member)
{
    const char *value = invocation_value(inv, option, NULL);
    if (value != NULL) json_member_text(&a->j, member, value);
}

int ask_end(struct ask *a, const char *dir, const char *command, struct writer *answer)
{
    struct fault f = {};
    struct duty d = duty_of(DUTY_CHANGE);
    json_object_end(&a->j);
    if (writer_end(&a->w).code != E_OK) {
        return command_fail(EXIT_USAGE, "%s: the values are too long", command);
    }
    d.slots[DUTY_REQUEST] = writer_slice(&a->w);
    const status s = duty_ask(dir, &d, answer, &f);
    if (s.code == E_OK) return 0;
    const bool user = s.code == E_NOT_FOUND || s.code == E_EXISTS;
    return command_fail(user ? EXIT_USAGE : status_exit(s), "%s: %s", command, f.text);
}

void ask_member(slice answer, const char *member, char *ret_text, size_t cap)
{
    struct json_document d = {};
    struct fault unused;
    struct json_parser *p = json_parser_new();
    ret_text[0] = '\0';
    if (p != NULL && json_parse(p, answer, &d, &unused).code == E_OK) {
        const struct json_node *n = json_member(&d, &d.nodes[0], member);
        if (n != NULL && n->type == JSON_STRING && n->text.len < cap) {
            bytes_copy(ret_text, cap - 1, n->text);
            ret_text[n->text.len] = '\0';
        }
    }
    json_parser_free(p);
}
