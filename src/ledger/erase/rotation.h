/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/keys.h"

/*
 * rotation: a key group under a fresh group key, which is how block keys are destroyed
 * (docs/formats/keys.md): all keys that stay are wrapped anew into the spare slot, the selector
 * turns to it, and the old slot, which could open what is gone, is zeroed.
 *
 *   write spare slot, sync, write selector, sync, write zeros over the old slot, sync
 *
 * A crash before the selector is durable leaves the old group; one after it leaves zeros to be
 * written, which rotation_settle does.
 * Nothing may be waiting to be written that was wrapped under the old group key.
 */
struct rotation;

/* Begins a table for the group, with no block in it yet. E_NOMEM, and as keys_unwrap. */
status rotation_new(struct keys *k, uint64_t group, struct rotation **ret_rotation,
                    struct fault *f);
/* Wipes the fresh key. NULL is allowed. */
void rotation_free(struct rotation *r);
/* Adds the next block with the key it has; a destroyed one stays destroyed. wrapped is what stands
 * in the segment. E_CORRUPT if the key cannot be unwrapped. */
status rotation_keep(struct rotation *r, const uint8_t wrapped[GROUP_WRAPPED_BYTES],
                     struct fault *f);
/* Adds the next block with another key. */
status rotation_replace(struct rotation *r, const uint8_t key[KEYS_KEY_BYTES], struct fault *f);
/* Adds the next block without a key. */
void rotation_destroy(struct rotation *r);
/* Adds the next block as one whose key is lost. */
void rotation_lose(struct rotation *r);
/* Makes the new table the group's, durably. After a failure the group is the old or the new one.
 * E_FULL, E_FSYNC. */
status rotation_commit(struct rotation *r, uint64_t rewrites_bytes, struct fault *f);

/* Finishes what a crash left of a rotation: writes active slot and selector again, which a failed
 * sync may have left in the page cache only, and zeroes the spare one. */
status rotation_settle(struct keys *k, uint64_t group, struct fault *f);
