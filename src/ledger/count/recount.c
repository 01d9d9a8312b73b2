/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/count/recount.h"

#include "base/bytes.h"
#include "ledger/tile.h"
#include "base/banned.h"

struct reader {
    struct archive *archive;
    void (*each)(void *with, uint64_t entries); /* may be NULL */
    void *with;
};

static status out_of_memory(struct fault *f)
{
    return fault_set(f, FAIL(E_NOMEM), "counting: out of memory");
}

/* Counts the entries [from, to). */
static status count_range(const struct reader *r, struct counter *counter, uint64_t from,
                          uint64_t to, struct fault *f)
{
    while (from < to) {
        struct batch_frame frame = {};
        TRY(archive_batch(r->archive, from, &frame, f));
        struct cursor c = cursor_of(frame.entries);
        const uint64_t first = from;
        for (uint64_t i = frame.head.first_index; i < to && cursor_left(&c) > 0; i++) {
            slice entry = {};
            TRY(tile_bundle_next(&c, &entry));
            if (i < first) continue;
            const status s = counter_add(counter, entry);
            if (s.code != E_OK) {
                return fault_set(f, s, "entry %llu: %s", (unsigned long long)i, status_text(s));
            }
            from = i + 1;
        }
        if (r->each != NULL) r->each(r->with, from - first);
    }
    return OK;
}

status recount_all(struct archive *a, uint64_t size, void (*each)(void *with, uint64_t entries),
                   void *with, struct counter **ret_counter, struct fault *f)
{
    const struct reader r = { a, each, with };
    struct counter *counter = counter_new(0);
    if (counter == NULL) return out_of_memory(f);
    const status s = count_range(&r, counter, 0, size, f);
    if (s.code != E_OK) {
        counter_free(counter);
        return s;
    }
    *ret_counter = counter;
    return OK;
}

/* The newest summary in [from, to); E_NOT_FOUND leaves the fault alone. */
static status summary_find(struct archive *a, uint64_t from, uint64_t to, uint64_t *ret_index,
                           struct fault *f)
{
    bool found = false;
    for (uint64_t index = from; index < to;) {
        struct batch_frame frame = {};
        TRY(archive_batch(a, index, &frame, f));
        struct cursor c = cursor_of(frame.entries);
        for (uint64_t i = frame.head.first_index; cursor_left(&c) > 0; i++) {
            struct entry entry = {};
            slice bytes = {};
            TRY(tile_bundle_next(&c, &bytes));
            index = i + 1;
            if (i < from || i >= to || entry_split(bytes, &entry).code != E_OK) continue;
            if (entry.schema->kind != KIND_summary) continue;
            *ret_index = i;
            found = true;
        }
    }
    return found ? OK : FAIL(E_NOT_FOUND);
}

/* The table at the end of the segments before this one. */
static status counter_before(struct archive *a, uint64_t segment, struct counter *counter,
                             struct fault *f)
{
    struct segment_footer footer = {};
    struct counter_table table = {};
    if (segment == 0) return OK;
    TRY(archive_footer(a, segment - 1, &footer, f));
    TRY(counter_table_parse(footer.counters, &table, f));
    const status s = counter_load(counter, &table);
    if (s.code != E_OK) return out_of_memory(f);
    const struct reader r = { .archive = a };
    return count_range(&r, counter, segment * SEGMENT_ENTRIES - 1, segment * SEGMENT_ENTRIES, f);
}

/* What the table before the segment claims, and its entries up to there. */
static status count_from(struct archive *a, uint64_t segment, uint64_t to,
                         struct counter **ret_counter, struct fault *f)
{
    const struct reader r = { .archive = a };
    struct counter *counter = counter_new(0);
    if (counter == NULL) return out_of_memory(f);
    status s = counter_before(a, segment, counter, f);
    if (s.code == E_OK) s = count_range(&r, counter, segment * SEGMENT_ENTRIES, to, f);
    if (s.code != E_OK) {
        counter_free(counter);
        return s;
    }
    *ret_counter = counter;
    return OK;
}

status recount_to_summary(struct archive *a, uint64_t size, struct counter **ret_counter,
                          uint64_t *ret_index, struct fault *f)
{
    uint64_t segment = size / SEGMENT_ENTRIES;
    uint64_t index = 0;
    status s = summary_find(a, segment * SEGMENT_ENTRIES, size, &index, f);
    if (s.code == E_NOT_FOUND && segment > 0) {
        index = segment * SEGMENT_ENTRIES - 1; /* a full segment ends with one */
        segment--;
        s = OK;
    }
    if (s.code == E_NOT_FOUND) {
        return fault_set(f, s, "there is no summary yet; see: candor help log summarise");
    }
    TRY(s);
    TRY(count_from(a, segment, index, ret_counter, f));
    *ret_index = index;
    return OK;
}

status recount_from_summary(struct archive *a, uint64_t size, struct counter **ret_counter,
                            struct fault *f)
{
    return count_from(a, size / SEGMENT_ENTRIES, size, ret_counter, f);
}

status recount_on(struct archive *a, uint64_t size, struct counter *counter, struct fault *f)
{
    const struct reader r = { .archive = a };
    return count_range(&r, counter, counter_size(counter), size, f);
}
