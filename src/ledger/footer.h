/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/segment.h"

/*
 * footer: what stands behind the batches of a full segment (docs/formats/segment.md), and the
 * places that it is made of. Pure codec.
 */

/* The footer of a full segment: where its batches and tiles start, its level-1 tile, its counter
 * table. */
struct segment_footer {
    uint64_t bytes; /* of the whole footer */
    uint32_t batch_count;
    slice batches;  /* batch_count times u64 offset, u64 first index */
    slice starts;   /* SEGMENT_TILES times u64 offset of the first entry */
    slice tile;     /* SEGMENT_TILES hashes */
    slice counters; /* the table that the segment's summary commits to */
};

struct batch_place {
    uint64_t offset;
    uint64_t first_index;
};

/* Where the parts of a segment lie in its file. */
struct segment_places {
    struct batch_place *batches; /* owned by whoever fills it */
    uint32_t batch_count;
    uint32_t batch_cap;
    uint64_t starts[SEGMENT_TILES]; /* offset of the first entry of each level-0 tile */
};

/* The entries of a batch: a bundle that stands at that offset of the file. */
struct placed_entries {
    const uint8_t *bundle;
    uint64_t offset;
    uint64_t first_index;
    const slice *entries; /* count views into the bundle, in order */
    size_t count;
};

/* Notes where the tiles begin whose first entry is among these. */
void segment_note_starts(struct segment_places *p, const struct placed_entries *e);
/* Writes the footer with its checksum. */
void segment_footer_write(const struct segment_places *places, const hash tile[SEGMENT_TILES],
                          slice counters, struct writer *w);
/* bytes ends at the end of the file and holds at least the whole footer. E_SHORT, E_SYNTAX,
 * E_INVALID. */
status segment_footer_parse(slice bytes, struct segment_footer *ret_footer);
/* Length of the footer, from the last 8 bytes of the file. E_SHORT, E_LIMIT. */
status segment_footer_length(slice tail, uint64_t *ret_bytes);
/* The nth place (from 0) of a footer, and where its nth tile starts. */
struct batch_place segment_footer_place(const struct segment_footer *f, uint32_t nth);
uint64_t segment_footer_start(const struct segment_footer *f, uint32_t nth);
