/* SPDX-License-Identifier: Apache-2.0 */
/*
 * erase: asks the node for it. What is decided, and all that is written, is done where the log is
 * open for writing (cmd/forget/duty_erase.c).
 */
#include <stdio.h>
#include "base/bytes.h"
#include "base/num.h"
#include "cmd/forget/forget_commands.h"
#include "cmd/node/duty.h"
#include "cmd/forget/holds.h"
#include "record/value.h"
#include "base/banned.h"

enum { NAMES_BYTES_MAX = 4096 };

/* What a command says, while its duty is made. */
struct words {
    uint8_t indices[DUTY_RECORDS_MAX * 8];
    uint8_t names[NAMES_BYTES_MAX];
};

static status take_indices(const struct invocation *inv, struct words *words, struct duty *d,
                           struct fault *f)
{
    struct writer w = writer_of(words->indices, sizeof words->indices);
    for (size_t i = 1; i < inv->argument_count; i++) {
        uint64_t index = 0;
        if (num_parse_u64(slice_text(inv->arguments[i]), &index).code != E_OK) {
            return fault_set(f, FAIL(E_USAGE), "not a number: %.40s", inv->arguments[i]);
        }
        writer_u64(&w, index);
    }
    d->slots[DUTY_RECORDS] = writer_slice(&w);
    return writer_end(&w);
}

static status take_names(const struct invocation *inv, struct words *words, struct duty *d,
                         struct fault *f)
{
    struct writer w = writer_of(words->names, sizeof words->names);
    for (size_t n = 0;; n++) {
        const char *name = invocation_nth(inv, "--field", n);
        if (name == NULL) break;
        if (name[0] == '\0') return fault_set(f, FAIL(E_USAGE), "--field is empty");
        value_texts_add(&w, slice_text(name));
    }
    d->slots[DUTY_FIELDS] = writer_slice(&w);
    return writer_end(&w).code == E_OK ? OK : fault_set(f, FAIL(E_LIMIT), "too many fields");
}

static status take_where(const char *where, struct duty *d, struct fault *f)
{
    const slice text = slice_text(where);
    const slice word = slice_text(WHERE_SUBJECT);
    if (!slice_starts(text, word) || text.len == word.len) {
        return fault_set(f, FAIL(E_USAGE), "--where is subject=ID, not %.40s", where);
    }
    d->slots[DUTY_SUBJECT] = slice_from(text, word.len);
    return OK;
}

/* The duty that the command line asks for. */
static status duty_make(const struct invocation *inv, struct words *words, struct duty *d,
                        struct fault *f)
{
    const char *where = invocation_value(inv, "--where", NULL);
    const bool expired = invocation_has(inv, "--expired");
    const bool indices = inv->argument_count > 1;
    if ((where != NULL) + expired + indices != 1) {
        return fault_set(f, FAIL(E_USAGE), "one of INDEX, --where and --expired is needed");
    }
    *d = duty_of(expired ? DUTY_ERASE_EXPIRED : DUTY_ERASE_REQUEST);
    d->slots[DUTY_ACTOR] = slice_text(invocation_value(inv, "--by", ""));
    if (expired) return OK;
    const char *basis = invocation_value(inv, "--basis", NULL);
    if (basis == NULL) return fault_set(f, FAIL(E_USAGE), "--basis is missing");
    d->slots[DUTY_BASIS] = slice_text(basis);
    TRY(take_names(inv, words, d, f));
    if (where == NULL) return take_indices(inv, words, d, f);
    if (d->slots[DUTY_FIELDS].len > 0) {
        return fault_set(f, FAIL(E_USAGE), "--field goes with INDEX, not with --where");
    }
    return take_where(where, d, f);
}

static int ask(const struct invocation *inv, const struct duty *d, const char *named)
{
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    struct fault f = {};
    struct writer w = writer_of(answer, sizeof answer);
    static const char index[] = "{\"index\":";
    const status s = duty_ask(inv->arguments[0], d, &w, &f);
    if (s.code != E_OK) {
        return command_fail(status_exit(s), "%s: %s: %s", inv->command->name, inv->arguments[0],
                            f.text);
    }
    const slice said = writer_slice(&w);
    if (named != NULL && slice_starts(said, slice_text(index))) {
        printf("{\"%s\":%.*s", named, (int)(said.len - sizeof index + 1),
               (const char *)said.at + sizeof index - 1);
    } else {
        printf("%.*s", (int)said.len, (const char *)said.at);
    }
    return fflush(stdout) == 0 ? 0 : 3;
}

int run_erase(const struct invocation *inv)
{
    static struct words words;
    struct duty d = {};
    struct fault f = {};
    const status s = duty_make(inv, &words, &d, &f);
    if (s.code == E_OK) return ask(inv, &d, "request");
    return command_fail(status_exit(s), "erase: %s", f.text);
}

int run_erase_approve(const struct invocation *inv)
{
    uint8_t room[8];
    uint64_t request = 0;
    struct duty d = duty_of(DUTY_ERASE_APPROVE);
    if (num_parse_u64(slice_text(inv->arguments[1]), &request).code != E_OK) {
        return command_fail(2, "erase approve: not a number: %.40s", inv->arguments[1]);
    }
    put_u64(room, request);
    d.slots[DUTY_RECORDS] = (slice){ room, sizeof room };
    d.slots[DUTY_ACTOR] = slice_text(invocation_value(inv, "--by", ""));
    return ask(inv, &d, NULL);
}
