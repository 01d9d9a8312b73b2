/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "lib/keystream.h"
#include "record/opening.h"

/*
 * derive: the keys and salts of one writing of a block of openings, all from its random key K.
 * Source: docs/formats/entry.md section 4.
 *
 *   encryption key     = SHA-256(0x21 | K)
 *   key of keys     R  = SHA-256(0x20 | K)
 *   record key      k  = AES-256(R, 0 u64 | index u64)
 *   salt of a field    = AES-128(k, 0x22 | 13 zero bytes | field_id u16)
 *
 * Why this hides:
 * - To whoever lacks K, SHA-256 of a label and K are two unrelated random keys.
 * - A block cipher under a secret key is a pseudorandom function but for outputs never repeating,
 *   which q outputs show with a chance below q^2 / 2^129: 2^-113 for the 256 record keys of a
 *   block, 2^-117 for the 64 salts of a record. So disclosed salts say nothing of the others or of
 *   k, and the record keys that stand in a rewritten block (form 1) nothing of those that were left
 *   out, or of R.
 * - Key and salt have 128 bits each. Whoever has N records before him and is content with any one
 *   of them guesses 2^128 / N times, and does so for salts already: a longer k would add nothing.
 * - Every writing of a block draws a fresh K, so that no key meets other content: a record keeps
 *   its k over a rewriting only while it keeps all of its values, and one that loses a field loses
 *   k with it. What is erased then hides behind an output that was never shown, of a key that is
 *   gone.
 */
enum { BLOCK_KEY_BYTES = 32 };

/* The key that encrypts a block of openings, used exactly once, from the block's key. */
void derive_seal_key(const uint8_t block_key[BLOCK_KEY_BYTES], uint8_t ret_key[32]);
/* The keys of count records from first_index on. E_NOMEM if libcrypto fails; then they are zero. */
status derive_record_keys(const uint8_t block_key[BLOCK_KEY_BYTES], uint64_t first_index,
                          size_t count, uint8_t (*ret_keys)[RECORD_KEY_BYTES]);
/* A record's key, and where the salts of its fields 1 to count go. */
static inline struct keystream_job derive_job(const uint8_t *record_key, salt *ret, size_t count)
{
    return (struct keystream_job){ record_key, ret->bytes, count };
}
/* The salts of all jobs; give it many at once. Errors as keystream_many. */
status derive_salts(const struct keystream_job *jobs, size_t count);
/* The salts of an opening's fields, whatever its form; that of an erased field is gone and its room
 * untouched. record_key is read in form 0 only. Errors as keystream_many. */
status derive_opening_salts(const struct opening *o, const uint8_t *record_key, salt *ret_salts);
