/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log show: records as this node can read them: what is public of each, and what its keys open. One
 * JSON object a line. The log has a record of the look before anything is opened.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "cmd/log/log_commands.h"
#include "cmd/node/duty.h"
#include "cmd/node/record_line.h"
#include "cmd/node/node.h"
#include "ledger/opener.h"
#include "base/banned.h"

enum {
    LINE_BYTES_MAX = 16 * 1024 * 1024, /* a raw value of 1 MiB with every byte escaped, and more */
    NS_PER_S = 1000000000,
    SHOWN_BY_DEFAULT = 10,
};

static status show_public(struct node *n, uint64_t index, struct opened_record *r, struct fault *f)
{
    TRY(archive_entry(n->archive, index, &r->entry_bytes, f));
    r->gone = false;
    r->opening.field_count = 0;
    return entry_parse(r->entry_bytes, &r->entry, f);
}

/* What is to be shown. */
struct looking {
    uint64_t from;
    uint64_t count;
    bool public_only;
};

static status show_range(struct node *n, const struct looking *look, struct fault *f)
{
    static struct opened_record record;
    const uint64_t from = look->from;
    struct keys *keys = NULL;
    struct writer w = writer_of(malloc(LINE_BYTES_MAX), LINE_BYTES_MAX);
    status s = w.at == NULL ? fault_set(f, FAIL(E_NOMEM), "out of memory") : OK;
    if (s.code == E_OK && !look->public_only) s = keys_open(&n->store, NULL, &keys, f);
    struct opener *opener = keys != NULL ? opener_new(n->archive, keys) : NULL;
    if (keys != NULL && opener == NULL) s = fault_set(f, FAIL(E_NOMEM), "out of memory");
    for (uint64_t i = 0; s.code == E_OK && i < look->count; i++) {
        w.len = 0;
        s = opener == NULL ? show_public(n, from + i, &record, f)
                           : opener_open(opener, from + i, &record, f);
        if (s.code == E_OK) s = record_write_line(&record, from + i, &w);
        if (s.code == E_OK && fwrite(w.at, 1, w.len, stdout) != w.len) {
            s = fault_set(f, FAIL(E_IO), "cannot write to standard output");
        }
    }
    opener_free(opener);
    keys_free(keys);
    free(w.at);
    return s;
}

/* INDEX alone shows one record; without it the newest are shown. */
static status range_of(const struct invocation *inv, uint64_t size, struct looking *look,
                       struct fault *f)
{
    const char *count = invocation_value(inv, "--count", NULL);
    uint64_t *ret_from = &look->from;
    uint64_t *ret_count = &look->count;
    *ret_count = inv->argument_count > 1 ? 1 : SHOWN_BY_DEFAULT;
    if (count != NULL && num_parse_u64(slice_text(count), ret_count).code != E_OK) {
        return fault_set(f, FAIL(E_USAGE), "--count is not a number: %.40s", count);
    }
    *ret_from = size - (*ret_count < size ? *ret_count : size);
    if (inv->argument_count > 1 &&
        num_parse_u64(slice_text(inv->arguments[1]), ret_from).code != E_OK) {
        return fault_set(f, FAIL(E_USAGE), "INDEX is not a number: %.40s", inv->arguments[1]);
    }
    if (*ret_from >= size) {
        return fault_set(f, FAIL(E_NOT_FOUND), "index %" PRIu64 ": the log has %" PRIu64 " entries",
                         *ret_from, size);
    }
    if (*ret_count > size - *ret_from) *ret_count = size - *ret_from;
    return OK;
}

static status tell_look(const struct invocation *inv, slice records, struct fault *f)
{
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    struct writer w = writer_of(answer, sizeof answer);
    struct duty d = duty_of(DUTY_OPEN);
    if (records.len == 0) return OK;
    d.slots[DUTY_RECORDS] = records;
    d.slots[DUTY_ACTOR] = slice_text(invocation_value(inv, "--by", ""));
    d.slots[DUTY_PURPOSE] = slice_text(invocation_value(inv, "--purpose", ""));
    const status s = duty_ask(inv->arguments[0], &d, &w, f);
    return s.code == E_OK ? OK : fault_within(f, s, "the look cannot be recorded");
}

/* Has the log tell of the records that have something private, before they are opened. */
static status record_look(const struct invocation *inv, struct node *n, const struct looking *look,
                          struct fault *f)
{
    uint8_t room[DUTY_RECORDS_MAX * 8];
    struct writer records = writer_of(room, sizeof room);
    for (uint64_t i = look->from; i < look->from + look->count; i++) {
        struct entry entry = {};
        slice bytes = {};
        TRY(archive_entry(n->archive, i, &bytes, f));
        TRY(entry_parse(bytes, &entry, f));
        if ((entry.schema->flags & KIND_BODY) != 0) continue;
        writer_u64(&records, i);
        if (records.len < sizeof room) continue;
        TRY(tell_look(inv, writer_slice(&records), f));
        records = writer_of(room, sizeof room);
    }
    return tell_look(inv, writer_slice(&records), f);
}

int run_log_show(const struct invocation *inv)
{
    struct node node = {};
    struct fault f = {};
    struct looking look = { .public_only = invocation_has(inv, "--public") };
    status s = node_open_reading(inv->arguments[0], &node, &f);
    if (s.code == E_OK) {
        s = range_of(inv, archive_size(node.archive), &look, &f);
        if (s.code == E_OK && !look.public_only) s = record_look(inv, &node, &look, &f);
        if (s.code == E_OK) s = show_range(&node, &look, &f);
        node_close(&node);
    }
    if (s.code == E_OK) return 0;
    return command_fail(status_exit(s), "log show: %s: %s", inv->arguments[0], f.text);
}
