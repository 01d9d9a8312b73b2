/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/export.h"

#include "base/bytes.h"
#include "ledger/merkle.h"
#include "base/banned.h"

static status bundle(struct archive *a, struct tile tile, struct writer *w, struct fault *f)
{
    uint64_t index = tile.index * TILE_WIDTH;
    const uint64_t end = index + tile.width;
    while (index < end) {
        struct batch_frame frame = {};
        TRY(archive_batch(a, index, &frame, f));
        struct cursor c = cursor_of(frame.entries);
        for (uint64_t at = frame.head.first_index; at < end && cursor_left(&c) > 0; at++) {
            slice entry = {};
            TRY(tile_bundle_next(&c, &entry));
            if (at < index) continue;
            tile_bundle_write(w, entry);
            index = at + 1;
        }
    }
    return writer_end(w);
}

/* A level-0 tile is hashed from its entries, which is cheaper than keeping it. */
static status leaf_tile(struct archive *a, struct tile tile, struct writer *w, struct fault *f)
{
    hash leaves[TILE_WIDTH];
    TRY(archive_leaves(a, tile.index * TILE_WIDTH, tile.width, leaves, f));
    writer_bytes(w, (slice){ leaves[0].bytes, tile.width * sizeof *leaves });
    return writer_end(w);
}

status export_tile(struct archive *a, uint64_t size, struct tile tile, struct writer *w,
                   struct fault *f)
{
    const unsigned level = tile.entries ? 0 : tile.level;
    const unsigned width = level < TILE_HASH_LEVELS ? tile_width(size, level, tile.index) : 0;
    if (tile.width == 0 || tile.width > width) {
        return fault_set(f, FAIL(E_NOT_FOUND), "a tree of %llu entries has no such tile",
                         (unsigned long long)size);
    }
    if (tile.entries) return bundle(a, tile, w, f);
    if (level == 0) return leaf_tile(a, tile, w, f);
    for (uint64_t i = 0; i < tile.width; i++) {
        hash node = {};
        const status s = tree_node(archive_tree(a), 8 * level, tile.index * TILE_WIDTH + i, &node);
        if (s.code != E_OK) return fault_set(f, s, "cannot read the tree: %s", status_text(s));
        writer_bytes(w, (slice){ node.bytes, sizeof node.bytes });
    }
    return writer_end(w);
}

status export_counters(struct archive *a, uint64_t segment, struct writer *w, struct fault *f)
{
    struct segment_footer footer = {};
    TRY(archive_footer(a, segment, &footer, f));
    writer_bytes(w, footer.counters);
    return writer_end(w);
}

static status each_of_level(uint64_t size, struct tile tile,
                            status (*each)(void *with, struct tile tile), void *with)
{
    const uint64_t count = tile_count(size, tile.level);
    for (tile.index = 0; tile.index < count; tile.index++) {
        tile.width = (uint16_t)tile_width(size, tile.level, tile.index);
        TRY(each(with, tile));
    }
    return OK;
}

status export_each(uint64_t size, status (*each)(void *with, struct tile tile), void *with)
{
    TRY(each_of_level(size, (struct tile){ .entries = true }, each, with));
    for (uint8_t level = 0; level < TILE_HASH_LEVELS; level++) {
        TRY(each_of_level(size, (struct tile){ .level = level }, each, with));
    }
    return OK;
}
