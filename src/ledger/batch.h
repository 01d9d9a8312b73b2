/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "ledger/keys.h"
#include "ledger/seal/sealer.h"
#include "ledger/segment.h"
#include "ledger/signer.h"
#include "record/record.h"

/*
 * batch: records on their way to disk as one write (design section 6): opening blocks, entries,
 * sequence ranges, trailer. Filled record by record, sealed once, written once, then reused.
 *
 * A batch is full at BATCH_RECORDS_MAX records, BATCH_INPUT_BYTES_MAX of openings or
 * BATCH_SEQUENCES_MAX sequence ranges; the last entry of a segment ends it in any case.
 */
enum {
    BATCH_INPUT_BYTES_MAX = 1024 * 1024,
    /* A block ends at BLOCK_RECORDS_MAX records or behind BLOCK_PLAIN_BYTES_CLOSE bytes. */
    BATCH_BLOCKS_MAX = BATCH_RECORDS_MAX / BLOCK_RECORDS_MAX +
                       BATCH_INPUT_BYTES_MAX / BLOCK_PLAIN_BYTES_CLOSE + 16,
};

struct batch;

/* What a batch is made with; borrowed. */
struct batch_tools {
    struct block_codec *codec; /* for the last block of a batch */
    struct sealer *sealer;     /* for all others; NULL: the codec as well */
    struct keys *keys;
    const struct store *store;
};

/* An empty batch. NULL if memory is out. */
struct batch *batch_new(void);
/* Wipes openings and keys. NULL is allowed. The sealer it was filled with may be gone. */
void batch_free(struct batch *b);
/* Empties it; its first record will be number first_index of the log, in a block numbered
 * first_block. */
void batch_reset(struct batch *b, uint64_t first_index, uint64_t first_block);
/* Appends a record: its opening to the current block, its entry to the entries. On failure the
 * batch is as before. The values of columns and fields are those that whoever made the record has
 * checked (draft_end, wire_take). E_LIMIT if an encoding is too large for the format, E_VALUE if
 * the parts of the record are not those of its kind, whatever keys_wrap fails with. If sealing an
 * earlier block failed (E_NOMEM), the batch is lost: everything but batch_reset fails with it. */
status batch_add(struct batch *b, const struct batch_tools *with, const struct record *record,
                 struct fault *f);
/* Appends an entry as it is, whose opening is not here, to a batch that has no others. E_LIMIT if
 * it is too long for a bundle; the batch is then as before. */
status batch_take(struct batch *b, slice entry);
/* Notes that a numbered record of a source is in the batch; ranges of one source are joined.
 * E_LIMIT beyond BATCH_SEQUENCES_MAX ranges. */
status batch_sequence(struct batch *b, uint64_t source, uint64_t number);
bool batch_is_full(const struct batch *b);
/* Whether that many records, with openings of about that many bytes together, still fit. */
bool batch_has_room(const struct batch *b, uint32_t records, size_t bytes);
/* Records so far, the index of the first, the number of the next block. */
uint32_t batch_count(const struct batch *b);
uint64_t batch_first_index(const struct batch *b);
uint64_t batch_next_block(const struct batch *b);

/* Makes entries and block of all records added so far; a next record begins a new block. */
status batch_flush(struct batch *b, const struct batch_tools *with, struct fault *f);
/* The entry of the nth record (from 0) of a finished block; a view. */
slice batch_entry(const struct batch *b, uint32_t nth);
/* The entries of all finished blocks, as they stand one behind the other in the frame; views. */
const slice *batch_entries(const struct batch *b);
/* The leaf hashes of all records; right after batch_flush. */
void batch_leaves(const struct batch *b, hash *ret_leaves);
/* Writes head, parts and trailer around what batch_flush left; the whole frame is then
 * batch_frame_bytes. root is the tree's with this batch. */
status batch_finish(struct batch *b, hash root, unsigned flags, struct fault *f);
/* Appends a footer behind the frame, to go out with the same write. */
struct writer *batch_footer(struct batch *b);
slice batch_bytes(const struct batch *b);
/* The head as finished. */
struct batch_head batch_frame_head(const struct batch *b);
