/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "cmd/forget/forget_commands.h"
#include "cmd/node/duty.h"
#include "cmd/forget/holds.h"
#include "ledger/erase/erasures.h"
#include "base/banned.h"

enum { RUNS_MAX = 256, LINE_BYTES_MAX = 512 * 1024 };

static status take_run(const char *text, struct writer *w, struct fault *f)
{
    const slice all = slice_text(text);
    const uint8_t *dash = memchr(all.at, '-', all.len);
    const size_t len = dash == NULL ? all.len : (size_t)(dash - all.at);
    const slice to = dash == NULL ? all : slice_from(all, len + 1);
    uint64_t first = 0;
    uint64_t last = 0;
    const bool good = num_parse_u64((slice){ all.at, len }, &first).code == E_OK &&
                      num_parse_u64(to, &last).code == E_OK;
    if (!good) return fault_set(f, FAIL(E_USAGE), "--records is FIRST-LAST, not %.40s", text);
    writer_u64(w, first);
    writer_u64(w, last);
    return writer_end(w).code == E_OK ? OK : fault_set(f, FAIL(E_LIMIT), "too many --records");
}

static int ask(const struct invocation *inv, const struct duty *d)
{
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    struct fault f = {};
    struct writer w = writer_of(answer, sizeof answer);
    const status s = duty_ask(inv->arguments[0], d, &w, &f);
    if (s.code == E_OK) {
        printf("%.*s", (int)w.len, (const char *)w.at);
        return fflush(stdout) == 0 ? 0 : 3;
    }
    return command_fail(status_exit(s), "%s: %s: %s", inv->command->name, inv->arguments[0],
                        f.text);
}

static void take_words(const struct invocation *inv, struct duty *d)
{
    d->slots[DUTY_ID] = slice_text(invocation_value(inv, "--id", ""));
    d->slots[DUTY_ACTOR] = slice_text(invocation_value(inv, "--by", ""));
}

int run_hold_add(const struct invocation *inv)
{
    uint8_t runs[RUNS_MAX * 16];
    struct writer w = writer_of(runs, sizeof runs);
    struct fault f = {};
    struct duty d = duty_of(DUTY_HOLD_PLACE);
    take_words(inv, &d);
    d.slots[DUTY_BASIS] = slice_text(invocation_value(inv, "--basis", ""));
    d.slots[DUTY_SUBJECT] = slice_text(invocation_value(inv, "--subject", ""));
    d.slots[DUTY_NOTE] = slice_text(invocation_value(inv, "--note", ""));
    for (size_t n = 0; invocation_nth(inv, "--records", n) != NULL; n++) {
        const status s = take_run(invocation_nth(inv, "--records", n), &w, &f);
        if (s.code != E_OK) return command_fail(status_exit(s), "hold add: %s", f.text);
    }
    d.slots[DUTY_RECORDS] = writer_slice(&w);
    return ask(inv, &d);
}

int run_hold_remove(const struct invocation *inv)
{
    struct duty d = duty_of(DUTY_HOLD_LIFT);
    take_words(inv, &d);
    return ask(inv, &d);
}

static void show_records(struct json_writer *j, slice records)
{
    json_key(j, "records");
    json_array(j);
    for (size_t i = 0; i + 16 <= records.len; i += 16) {
        json_array(j);
        json_u64(j, get_u64(records.at + i));
        json_u64(j, get_u64(records.at + i + 8));
        json_array_end(j);
    }
    json_array_end(j);
}

static void show_hold(const struct hold *h)
{
    static uint8_t line[LINE_BYTES_MAX];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_member_string(&j, "id", h->id);
    json_member_u64(&j, "index", h->index);
    json_member_string(&j, "basis", h->basis);
    if (h->subject.len > 0) json_member_string(&j, "subject", h->subject);
    if (h->records.len > 0) show_records(&j, h->records);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

static status list(const char *dir, struct fault *f)
{
    struct node n = {};
    struct keys *keys = NULL;
    struct holds holds = {};
    TRY(node_open_reading(dir, &n, f));
    status s = keys_open(&n.store, NULL, &keys, f);
    if (s.code == E_OK) s = erasures_check(&n.store, n.archive, f);
    if (s.code == E_OK) s = holds_load(n.archive, keys, &holds, f);
    for (uint32_t i = 0; s.code == E_OK && i < holds.count; i++)
        show_hold(&holds.at[i]);
    holds_done(&holds);
    keys_free(keys);
    node_close(&n);
    return s;
}

int run_hold_list(const struct invocation *inv)
{
    struct fault f = {};
    const status s = list(inv->arguments[0], &f);
    if (s.code == E_OK) return 0;
    return command_fail(status_exit(s), "hold list: %s: %s", inv->arguments[0], f.text);
}
