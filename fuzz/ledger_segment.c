/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segment headers, batches, blocks, footers and key groups as a damaged disk may hold them. Each is
 * tried as it is and with its checksum made right, so that what stands behind the checksum is
 * reached too. What is accepted is written again as it was read; on failure nothing has changed.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/group.h"
#include "ledger/footer.h"
#include "ledger/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A copy of the bytes whose check bytes at that place are the hash of everything in front. */
static uint8_t *made_right(slice bytes, size_t check_at, size_t check_len, hash (*whole)(slice))
{
    uint8_t *copy = malloc(bytes.len + 1);
    assert(copy != NULL);
    bytes_copy(copy, bytes.len, bytes);
    if (check_at > bytes.len || check_len > bytes.len - check_at) return copy;
    if (check_at == 0) return copy;
    const hash check = whole((slice){ copy, check_at });
    bytes_copy(copy + check_at, check_len, (slice){ check.bytes, check_len });
    return copy;
}

static void header(slice bytes)
{
    struct segment_header h = { .number = 99 };
    uint8_t again[SEGMENT_HEADER_BYTES];
    struct writer w = writer_of(again, sizeof again);
    if (segment_header_parse(bytes, &h).code != E_OK) {
        assert(h.number == 99);
        return;
    }
    segment_header_write(&h, &w);
    assert(writer_end(&w).code == E_OK && slice_starts(bytes, writer_slice(&w)));
}

static void blocks(slice bytes)
{
    struct cursor c = cursor_of(bytes);
    for (;;) {
        const size_t before = c.pos;
        struct block_head h = {};
        slice sealed = {};
        uint8_t again[BLOCK_HEAD_BYTES];
        struct writer w = writer_of(again, sizeof again);
        if (block_next(&c, &h, &sealed).code != E_OK) {
            assert(c.pos == before);
            return;
        }
        block_head_write(&h, &w);
        assert(writer_end(&w).code == E_OK);
        assert(slice_starts(slice_from(bytes, before), writer_slice(&w)));
        assert(sealed.len == h.sealed_bytes && c.pos == before + BLOCK_HEAD_BYTES + sealed.len);
    }
}

static void frame(slice bytes)
{
    struct batch_frame f = {};
    uint8_t head[BATCH_HEAD_BYTES];
    struct writer w = writer_of(head, sizeof head);
    if (batch_frame_parse(bytes, &f).code != E_OK) {
        assert(f.head.record_count == 0);
        return;
    }
    batch_head_write(&f.head, &w);
    assert(writer_end(&w).code == E_OK && slice_starts(bytes, writer_slice(&w)));
    assert(tile_bundle_check(f.entries, f.head.record_count).code == E_OK);
    for (uint32_t i = 0; i < f.head.sequence_count; i++)
        (void)sequence_at(&f, i);
    blocks(f.blocks);
}

static void footer(slice bytes)
{
    struct segment_footer f = {};
    if (segment_footer_parse(bytes, &f).code != E_OK) {
        assert(f.bytes == 0);
        return;
    }
    struct segment_places places = { .batches = calloc(f.batch_count, sizeof *places.batches) };
    uint8_t *again = malloc((size_t)f.bytes);
    hash tile[SEGMENT_TILES];
    assert(places.batches != NULL && again != NULL);
    for (uint32_t i = 0; i < f.batch_count; i++)
        places.batches[places.batch_count++] = segment_footer_place(&f, i);
    for (uint32_t i = 0; i < SEGMENT_TILES; i++)
        places.starts[i] = segment_footer_start(&f, i);
    bytes_copy(tile, sizeof tile, f.tile);
    struct writer w = writer_of(again, (size_t)f.bytes);
    segment_footer_write(&places, tile, f.counters, &w);
    assert(writer_end(&w).code == E_OK);
    assert(slice_equal(writer_slice(&w), slice_from(bytes, bytes.len - (size_t)f.bytes)));
    free(places.batches);
    free(again);
}

static void group(slice bytes)
{
    struct group_slot s = { .group = 99 };
    unsigned active = 9;
    if (group_selector_parse(bytes, &active).code == E_OK) assert(active <= 1);
    if (group_slot_parse(bytes, &s).code != E_OK) {
        assert(s.group == 99);
        return;
    }
    uint8_t *again = malloc(GROUP_SLOT_BYTES);
    assert(again != NULL);
    struct writer w = writer_of(again, GROUP_SLOT_BYTES);
    group_slot_write(&s, &w);
    assert(writer_end(&w).code == E_OK && slice_starts(bytes, writer_slice(&w)));
    free(again);
}

static void with_check(slice bytes, size_t check_at, size_t check_len, void (*parse)(slice))
{
    uint8_t *copy =
        made_right(bytes, check_at, check_len, parse == frame ? batch_checksum : sha256);
    parse((slice){ copy, bytes.len });
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const slice bytes = { data, len };
    header(bytes);
    frame(bytes);
    footer(bytes);
    group(bytes);
    blocks(bytes);
    with_check(bytes, SEGMENT_HEADER_BYTES - 8, 8, header);
    if (len >= SHA256_BYTES) with_check(bytes, len - SHA256_BYTES, SHA256_BYTES, frame);
    if (len >= SHA256_BYTES) with_check(bytes, len - SHA256_BYTES, SHA256_BYTES, group);
    if (len >= SHA256_BYTES + 8) with_check(bytes, len - SHA256_BYTES - 8, SHA256_BYTES, footer);
    return 0;
}
