/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/cursor.h"
#include "base/fault.h"
#include "ledger/segment.h"
#include "record/derive.h"

/*
 * block: up to 256 consecutive openings, compressed and encrypted as one (design section 5,
 * docs/formats/segment.md). Every writing of a block has a fresh random key K, from which the
 * encryption key (used exactly once, so that the nonce may be zero), the key of every record and
 * with it every salt derive.
 *
 * The plain block is, for each record, a 4-byte length and its opening (record/opening.h); the
 * length BLOCK_OPENING_GONE stands for an opening that was erased, 0 for a record that is public as
 * a whole.
 */
#define BLOCK_OPENING_GONE UINT32_MAX

enum {
    BLOCK_PLAIN_BYTES_MAX =
        2 * 1024 * 1024 + 64 * 1024, /* closed beyond 256 KiB; one record more */
    BLOCK_PLAIN_BYTES_CLOSE = 256 * 1024,
};

/* One record's part of a plain block. */
struct block_opening {
    bool gone;     /* erased as a whole */
    slice opening; /* empty if gone, or if the record is public as a whole */
};

/* Contexts for sealing and opening blocks; one thread at a time. */
struct block_codec;

/* level: zstd level, or 0 to store without compressing. encrypt false leaves blocks in the clear:
 * for measuring only. NULL if memory is out. */
struct block_codec *block_codec_new(int level, bool encrypt);
void block_codec_free(struct block_codec *c);

/* Room that block_seal needs at most for a plain block of that length. */
size_t block_bound(size_t plain_bytes);
/* Packs and encrypts; head's packing, plain_bytes and sealed_bytes are set, its numbers and record
 * count must be. Head and sealed bytes are appended to out. E_LIMIT, E_NOMEM. */
status block_seal(struct block_codec *c, const uint8_t key[BLOCK_KEY_BYTES], slice plain,
                  struct block_head *head, struct writer *out);
/* Decrypts and unpacks into plain, which is empty and needs BLOCK_PLAIN_BYTES_MAX of room.
 * E_INVALID if key or bytes are not what was sealed, E_CORRUPT if what was sealed does not unpack.
 */
status block_open(struct block_codec *c, const uint8_t key[BLOCK_KEY_BYTES],
                  const struct block_head *head, slice sealed, struct writer *plain);
/* The next opening of a plain block. E_SHORT, E_LIMIT. */
status block_next_opening(struct cursor *plain, struct block_opening *ret_opening);
