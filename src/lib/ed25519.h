/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * ed25519: pure Ed25519 (RFC 8032 section 5.1), with libcrypto behind it. A file of its own, so
 * that a program that only verifies links nothing else of this folder.
 */
enum { ED25519_SEED_BYTES = 32, ED25519_PUBLIC_BYTES = 32, ED25519_SIGNATURE_BYTES = 64 };

struct ed25519_key;

/* The key pair of a secret seed. The caller wipes its copy of the seed. NULL if memory is out. */
struct ed25519_key *ed25519_key_new(const uint8_t seed[ED25519_SEED_BYTES]);
/* Wipes the secret. NULL is allowed. */
void ed25519_key_free(struct ed25519_key *k);
/* The public half. Never fails. */
void ed25519_public(const struct ed25519_key *k, uint8_t ret_public[ED25519_PUBLIC_BYTES]);
/* Signs the message; deterministic. One thread at a time per key. E_NOMEM if libcrypto fails. */
status ed25519_sign(struct ed25519_key *k, slice message,
                    uint8_t ret_signature[ED25519_SIGNATURE_BYTES]);
/* Whether the signature is one of the message by this key. A scalar that is not reduced, a point
 * that does not decode and a key that base/ed25519_point.h finds unsound are refused (RFC 8032
 * section 5.1.7, without the cofactor; docs/formats/note.md has each edge case). Also false if
 * memory is out: what was not verified is not valid. */
bool ed25519_verify(const uint8_t public_key[ED25519_PUBLIC_BYTES], slice message,
                    const uint8_t signature[ED25519_SIGNATURE_BYTES]);
