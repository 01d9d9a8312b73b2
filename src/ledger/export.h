/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"
#include "ledger/tile.h"
#include "base/writer.h"

/*
 * export: the log as static resources (c2sp.org/tlog-tiles), made from the segments on demand: hash
 * tiles and entry bundles, to serve or to write into a folder.
 */

/* Appends the bytes of a tile as it is in the tree of size entries (size at most the archive's).
 * E_NOT_FOUND if that tree has no such tile of that width. A tile has TILE_BYTES, a bundle at most
 * 256 times 65,537. */
status export_tile(struct archive *a, uint64_t size, struct tile tile, struct writer *w,
                   struct fault *f);
/* Appends the counter table that the last entry of a full segment commits to, as
 * docs/formats/counts.md section 3 has it. E_NOT_FOUND if the segment is not full. */
status export_counters(struct archive *a, uint64_t segment, struct writer *w, struct fault *f);
/* Calls each with every tile that a reader of the tree of size entries may ask for, bundles first,
 * then hash tiles level by level, the partial one of each level last. */
status export_each(uint64_t size, status (*each)(void *with, struct tile tile), void *with);
