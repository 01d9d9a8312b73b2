/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/siphash.h"

/*
 * keys: which rows have one key, by the keyed fingerprint of it: strangers cannot make keys that
 * collide. Cost: O(length) a key.
 */
struct keys {
    struct siphash_key secret;
    struct key_slot *slots; /* owned */
    size_t slot_count;
    size_t count;
};

/* An empty table. E_IO. */
status keys_init(struct keys *k);
void keys_done(struct keys *k);
/* Adds a key with a value, unless it is there: then that value is *ret_first. E_NOMEM. */
status keys_add(struct keys *k, slice key, size_t value, bool *ret_new, size_t *ret_first);
/* The value of a key; false if it is not there. */
bool keys_find(const struct keys *k, slice key, size_t *ret_value);
