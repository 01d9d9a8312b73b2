/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/backup/gaps.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/erase/scan.h"
#include "record/kinds.h"
#include "record/value.h"
#include "base/banned.h"

void gap_ranges_done(struct gap_ranges *r)
{
    free(r->at);
    *r = (struct gap_ranges){};
}

status gap_ranges_push(struct gap_ranges *r, struct gap_range range, struct fault *f)
{
    enum { FIRST_CAP = 64 };
    if (r->count > 0 && r->at[r->count - 1].last + 1 == range.first) {
        r->at[r->count - 1].last = range.last;
        return OK;
    }
    if (r->count == r->cap) {
        const size_t cap = r->cap == 0 ? FIRST_CAP : r->cap * 2;
        struct gap_range *at = reallocarray(r->at, cap, sizeof *at);
        if (at == NULL) return fault_set(f, FAIL(E_NOMEM), "gaps: out of memory");
        r->at = at;
        r->cap = cap;
    }
    r->at[r->count++] = range;
    return OK;
}

bool gap_names(const struct entry *entry, const struct opening *opening,
               struct gap_range *ret_range)
{
    const struct schema *s = entry->schema;
    if (opening == NULL || s->kind != KIND_gap) return false;
    const struct schema_column *cause = &s->columns[COLUMN_gap_cause];
    if (schema_column_value(cause, entry->columns) != VALUE_gap_cause_openings) return false;
    const struct record_field *first = &opening->fields[FIELD_gap_first - 1];
    const struct record_field *last = &opening->fields[FIELD_gap_last - 1];
    if (first->type != TYPE_U64 || last->type != TYPE_U64) return false;
    const struct gap_range r = { value_u64(first->value), value_u64(last->value) };
    if (r.last < r.first) return false;
    *ret_range = r;
    return true;
}

/* ---- what is not here ---- */

/* Whether the block never had a key here, or it is lost and that was accepted. */
static status is_absent(struct keys *k, const struct block_head *head, bool *ret_is,
                        struct fault *f)
{
    uint8_t key[KEYS_KEY_BYTES];
    struct fault why = {};
    const status s = keys_unwrap(k, head->number, head->wrapped_key, key, &why);
    bytes_wipe(key, sizeof key);
    *ret_is = s.code == E_ERASED && s.detail == KEYS_ABSENT;
    if (s.code == E_OK || s.code == E_ERASED) return OK;
    *f = why;
    return s;
}

static status frame_look(const struct batch_frame *frame, struct keys *k, struct gap_ranges *r,
                         struct fault *f)
{
    struct cursor blocks = cursor_of(frame->blocks);
    while (cursor_left(&blocks) > 0) {
        struct block_head head = {};
        slice sealed = {};
        TRY(block_next(&blocks, &head, &sealed));
        bool absent = false;
        TRY(is_absent(k, &head, &absent, f));
        if (!absent) continue;
        const uint64_t last = head.first_index + head.record_count - 1;
        TRY(gap_ranges_push(r, (struct gap_range){ head.first_index, last }, f));
    }
    return OK;
}

static status absent_find(struct archive *a, struct keys *k, struct gap_ranges *r, struct fault *f)
{
    for (uint64_t index = 0; index < archive_size(a);) {
        struct batch_frame frame = {};
        TRY(archive_batch(a, index, &frame, f));
        TRY(frame_look(&frame, k, r, f));
        index = frame.head.first_index + frame.head.record_count;
    }
    return OK;
}

/* ---- what is named ---- */

static bool is_gap(void *, uint64_t, slice entry)
{
    return entry.at[1] == KIND_gap;
}

static status take(void *self, const struct scanned_record *r, struct fault *f)
{
    struct gap_range range = {};
    if (!gap_names(r->entry, r->opening, &range)) return OK;
    return gap_ranges_push(self, range, f);
}

static int by_first(const void *a, const void *b)
{
    const struct gap_range *x = a;
    const struct gap_range *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

/* Appends what of the range is in none of the named ones, which are sorted by their beginnings. */
static status rest_of(struct gap_range range, const struct gap_ranges *named,
                      struct gap_ranges *rest, struct fault *f)
{
    uint64_t from = range.first;
    for (size_t i = 0; i < named->count && named->at[i].first <= range.last; i++) {
        const struct gap_range *n = &named->at[i];
        if (n->last < from) continue;
        if (n->first > from)
            TRY(gap_ranges_push(rest, (struct gap_range){ from, n->first - 1 }, f));
        if (n->last >= range.last) return OK;
        from = n->last + 1;
    }
    return gap_ranges_push(rest, (struct gap_range){ from, range.last }, f);
}

status gaps_unnamed(struct archive *a, struct keys *keys, struct gap_ranges *ret_ranges,
                    struct fault *f)
{
    struct gap_ranges absent = {};
    struct gap_ranges named = {};
    const struct scan_watcher watcher = { .self = &named, .record = take, .wants = is_gap };
    status s = absent_find(a, keys, &absent, f);
    if (s.code == E_OK && absent.count > 0)
        s = scan_records(a, keys, 0, archive_size(a), &watcher, f);
    if (s.code == E_OK && named.count > 0) qsort(named.at, named.count, sizeof *named.at, by_first);
    for (size_t i = 0; s.code == E_OK && i < absent.count; i++)
        s = rest_of(absent.at[i], &named, ret_ranges, f);
    gap_ranges_done(&absent);
    gap_ranges_done(&named);
    return s;
}
