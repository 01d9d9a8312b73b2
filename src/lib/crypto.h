/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * crypto: authenticated encryption, AES-256-GCM (NIST SP 800-38D), with libcrypto behind it.
 *
 * A key must never meet the same nonce twice with other content. The ledger draws a fresh key for
 * every writing of a block, so that there the nonce may be constant.
 * Ownership: everything is borrowed for the length of a call. A context is used by one thread at a
 * time; it holds the algorithm, looked up once, and the key schedule of the last call until the
 * next.
 */
enum {
    CRYPTO_KEY_BYTES = 32,
    CRYPTO_NONCE_BYTES = 12,
    CRYPTO_TAG_BYTES = 16,
    CRYPTO_PLAIN_BYTES_MAX = 1 << 30, /* libcrypto counts in int; a block is far below */
};

/* What both ends must agree on. aad is authenticated and not encrypted. */
struct crypto_box {
    const uint8_t *key;   /* CRYPTO_KEY_BYTES */
    const uint8_t *nonce; /* CRYPTO_NONCE_BYTES */
    slice aad;
};

struct crypto;

/* A context with its algorithm. NULL if memory is out or libcrypto has no AES-256-GCM. */
struct crypto *crypto_new(void);
/* Wipes the key schedule. NULL is allowed. */
void crypto_free(struct crypto *c);
/* Writes plain.len bytes of ciphertext and then the tag of CRYPTO_TAG_BYTES to ret_sealed, which
 * may not overlap plain. E_LIMIT above CRYPTO_PLAIN_BYTES_MAX (plain or aad); E_NOMEM if libcrypto
 * fails, with ret_sealed zeroed. */
status crypto_seal(struct crypto *c, const struct crypto_box *box, slice plain,
                   uint8_t *ret_sealed);
/* The reverse: writes sealed.len - CRYPTO_TAG_BYTES bytes to ret_plain. E_SHORT if sealed cannot
 * hold a tag; E_LIMIT; E_INVALID if key, nonce, aad, ciphertext or tag is not what was sealed. Then
 * ret_plain is all zero: unauthenticated bytes never reach a caller. E_NOMEM as above. */
status crypto_open(struct crypto *c, const struct crypto_box *box, slice sealed,
                   uint8_t *ret_plain);
/* HMAC-SHA-256 (RFC 2104), 32 bytes. E_LIMIT for a key above CRYPTO_PLAIN_BYTES_MAX; E_NOMEM if
 * libcrypto fails. */
status crypto_hmac_sha256(slice key, slice message, uint8_t ret_mac[32]);
/* SHA-256 by libcrypto, SHA256_BYTES: what base/sha256 is measured against. E_NOMEM if libcrypto
 * fails. */
status crypto_sha256(slice message, uint8_t *ret_hash);
