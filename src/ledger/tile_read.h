/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "ledger/merkle.h"
#include "ledger/footer.h"
#include "ledger/store.h"
#include "ledger/tile.h"

/*
 * tile_read: the entries of one level-0 tile read from a segment's file, wherever its batches cut
 * them, and the tree over them. Nothing else of the batches is read and no checksum is looked at:
 * whoever reads holds the hashes against nodes that are trusted.
 * Cost: about 13 KiB read and 766 blocks of SHA-256 for a full tile of plain entries.
 */
enum { TILE_NODES = 2 * TILE_WIDTH - 1 };

struct tile_read {
    uint64_t first; /* index of the first entry */
    uint32_t count; /* 0: nothing was read */
    uint8_t *bytes; /* owned */
    size_t cap;
    slice entries[TILE_WIDTH]; /* views into bytes */
    hash nodes[TILE_NODES];    /* count leaves; if they are TILE_WIDTH all rows, the root last */
};

/* Frees what a zeroed or read one owns, and empties it. */
void tile_read_free(struct tile_read *t);

/* A segment's file, and where its parts lie in it. */
struct tile_file {
    const struct store *store;
    int file;
    const struct segment_places *places;
    uint64_t end; /* offset behind its last batch */
};

/* The last batch of the segment whose first index is not above index; there must be a batch. */
uint32_t segment_batch_of(const struct segment_places *p, uint64_t index);

/* Reads the tile that begins at first, of which the segment holds count entries. E_CORRUPT if the
 * places lead nowhere or the bytes are no entries (the fault is not set); E_IO, E_NOMEM. On failure
 * count is 0. */
status tile_read(const struct tile_file *file, uint64_t first, uint32_t count, struct tile_read *t,
                 struct fault *f);
