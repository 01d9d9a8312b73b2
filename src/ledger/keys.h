/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "ledger/group.h"
#include "ledger/store.h"

/*
 * keys: who can open an opening block. The root key wraps group keys, a group key wraps the keys of
 * GROUP_BLOCKS blocks; all by AES-256-GCM with random nonces and the numbers as associated data.
 *
 * A group's file is durable before the first block of the group is written, so that a block whose
 * batch survived a crash can be opened. Plain keys live in locked memory, are never logged and are
 * wiped when the object goes.
 * Threads: one at a time per object.
 */
enum {
    KEYS_KEY_BYTES = 32,
    /* The detail of E_ERASED where no erasure took the key: the block came without openings, or the
     * key is lost and that was accepted (ledger/backup/loss.h). */
    KEYS_ABSENT = 1,
};

struct keys;

/* Draws a root key and writes keys/root. E_EXISTS if there is one already. Durable on return. */
status keys_create(const struct store *store, struct fault *f);
/* Opens with the root key given (root_key, KEYS_KEY_BYTES) or, if that is NULL, with keys/root. The
 * store must outlive the object. E_NOT_FOUND, E_CORRUPT (the file contradicts itself), E_NOMEM. */
status keys_open(const struct store *store, const uint8_t *root_key, struct keys **ret_keys,
                 struct fault *f);
/* Wipes everything. NULL is allowed. */
void keys_free(struct keys *k);
/* Whether plain keys stay out of swap: false where the limit on locked memory did not allow it. */
bool keys_are_locked(const struct keys *k);
/* Sees to it that the next count blocks, numbered from first on, can be wrapped: makes the file of
 * a group that begins with one of them, durably. Afterwards keys_wrap of these blocks needs no
 * space. E_FULL changes nothing. E_NOT_FOUND if a group that has blocks already has no file: making
 * one would hide that its key is lost. E_CORRUPT, E_FSYNC. */
status keys_prepare(struct keys *k, uint64_t first, uint64_t count, struct fault *f);
/* Wraps the key of a block that is about to be written. E_NOT_FOUND if the group's file is missing
 * (keys_prepare makes it), E_CORRUPT if it is damaged. */
status keys_wrap(struct keys *k, uint64_t block, const uint8_t key[KEYS_KEY_BYTES],
                 uint8_t ret_wrapped[GROUP_WRAPPED_BYTES], struct fault *f);
/* The reverse; wrapped is what stands in the segment. E_ERASED if the key was destroyed or, with
 * the detail KEYS_ABSENT, is not here for another reason, E_CORRUPT if it cannot be unwrapped,
 * E_NOT_FOUND if the group's file is missing. */
status keys_unwrap(struct keys *k, uint64_t block, const uint8_t wrapped[GROUP_WRAPPED_BYTES],
                   uint8_t ret_key[KEYS_KEY_BYTES], struct fault *f);
/* Drops every group that was read, so that the next use reads its file again. */
void keys_forget(struct keys *k);
/* Where the keys lie; borrowed. */
const struct store *keys_store(const struct keys *k);
/* What is known of a group without any key. */
struct keys_group {
    uint64_t generation;
    uint64_t rewrites_bytes; /* of its rewritten blocks that count (ledger/erase/rewrites.h) */
    uint32_t count;          /* blocks in its table */
};
/* As keys_unwrap fails, but E_ERASED. */
status keys_group_state(struct keys *k, uint64_t group, struct keys_group *ret_state,
                        struct fault *f);
/* Reads and checks every byte of a group's file: selector, both slots, and the zeros between. The
 * fault names file and offset. */
status keys_check_group(struct keys *k, uint64_t group, struct fault *f);
