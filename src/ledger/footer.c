/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/footer.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/banned.h"

static const char footer_magic[8] = { 'c', 'a', 'n', 'd', 'o', 'r', 'F', 'T' };

enum {
    FOOTER_FIXED_BYTES = 32 + SEGMENT_TILES * (8 + SHA256_BYTES) + SHA256_BYTES +
                         8, /* without places and counters */
    PLACE_BYTES = 16,
    FOOTER_BYTES_MAX = 64 * 1024 * 1024,
};

static slice magic_slice(void)
{
    return (slice){ (const uint8_t *)footer_magic, sizeof footer_magic };
}

void segment_note_starts(struct segment_places *p, const struct placed_entries *e)
{
    enum { TILE_ENTRIES = SEGMENT_ENTRIES / SEGMENT_TILES, LENGTH_BYTES = 2 };
    const size_t past = e->first_index % TILE_ENTRIES;
    for (size_t i = past == 0 ? 0 : TILE_ENTRIES - past; i < e->count; i += TILE_ENTRIES) {
        const size_t in_bundle = (size_t)(e->entries[i].at - e->bundle) - LENGTH_BYTES;
        p->starts[(e->first_index + i) % SEGMENT_ENTRIES / TILE_ENTRIES] = e->offset + in_bundle;
    }
}

void segment_footer_write(const struct segment_places *places, const hash tile[SEGMENT_TILES],
                          slice counters, struct writer *w)
{
    const size_t start = w->len;
    const uint64_t whole =
        FOOTER_FIXED_BYTES + (uint64_t)places->batch_count * PLACE_BYTES + counters.len;
    writer_bytes(w, magic_slice());
    writer_u64(w, whole);
    writer_u32(w, places->batch_count);
    writer_u32(w, (uint32_t)counters.len);
    writer_u64(w, 0);
    for (uint32_t i = 0; i < places->batch_count; i++) {
        writer_u64(w, places->batches[i].offset);
        writer_u64(w, places->batches[i].first_index);
    }
    for (size_t i = 0; i < SEGMENT_TILES; i++)
        writer_u64(w, places->starts[i]);
    writer_bytes(w, (slice){ tile[0].bytes, SEGMENT_TILES * sizeof *tile });
    writer_bytes(w, counters);
    if (w->error != E_OK) return;
    const hash check = sha256((slice){ w->at + start, w->len - start });
    writer_bytes(w, (slice){ check.bytes, sizeof check.bytes });
    writer_u64(w, whole);
}

status segment_footer_length(slice tail, uint64_t *ret_bytes)
{
    if (tail.len < 8) return FAIL(E_SHORT);
    const uint64_t bytes = get_u64(tail.at + tail.len - 8);
    if (bytes < FOOTER_FIXED_BYTES || bytes > FOOTER_BYTES_MAX) return FAIL(E_LIMIT);
    *ret_bytes = bytes;
    return OK;
}

status segment_footer_parse(slice bytes, struct segment_footer *ret_footer)
{
    struct segment_footer f = {};
    TRY(segment_footer_length(bytes, &f.bytes));
    if (f.bytes > bytes.len) return FAIL(E_SHORT);
    struct cursor c = cursor_of(slice_from(bytes, bytes.len - (size_t)f.bytes));
    uint64_t whole = 0;
    uint32_t counters_bytes = 0;
    slice check = {};
    slice magic = {};
    slice zeros = {};
    TRY(cursor_bytes(&c, sizeof footer_magic, &magic));
    if (!slice_equal(magic, magic_slice())) return FAIL(E_SYNTAX);
    TRY(cursor_u64(&c, &whole));
    TRY(cursor_u32(&c, &f.batch_count));
    TRY(cursor_u32(&c, &counters_bytes));
    TRY(cursor_bytes(&c, sizeof(uint64_t), &zeros));
    if (get_u64(zeros.at) != 0) return FAIL(E_SYNTAX);
    if (whole != f.bytes || f.batch_count == 0 || f.batch_count > SEGMENT_ENTRIES) {
        return FAIL(E_SYNTAX);
    }
    TRY(cursor_bytes(&c, (size_t)f.batch_count * PLACE_BYTES, &f.batches));
    TRY(cursor_bytes(&c, SEGMENT_TILES * sizeof(uint64_t), &f.starts));
    TRY(cursor_bytes(&c, SEGMENT_TILES * SHA256_BYTES, &f.tile));
    TRY(cursor_bytes(&c, counters_bytes, &f.counters));
    const hash want = sha256((slice){ c.data.at, c.pos });
    TRY(cursor_bytes(&c, SHA256_BYTES, &check));
    TRY(cursor_u64(&c, &whole));
    TRY(cursor_end(&c));
    if (!bytes_equal(check.at, want.bytes, SHA256_BYTES)) return FAIL(E_INVALID);
    *ret_footer = f;
    return OK;
}

struct batch_place segment_footer_place(const struct segment_footer *f, uint32_t nth)
{
    assert(nth < f->batch_count);
    const uint8_t *at = f->batches.at + (size_t)nth * PLACE_BYTES;
    return (struct batch_place){ get_u64(at), get_u64(at + 8) };
}

uint64_t segment_footer_start(const struct segment_footer *f, uint32_t nth)
{
    assert(nth < SEGMENT_TILES);
    return get_u64(f->starts.at + nth * sizeof(uint64_t));
}
