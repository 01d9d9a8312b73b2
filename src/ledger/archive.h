/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "ledger/footer.h"
#include "ledger/store.h"
#include "ledger/tree.h"

/*
 * archive: the log as it lies on disk, for reading: segments, batches, entries, and the tree over
 * them. Needs no key and writes nothing. Opening reads the footers of full segments and every batch
 * of the newest one; recovery, fsck, proofs and export all stand on this.
 *
 * It may be opened while a node appends: a batch that is not whole yet is simply not there yet.
 * Threads: one at a time per object.
 */
struct archive;

/* What stands behind the last whole batch of the newest segment. */
enum archive_tail {
    ARCHIVE_TAIL_CLEAN, /* nothing, or preallocated zeros */
    ARCHIVE_TAIL_TORN,  /* a write that a crash cut off */
};

/* origin is the log's name; a segment of another log is E_CORRUPT, as is whatever contradicts
 * itself, with file, offset and reason in the fault. E_NOT_FOUND if there is no segment at all. The
 * store must outlive the archive. */
status archive_open(const struct store *store, const char *origin, struct archive **ret_archive,
                    struct fault *f);
void archive_free(struct archive *a);
/* The SHA-256 of the log's origin. */
hash archive_origin(const struct archive *a);
/* Number of entries in whole batches. */
uint64_t archive_size(const struct archive *a);
/* The tree over them; borrowed. */
struct tree *archive_tree(struct archive *a);
/* Number of the newest segment and the offset behind its last whole batch. */
uint64_t archive_segment(const struct archive *a);
uint64_t archive_end(const struct archive *a);
enum archive_tail archive_tail(const struct archive *a);
/* The number that the next opening block gets. */
uint64_t archive_next_block(const struct archive *a);
/* Where the parts of the newest segment lie; borrowed until the next call that changes the archive.
 */
const struct segment_places *archive_places(const struct archive *a);

/* The batch that holds the entry at index. The frame's slices are views that die with the next
 * read. E_NOT_FOUND beyond the size, E_CORRUPT. */
status archive_batch(struct archive *a, uint64_t index, struct batch_frame *ret_frame,
                     struct fault *f);
/* The raw entry at index, true to the tree; a view that dies with the next read. Only its tile of
 * 256 is read. E_NOT_FOUND beyond the size, E_CORRUPT. */
status archive_entry(struct archive *a, uint64_t index, slice *ret_entry, struct fault *f);
/* Leaf hashes of the entries [first, first + count), true to the tree. */
status archive_leaves(struct archive *a, uint64_t first, size_t count, hash *ret_leaves,
                      struct fault *f);
/* The footer of a full segment; views die with the next read. E_NOT_FOUND if it is not full. */
status archive_footer(struct archive *a, uint64_t segment, struct segment_footer *ret_footer,
                      struct fault *f);
/* Told by the writer: a batch follows the last one in the newest segment. Its leaves are in the
 * tree already; entries are its head's record_count, as they stand one behind the other in it.
 * E_NOMEM. */
status archive_grew(struct archive *a, const struct batch_head *head, const slice *entries);
/* Told by the writer: the newest segment is full, the next one follows. */
void archive_roll(struct archive *a);
