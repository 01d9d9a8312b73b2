/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/segment.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/crc32c.h"
#include "ledger/tile.h"
#include "base/banned.h"

static const char header_magic[8] = { 'c', 'a', 'n', 'd', 'o', 'r', 'S', 'G' };
static const char batch_magic[8] = { 'c', 'a', 'n', 'd', 'o', 'r', 'B', 'T' };

enum {
    SEGMENT_VERSION = 1,
    HEADER_CHECK_BYTES = 8,
    TRAILER_CHECKSUM_AT = BATCH_TRAILER_BYTES - SHA256_BYTES,
};

static slice magic_slice(const char magic[8])
{
    return (slice){ (const uint8_t *)magic, 8 };
}

/* Takes the magic or fails with E_SYNTAX. */
static status take_magic(struct cursor *c, const char magic[8])
{
    slice found = {};
    TRY(cursor_bytes(c, 8, &found));
    return slice_equal(found, magic_slice(magic)) ? OK : FAIL_AT(E_SYNTAX, c->pos);
}

/* Takes bytes that have to be zero: what a later version may use is not accepted unseen. */
static status take_zeros(struct cursor *c, size_t len)
{
    slice found = {};
    TRY(cursor_bytes(c, len, &found));
    for (size_t i = 0; i < len; i++) {
        if (found.at[i] != 0) return FAIL_AT(E_SYNTAX, c->pos - len + i);
    }
    return OK;
}

static void write_zeros(struct writer *w, size_t len)
{
    for (size_t i = 0; i < len; i++)
        writer_u8(w, 0);
}

static slice hash_slice(const hash *h)
{
    return (slice){ h->bytes, sizeof h->bytes };
}

void segment_header_write(const struct segment_header *h, struct writer *w)
{
    const size_t start = w->len;
    writer_bytes(w, magic_slice(header_magic));
    writer_u16(w, SEGMENT_VERSION);
    write_zeros(w, 6);
    writer_u64(w, h->number);
    writer_bytes(w, hash_slice(&h->origin));
    if (w->error != E_OK) return;
    const hash check = sha256((slice){ w->at + start, w->len - start });
    writer_bytes(w, (slice){ check.bytes, HEADER_CHECK_BYTES });
}

status segment_header_parse(slice bytes, struct segment_header *ret_header)
{
    struct cursor c = cursor_of(bytes);
    struct segment_header h = {};
    uint16_t version = 0;
    slice check = {};
    TRY(take_magic(&c, header_magic));
    TRY(cursor_u16(&c, &version));
    if (version != SEGMENT_VERSION) return FAIL(E_UNKNOWN);
    TRY(take_zeros(&c, 6));
    TRY(cursor_u64(&c, &h.number));
    TRY(cursor_copy(&c, sizeof h.origin.bytes, h.origin.bytes));
    const hash want = sha256((slice){ bytes.at, c.pos });
    TRY(cursor_bytes(&c, HEADER_CHECK_BYTES, &check));
    if (!bytes_equal(check.at, want.bytes, HEADER_CHECK_BYTES)) return FAIL(E_INVALID);
    *ret_header = h;
    return OK;
}

slice batch_magic_slice(void)
{
    static_assert(sizeof batch_magic == BATCH_MAGIC_BYTES, "as long as the header says");
    return magic_slice(batch_magic);
}

void batch_head_write(const struct batch_head *h, struct writer *w)
{
    writer_bytes(w, magic_slice(batch_magic));
    writer_u64(w, h->frame_bytes);
    writer_u64(w, h->first_index);
    writer_u64(w, h->first_block);
    writer_u32(w, h->record_count);
    writer_u32(w, h->block_count);
    writer_u32(w, h->sequence_count);
    writer_u32(w, h->flags);
    writer_u64(w, h->blocks_bytes);
    writer_u64(w, h->entries_bytes);
}

static status batch_head_check(const struct batch_head *h)
{
    if (h->record_count == 0 || h->record_count > BATCH_RECORDS_MAX) return FAIL(E_LIMIT);
    if (h->block_count == 0 || h->block_count > h->record_count) return FAIL(E_LIMIT);
    if (h->sequence_count > BATCH_SEQUENCES_MAX) return FAIL(E_LIMIT);
    if (h->frame_bytes > BATCH_FRAME_BYTES_MAX) return FAIL(E_LIMIT);
    if (h->blocks_bytes > h->frame_bytes || h->entries_bytes > h->frame_bytes) return FAIL(E_LIMIT);
    const uint64_t whole = BATCH_HEAD_BYTES + h->blocks_bytes + h->entries_bytes +
                           (uint64_t)h->sequence_count * SEQUENCE_BYTES + BATCH_TRAILER_BYTES;
    if (whole != h->frame_bytes) return FAIL(E_SYNTAX);
    if ((h->flags & ~(uint32_t)BATCH_CLOSES_SEGMENT) != 0) return FAIL(E_UNKNOWN);
    const uint64_t in_segment = h->first_index % SEGMENT_ENTRIES;
    if (in_segment + h->record_count > SEGMENT_ENTRIES) return FAIL(E_LIMIT);
    const bool closes = in_segment + h->record_count == SEGMENT_ENTRIES;
    return closes == ((h->flags & BATCH_CLOSES_SEGMENT) != 0) ? OK : FAIL(E_SYNTAX);
}

status batch_head_parse(slice bytes, struct batch_head *ret_head)
{
    struct cursor c = cursor_of(bytes);
    struct batch_head h = {};
    TRY(take_magic(&c, batch_magic));
    TRY(cursor_u64(&c, &h.frame_bytes));
    TRY(cursor_u64(&c, &h.first_index));
    TRY(cursor_u64(&c, &h.first_block));
    TRY(cursor_u32(&c, &h.record_count));
    TRY(cursor_u32(&c, &h.block_count));
    TRY(cursor_u32(&c, &h.sequence_count));
    TRY(cursor_u32(&c, &h.flags));
    TRY(cursor_u64(&c, &h.blocks_bytes));
    TRY(cursor_u64(&c, &h.entries_bytes));
    TRY(batch_head_check(&h));
    *ret_head = h;
    return OK;
}

void block_head_write(const struct block_head *h, struct writer *w)
{
    writer_u64(w, h->number);
    writer_u64(w, h->first_index);
    writer_u16(w, h->record_count);
    writer_u8(w, h->packing);
    writer_u8(w, 0);
    writer_u32(w, h->plain_bytes);
    writer_u32(w, h->sealed_bytes);
    write_zeros(w, 4);
    writer_bytes(w, (slice){ h->wrapped_key, sizeof h->wrapped_key });
    write_zeros(w, 4);
}

/* A block without openings has nothing that an opening would need. */
static bool is_bare(const struct block_head *h)
{
    static const uint8_t no_key[WRAPPED_KEY_BYTES];
    return h->plain_bytes == 0 && h->sealed_bytes == 0 &&
           bytes_equal(h->wrapped_key, no_key, sizeof no_key);
}

/* Reads a head; the cursor may have moved on failure. */
static status take_block_head(struct cursor *c, struct block_head *ret_head)
{
    struct block_head h = {};
    TRY(cursor_u64(c, &h.number));
    TRY(cursor_u64(c, &h.first_index));
    TRY(cursor_u16(c, &h.record_count));
    TRY(cursor_u8(c, &h.packing));
    TRY(take_zeros(c, 1));
    TRY(cursor_u32(c, &h.plain_bytes));
    TRY(cursor_u32(c, &h.sealed_bytes));
    TRY(take_zeros(c, 4));
    TRY(cursor_copy(c, sizeof h.wrapped_key, h.wrapped_key));
    TRY(take_zeros(c, 4));
    if (h.record_count == 0 || h.record_count > BLOCK_RECORDS_MAX) return FAIL(E_LIMIT);
    if (h.packing > BLOCK_ABSENT) return FAIL(E_UNKNOWN);
    if (h.packing == BLOCK_ABSENT && !is_bare(&h)) return FAIL(E_SYNTAX);
    if (h.plain_bytes > BATCH_FRAME_BYTES_MAX) return FAIL(E_LIMIT);
    *ret_head = h;
    return OK;
}

status block_head_parse(slice bytes, struct block_head *ret_head)
{
    struct cursor c = cursor_of(bytes);
    return take_block_head(&c, ret_head);
}

status block_next(struct cursor *blocks, struct block_head *ret_head, slice *ret_sealed)
{
    struct cursor next = *blocks;
    struct block_head h = {};
    TRY(take_block_head(&next, &h));
    TRY(cursor_bytes(&next, h.sealed_bytes, ret_sealed));
    *ret_head = h;
    *blocks = next;
    return OK;
}

status block_find(const struct batch_frame *frame, uint64_t index, struct block_head *ret_head,
                  slice *ret_sealed)
{
    struct cursor c = cursor_of(frame->blocks);
    for (;;) {
        TRY(block_next(&c, ret_head, ret_sealed));
        if (index - ret_head->first_index < ret_head->record_count) return OK;
    }
}

struct sequence_range sequence_at(const struct batch_frame *frame, uint32_t nth)
{
    assert(nth < frame->head.sequence_count);
    const uint8_t *at = frame->sequences.at + (size_t)nth * SEQUENCE_BYTES;
    return (struct sequence_range){ get_u64(at), get_u64(at + 8), get_u64(at + 16) };
}

/* Blocks follow one another without a gap in number or index and cover the batch's records. */
static status blocks_check(const struct batch_frame *frame)
{
    struct cursor c = cursor_of(frame->blocks);
    uint64_t number = frame->head.first_block;
    uint64_t index = frame->head.first_index;
    uint32_t blocks = 0;
    while (cursor_left(&c) > 0) {
        struct block_head head = {};
        slice sealed = {};
        TRY(block_next(&c, &head, &sealed));
        if (head.number != number || head.first_index != index) return FAIL(E_SYNTAX);
        number++;
        index += head.record_count;
        blocks++;
    }
    const bool complete = blocks == frame->head.block_count &&
                          index == frame->head.first_index + frame->head.record_count;
    return complete ? OK : FAIL(E_SYNTAX);
}

/* Takes the checksums of so many pieces. */
static void take_pieces(struct sha256 *whole, const uint32_t *crcs, size_t count)
{
    uint8_t bytes[CRC32C_LANES * sizeof *crcs];
    for (size_t i = 0; i < count; i++)
        put_u32(bytes + i * sizeof *crcs, crcs[i]);
    sha256_update(whole, (slice){ bytes, count * sizeof *crcs });
}

hash batch_checksum(slice frame)
{
    enum { SIDE_BYTES = CRC32C_LANES * BATCH_PIECE_BYTES };
    uint32_t crcs[CRC32C_LANES];
    struct sha256 whole;
    hash h;
    sha256_init(&whole);
    for (; frame.len >= SIDE_BYTES; frame = slice_from(frame, SIDE_BYTES)) {
        crc32c_side(frame.at, BATCH_PIECE_BYTES, crcs);
        take_pieces(&whole, crcs, CRC32C_LANES);
    }
    while (frame.len > 0) {
        const size_t len = frame.len < BATCH_PIECE_BYTES ? frame.len : BATCH_PIECE_BYTES;
        crcs[0] = crc32c((slice){ frame.at, len });
        take_pieces(&whole, crcs, 1);
        frame = slice_from(frame, len);
    }
    sha256_final(&whole, &h);
    return h;
}

status batch_frame_parse(slice bytes, struct batch_frame *ret_frame)
{
    struct batch_frame f = {};
    TRY(batch_head_parse(bytes, &f.head));
    if (bytes.len < f.head.frame_bytes) return FAIL(E_SHORT);
    struct cursor c = cursor_of((slice){ bytes.at, (size_t)f.head.frame_bytes });
    c.pos = BATCH_HEAD_BYTES;
    TRY(cursor_bytes(&c, (size_t)f.head.blocks_bytes, &f.blocks));
    TRY(cursor_bytes(&c, (size_t)f.head.entries_bytes, &f.entries));
    TRY(cursor_bytes(&c, (size_t)f.head.sequence_count * SEQUENCE_BYTES, &f.sequences));
    TRY(cursor_u64(&c, &f.trailer.size));
    TRY(cursor_copy(&c, SHA256_BYTES, f.trailer.root.bytes));
    const hash want = batch_checksum((slice){ bytes.at, c.pos });
    TRY(cursor_copy(&c, SHA256_BYTES, f.trailer.checksum.bytes));
    TRY(cursor_end(&c));
    if (!bytes_equal(want.bytes, f.trailer.checksum.bytes, SHA256_BYTES)) return FAIL(E_INVALID);
    if (f.trailer.size != f.head.first_index + f.head.record_count) return FAIL(E_SYNTAX);
    TRY(blocks_check(&f));
    TRY(tile_bundle_check(f.entries, f.head.record_count));
    *ret_frame = f;
    return OK;
}
