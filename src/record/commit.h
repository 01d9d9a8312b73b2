/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"
#include "record/record.h"

/*
 * commit: the keys, salts, commitments and roots that bind a record's private values to its entry.
 * Source: docs/formats/entry.md sections 4 and 5; each hash has a first byte of its own.
 *
 *   record key  k      = SHA-256(0x20 | block key K[32] | index u64)
 *   encryption key     = SHA-256(0x21 | block key K[32])
 *   salts of a pair    = SHA-256(0x22 | k[32] | j u16): its halves are salt_(2j+1) and salt_(2j+2)
 *   C_i                = SHA-256(0x10 | field_id u16 | type u8 | salt_i[16] | value)
 *   root               = SHA-256(0x11 | kind u8 | schema u16 | n u8 | top)
 *   node               = SHA-256(0x12 | left | right)
 *   root of a body     = SHA-256(0x13 | kind u8 | schema u16 | body)
 *
 * All key derivations are one block of SHA-256 over an input of fixed length, so that a derived key
 * or salt says nothing about its siblings or about what it was derived from.
 */
enum { BLOCK_KEY_BYTES = 32, RECORD_KEY_BYTES = 32, SALT_BYTES = 16, COMMIT_FLAT_MAX = 16 };

/* The key that encrypts a block of openings, used exactly once, from the block's key. */
void commit_block_key(const uint8_t block_key[BLOCK_KEY_BYTES], uint8_t ret_key[32]);
/* The key of the record at that index of the log. */
void commit_record_key(const uint8_t block_key[BLOCK_KEY_BYTES], uint64_t index,
                       uint8_t ret_key[RECORD_KEY_BYTES]);
/* The keys of the records from first_index on, side by side. */
void commit_record_keys(const uint8_t block_key[BLOCK_KEY_BYTES], uint64_t first_index,
                        size_t count, uint8_t (*ret_keys)[RECORD_KEY_BYTES]);
/* The salt of one field; field_id counts from 1. */
void commit_salt(const uint8_t record_key[RECORD_KEY_BYTES], uint16_t field_id,
                 uint8_t ret_salt[SALT_BYTES]);
/* The salts of the fields 1 .. n <= FIELDS_MAX: half the work of one by one. */
void commit_salts(const uint8_t record_key[RECORD_KEY_BYTES], size_t n,
                  uint8_t (*ret_salts)[SALT_BYTES]);
/* The commitment to one value. */
hash commit_field(uint16_t field_id, uint8_t type, const uint8_t salt[SALT_BYTES], slice value);
/* The root over n <= FIELDS_MAX commitments in schema order. */
hash commit_root(uint8_t kind, uint16_t schema, const hash *commitments, size_t n);
/* The root of a kind that is public as a whole. */
hash commit_body_root(uint8_t kind, uint16_t schema, slice body);

/* A record to commit to, and where its root goes. */
struct commit_job {
    const struct record *record; /* field_count <= FIELDS_MAX */
    const uint8_t *record_key;   /* RECORD_KEY_BYTES */
    hash *ret_root;
};

/* The roots of count records. As commit_salt, commit_field and commit_root one by one, but all
 * hashes that do not depend on each other are computed side by side: give it many records at once.
 */
void commit_many(const struct commit_job *jobs, size_t count);
