/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/cursor.h"
#include "base/sha256.h"
#include "base/status.h"
#include "base/writer.h"

/*
 * segment: the byte layout of segment files (docs/formats/segment.md). Pure codec: no I/O, no keys.
 *
 * A segment holds the 65,536 entries [n << 16, (n + 1) << 16) of the log as a header, then batches
 * exactly as they were committed, then (once full) a footer that can be recomputed from the
 * batches. Behind the last batch of the newest segment there may be preallocated zeros.
 */
enum {
    SEGMENT_ENTRIES = 65536,
    SEGMENT_HEADER_BYTES = 64,
    BATCH_HEAD_BYTES = 64,
    BATCH_MAGIC_BYTES = 8,
    BATCH_TRAILER_BYTES = 72,
    BATCH_RECORDS_MAX = 8192,
    BATCH_FRAME_BYTES_MAX = 16 * 1024 * 1024,
    BATCH_SEQUENCES_MAX = 1024,
    BATCH_PIECE_BYTES = 4096, /* what the checksum takes at a time */
    SEQUENCE_BYTES = 24,
    BLOCK_HEAD_BYTES = 96,
    BLOCK_RECORDS_MAX = 256,
    WRAPPED_KEY_BYTES = 60,
    SEGMENT_TILES = 256, /* level-0 tiles, whose hashes are one level-1 tile */
};

enum batch_flags { BATCH_CLOSES_SEGMENT = 1u << 0 };

struct segment_header {
    uint64_t number;
    hash origin; /* SHA-256 of the log's origin: a segment of another log is refused */
};

struct batch_head {
    uint64_t frame_bytes; /* head, blocks, entries, sequences and trailer */
    uint64_t first_index;
    uint64_t first_block;
    uint32_t record_count; /* 1..BATCH_RECORDS_MAX */
    uint32_t block_count;
    uint32_t sequence_count;
    uint32_t flags; /* enum batch_flags */
    uint64_t blocks_bytes;
    uint64_t entries_bytes;
};

/* What a source numbered itself: the records first..last of this source are in this batch. */
struct sequence_range {
    uint64_t source;
    uint64_t first;
    uint64_t last;
};

struct block_head {
    uint64_t number;
    uint64_t first_index;
    uint16_t record_count; /* 1..BLOCK_RECORDS_MAX */
    uint8_t packing;       /* enum block_packing */
    uint32_t plain_bytes;  /* length after unpacking */
    uint32_t sealed_bytes; /* ciphertext and tag, behind the head */
    uint8_t wrapped_key[WRAPPED_KEY_BYTES];
};

/* BLOCK_ABSENT: the entries came without their openings (ledger/backup/takeover.h); there are no
 * sealed bytes and no key. */
enum block_packing { BLOCK_STORED = 0, BLOCK_ZSTD = 1, BLOCK_ABSENT = 2 };

struct batch_trailer {
    uint64_t size; /* of the tree with this batch */
    hash root;
    hash checksum; /* batch_checksum of the frame before this field */
};

/* A frame taken apart; slices are views into it. */
struct batch_frame {
    struct batch_head head;
    slice blocks;
    slice entries; /* an entry bundle (ledger/tile.h) of any length */
    slice sequences;
    struct batch_trailer trailer;
};

/* Appends the header with its check. */
void segment_header_write(const struct segment_header *h, struct writer *w);
/* E_SHORT, E_SYNTAX (magic), E_UNKNOWN (version), E_INVALID (its own checksum). */
status segment_header_parse(slice bytes, struct segment_header *ret_header);

/* What every batch begins with: BATCH_MAGIC_BYTES bytes. */
slice batch_magic_slice(void);
/* Appends the head; the caller makes its lengths true. */
void batch_head_write(const struct batch_head *h, struct writer *w);
/* The head alone, its lengths consistent with each other and with the limits. E_SHORT, E_SYNTAX,
 * E_LIMIT. */
status batch_head_parse(slice bytes, struct batch_head *ret_head);
/* Appends the head of a block, to be followed by its sealed bytes. */
void block_head_write(const struct block_head *h, struct writer *w);
/* The next block of a batch's blocks: its head and its sealed bytes. E_SHORT, E_LIMIT, E_SYNTAX. */
status block_next(struct cursor *blocks, struct block_head *ret_head, slice *ret_sealed);
/* A block's head alone, at the start of the bytes. E_SHORT, E_LIMIT, E_SYNTAX. */
status block_head_parse(slice bytes, struct block_head *ret_head);
/* The block of the frame that holds the entry at index. E_SHORT if there is none. */
status block_find(const struct batch_frame *frame, uint64_t index, struct block_head *ret_head,
                  slice *ret_sealed);
/* The nth sequence range (from 0), which must exist. */
struct sequence_range sequence_at(const struct batch_frame *frame, uint32_t nth);
/* The checksum of a frame up to it: SHA-256 over the CRC-32C of each of its pieces of
 * BATCH_PIECE_BYTES, the last one shorter. It is there for what crashes and devices do to a batch;
 * against people stand the tree, its signature and the seals of the blocks. */
hash batch_checksum(slice frame);
/* A whole frame with its checksum verified and its parts counted: entries and blocks add up to what
 * the head says. E_SHORT, E_SYNTAX, E_LIMIT, E_INVALID (checksum). */
status batch_frame_parse(slice bytes, struct batch_frame *ret_frame);
