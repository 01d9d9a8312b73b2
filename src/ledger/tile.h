/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/cursor.h"
#include "base/writer.h"

/*
 * tile: names and sizes of the static resources of a log (c2sp.org/tlog-tiles) and the entry
 * bundle.
 *
 *   /tile/L/N[.p/W]         hashes of the complete subtrees of 256^L leaves, 256 to a tile
 *   /tile/entries/N[.p/W]   entries, 256 to a bundle: each a length u16 and that many bytes
 *
 * N is written in groups of three digits, all but the last behind an x: 1234067 is x001/x234/067.
 * A partial tile has W = 1..255 elements; a tile without elements does not exist.
 */
enum {
    TILE_WIDTH = 256,
    TILE_HASH_LEVELS = 8, /* levels that can hold a hash in a tree of at most 2^63 - 1 leaves */
    TILE_BYTES = TILE_WIDTH * 32,
    TILE_LEVEL_MAX = 63,      /* the highest that a path may name */
    TILE_PATH_BYTES_MAX = 64, /* "tile/entries/x018/…/615.p/255" has 49 */
};

struct tile {
    bool entries; /* an entry bundle; level is 0 then */
    uint8_t level;
    uint64_t index;
    uint16_t width; /* elements: 1..TILE_WIDTH */
};

/* Appends the path without a slash in front, "tile/…". */
void tile_path_write(struct writer *w, struct tile t);
/* Appends the path of the counter table of a segment, "counters/…" (docs/formats/counts.md). */
void tile_counters_path_write(struct writer *w, uint64_t segment);
/* Reads one: "tile/…", no slash in front. E_SYNTAX for anything but the one right spelling, E_LIMIT
 * for an index above 2^63 - 1 or a level above 63. */
status tile_path_parse(slice path, struct tile *ret_tile);

/* How many elements the tile at (level, index) has in a tree of size leaves: 0..256. */
unsigned tile_width(uint64_t size, unsigned level, uint64_t index);
/* How many tiles, the partial one included, that level has in a tree of size leaves. */
uint64_t tile_count(uint64_t size, unsigned level);

/* Reads the next entry of a bundle. E_SHORT. */
status tile_bundle_next(struct cursor *bundle, slice *ret_entry);
/* Whether bytes are exactly width entries. E_SHORT, E_TRAILING. */
status tile_bundle_check(slice bytes, unsigned width);
/* Appends one entry to a bundle. Sets E_LIMIT in w above 65,535 bytes. */
void tile_bundle_write(struct writer *w, slice entry);
