/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/count/kind_walk.h"

#include "base/bytes.h"
#include "ledger/count/counter_table.h"
#include "ledger/tile.h"
#include "base/banned.h"

/* What is told of the entries. */
struct walker {
    status (*each)(void *with, uint64_t index, const struct entry *e, struct fault *f);
    void *with;
};

/* The batch in which the walk stands. */
static status walk_batch(struct kind_walk *w, struct archive *a, uint64_t to,
                         const struct walker *walker, struct fault *f)
{
    struct batch_frame frame = {};
    TRY(archive_batch(a, w->walked, &frame, f));
    struct cursor c = cursor_of(frame.entries);
    for (uint64_t i = frame.head.first_index; i < to && cursor_left(&c) > 0; i++) {
        struct entry entry = {};
        slice bytes = {};
        TRY(tile_bundle_next(&c, &bytes));
        if (i < w->walked) continue;
        w->walked = i + 1;
        if (bytes.len < 2 || bytes.at[1] != w->kind) continue;
        TRY(entry_parse(bytes, &entry, f));
        TRY(walker->each(walker->with, i, &entry, f));
    }
    return OK;
}

/* Whether a full segment has none of the kind, as the table that its last entry commits to says. */
static status is_empty(struct kind_walk *w, struct archive *a, uint64_t segment, bool *ret_is_empty,
                       struct fault *f)
{
    const struct counter_key first = { .bytes = { w->kind } };
    struct segment_footer footer = {};
    struct counter_table table = {};
    uint64_t counted = 0;
    TRY(archive_footer(a, segment, &footer, f));
    TRY(counter_table_parse(footer.counters, &table, f));
    for (size_t row = counter_table_find(&table, &first); row < table.row_count; row++) {
        if (counter_table_key(&table, row).bytes[0] != w->kind) break;
        counted += counter_table_count(&table, row);
    }
    *ret_is_empty = counted == w->counted;
    w->counted = counted;
    return OK;
}

status kind_walk_follow(struct kind_walk *w, struct archive *a,
                        status (*each)(void *with, uint64_t index, const struct entry *e,
                                       struct fault *f),
                        void *with, struct fault *f)
{
    const struct walker walker = { each, with };
    const uint64_t size = archive_size(a);
    while (w->walked < size) {
        const uint64_t segment = w->walked / SEGMENT_ENTRIES;
        const uint64_t end = (segment + 1) * SEGMENT_ENTRIES;
        bool skip = false;
        if (w->walked % SEGMENT_ENTRIES == 0 && end <= size) {
            TRY(is_empty(w, a, segment, &skip, f));
        }
        if (skip) w->walked = end;
        while (!skip && w->walked < (end < size ? end : size))
            TRY(walk_batch(w, a, end < size ? end : size, &walker, f));
    }
    return OK;
}
