/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * sha256: SHA-256 of FIPS 180-4.
 */

enum { SHA256_BYTES = 32, SHA256_BLOCK_BYTES = 64 };

/* hash: a SHA-256 value. */
typedef struct hash {
    uint8_t bytes[SHA256_BYTES];
} hash;

struct sha256 {
    uint32_t state[8];
    uint64_t len; /* bytes taken so far */
    uint8_t block[SHA256_BLOCK_BYTES];
};

/* Starts a message. */
void sha256_init(struct sha256 *s);
/* Takes more bytes. The whole message is below 2^61 bytes (FIPS 180-4 allows no more). */
void sha256_update(struct sha256 *s, slice bytes);
/* The hash of all bytes taken; s must be started anew before it is used again. */
void sha256_final(struct sha256 *s, hash *ret_hash);
/* The hash of one message in one call. */
hash sha256(slice message);

/* One message, prefix then rest, and where its hash goes. */
struct sha256_job {
    slice prefix;
    slice message;
    hash *ret;
};

/* Hashes count independent messages, short ones of equal length several at a time. Where all
 * messages have the same length, ret may lie inside the message of the same or of an earlier job.
 */
void sha256_many(const struct sha256_job *jobs, size_t count);

/* Hashes count messages that are padded already (FIPS 180-4 section 5.1.1), of blocks * 64 bytes
 * each, several at a time; rets[i] takes the SHA256_BYTES of messages[i] and may lie inside it or
 * an earlier one. For hot paths that lay out their messages themselves. */
void sha256_padded(const uint8_t *const *messages, size_t blocks, size_t count,
                   uint8_t *const *rets);
