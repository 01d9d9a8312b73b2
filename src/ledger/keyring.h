/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/keys.h"
#include "os/secret.h"

/*
 * keyring: what keys are made of; for keys.c and rotation.c alone.
 */
enum {
    CACHED_GROUPS = 8, /* a reader walks the log in order; a few groups serve random look-ups too */
    SLOT_TRIES = 3,
    KEYRING_AAD_BYTES_MAX = 64,
    GROUP_FILE_BYTES_MAX = GROUP_SLOT_1_AT + GROUP_SLOT_BYTES,
};

struct group {
    bool loaded;
    uint64_t number;
    uint64_t generation;
    uint64_t rewrites_bytes;
    uint64_t used; /* turn of the last use, for replacing the stalest */
    uint32_t count;
    uint8_t key[KEYS_KEY_BYTES];
    uint8_t *table; /* owned; count times GROUP_WRAPPED_BYTES */
};

struct keys {
    struct secret memory;      /* where this object lives */
    const struct store *store; /* borrowed */
    struct crypto *crypto;
    uint64_t turn;
    uint8_t root[KEYS_KEY_BYTES];
    struct group groups[CACHED_GROUPS];
};

/* The associated data of a wrapped key: label and two numbers, written to the buffer. */
slice keyring_aad(const char *label, uint64_t a, uint64_t b, uint8_t buffer[KEYRING_AAD_BYTES_MAX]);
/* Wraps a key by another under a fresh nonce. */
status keyring_wrap(struct keys *k, const uint8_t *by, slice aad, const uint8_t key[KEYS_KEY_BYTES],
                    uint8_t ret_wrapped[GROUP_WRAPPED_BYTES], struct fault *f);
/* The reverse. E_INVALID. */
status keyring_unwrap(struct keys *k, const uint8_t *by, slice aad,
                      const uint8_t wrapped[GROUP_WRAPPED_BYTES], uint8_t ret_key[KEYS_KEY_BYTES]);
/* The group from the cache or its file; borrowed until the next call. */
status keyring_group(struct keys *k, uint64_t number, struct group **ret_group, struct fault *f);
/* Drops one group from the cache. */
void keyring_forget(struct keys *k, uint64_t number);
