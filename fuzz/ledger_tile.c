/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tile paths and entry bundles: a path that is accepted has this one spelling, a bundle that is
 * accepted is exactly its entries.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void path_has_one_spelling(slice path)
{
    struct tile t = { .index = 99 };
    uint8_t again[TILE_PATH_BYTES_MAX];
    struct writer w = writer_of(again, sizeof again);
    if (tile_path_parse(path, &t).code != E_OK) {
        assert(t.index == 99);
        return;
    }
    tile_path_write(&w, t);
    assert(writer_end(&w).code == E_OK && slice_equal(writer_slice(&w), path));
    assert(t.level <= TILE_LEVEL_MAX && t.width >= 1 && t.width <= TILE_WIDTH);
    assert(tile_width(t.index, t.level, t.index / TILE_WIDTH) <= TILE_WIDTH);
}

static void bundle_is_its_entries(slice bytes)
{
    struct cursor c = cursor_of(bytes);
    slice entry = {};
    unsigned width = 0;
    uint8_t *again = malloc(bytes.len + 1);
    assert(again != NULL);
    struct writer w = writer_of(again, bytes.len);
    while (width < TILE_WIDTH && tile_bundle_next(&c, &entry).code == E_OK) {
        tile_bundle_write(&w, entry);
        width++;
    }
    assert(slice_equal(writer_slice(&w), (slice){ bytes.at, c.pos }));
    assert((tile_bundle_check(bytes, width).code == E_OK) == (cursor_left(&c) == 0));
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const slice bytes = { len == 0 ? (const uint8_t *)"" : data, len };
    path_has_one_spelling(bytes);
    bundle_is_its_entries(bytes);
    return 0;
}
