/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/tile_read.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

/* Entries of the tile that follow one another within one batch. */
struct run {
    uint64_t offset;
    size_t bytes; /* at least theirs: to the next place that is known */
    uint32_t count;
};

struct runs {
    size_t count;
    size_t bytes;
    struct run at[TILE_WIDTH];
};

void tile_read_free(struct tile_read *t)
{
    free(t->bytes);
    *t = (struct tile_read){};
}

uint32_t segment_batch_of(const struct segment_places *p, uint64_t index)
{
    uint32_t low = 0;
    uint32_t high = p->batch_count;
    assert(high > 0);
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (p->batches[middle].first_index <= index) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Where the entries of a batch begin, from its head. */
static status entries_offset(const struct tile_file *s, uint64_t batch, uint64_t *ret_offset,
                             struct fault *f)
{
    uint8_t bytes[BATCH_HEAD_BYTES];
    struct batch_head head = {};
    size_t len = 0;
    TRY(s->store->ops->read(s->store->self, s->file, batch, bytes, sizeof bytes, &len, f));
    if (batch_head_parse((slice){ bytes, len }, &head).code != E_OK) return FAIL(E_CORRUPT);
    *ret_offset = batch + BATCH_HEAD_BYTES + head.blocks_bytes;
    return OK;
}

/* The run that begins with the entry at index, which is in the nth batch. */
static status run_find(const struct tile_file *s, uint64_t index, uint32_t nth, uint64_t end,
                       struct run *ret_run, struct fault *f)
{
    const struct segment_places *p = s->places;
    const size_t tile = index % SEGMENT_ENTRIES / TILE_WIDTH;
    const bool last_batch = nth + 1 == p->batch_count;
    uint64_t limit = last_batch ? s->end : p->batches[nth + 1].offset;
    uint64_t batch_end = last_batch ? end : p->batches[nth + 1].first_index;
    if (batch_end > end) batch_end = end;
    const bool next_known = tile + 1 < SEGMENT_TILES && p->starts[tile + 1] != 0;
    if (next_known && p->starts[tile + 1] < limit) limit = p->starts[tile + 1];
    struct run r = { .offset = p->starts[tile], .count = (uint32_t)(batch_end - index) };
    if (index % TILE_WIDTH != 0) TRY(entries_offset(s, p->batches[nth].offset, &r.offset, f));
    if (batch_end <= index || r.offset >= limit) return FAIL(E_CORRUPT);
    if (limit - r.offset > BATCH_FRAME_BYTES_MAX) return FAIL(E_CORRUPT);
    r.bytes = (size_t)(limit - r.offset);
    *ret_run = r;
    return OK;
}

static status runs_find(const struct tile_file *s, uint64_t first, uint32_t count,
                        struct runs *ret_runs, struct fault *f)
{
    uint32_t nth = segment_batch_of(s->places, first);
    uint64_t index = first;
    while (index < first + count) {
        struct run *r = &ret_runs->at[ret_runs->count];
        if (nth >= s->places->batch_count) return FAIL(E_CORRUPT);
        TRY(run_find(s, index, nth, first + count, r, f));
        ret_runs->count++;
        ret_runs->bytes += r->bytes;
        index += r->count;
        nth++;
    }
    return OK;
}

static status room(struct tile_read *t, size_t len, struct fault *f)
{
    if (len <= t->cap) return OK;
    uint8_t *bytes = malloc(len);
    if (bytes == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    free(t->bytes);
    t->bytes = bytes;
    t->cap = len;
    return OK;
}

static status runs_read(const struct tile_file *s, const struct runs *runs, struct tile_read *t,
                        struct fault *f)
{
    const struct store_ops *ops = s->store->ops;
    uint8_t *at = t->bytes;
    uint32_t entry = 0;
    for (size_t i = 0; i < runs->count; i++) {
        const struct run *r = &runs->at[i];
        size_t len = 0;
        TRY(ops->read(s->store->self, s->file, r->offset, at, r->bytes, &len, f));
        struct cursor c = cursor_of((slice){ at, len });
        for (uint32_t n = 0; n < r->count; n++) {
            if (tile_bundle_next(&c, &t->entries[entry++]).code != E_OK) return FAIL(E_CORRUPT);
        }
        at += r->bytes;
    }
    return OK;
}

status tile_read(const struct tile_file *file, uint64_t first, uint32_t count, struct tile_read *t,
                 struct fault *f)
{
    struct runs runs;
    runs.count = 0;
    runs.bytes = 0;
    t->count = 0;
    assert(count > 0 && count <= TILE_WIDTH && first % TILE_WIDTH == 0);
    TRY(runs_find(file, first, count, &runs, f));
    TRY(room(t, runs.bytes, f));
    TRY(runs_read(file, &runs, t, f));
    merkle_leaves(t->entries, count, t->nodes);
    if (count == TILE_WIDTH) merkle_rows(t->nodes, TILE_WIDTH);
    t->first = first;
    t->count = count;
    return OK;
}
