/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"
#include "ledger/block.h"
#include "ledger/keys.h"

/*
 * vault: an opening block as it is now: as the segment has it, or as it was written anew when
 * something in it was erased. Threads: one at a time per object.
 */
struct vault;

/* Over the keys of the log whose origin has that hash; the keys must outlive it. NULL if memory is
 * out. */
struct vault *vault_new(hash origin, struct keys *keys);
/* NULL is allowed. */
void vault_free(struct vault *v);
/* The store of keys and log. */
const struct store *vault_store(const struct vault *v);

/* Opens the block whose head and sealed bytes stand in the segment into plain, which is empty and
 * has BLOCK_PLAIN_BYTES_MAX of room, and gives the key it has now. E_ERASED if its key was
 * destroyed or, with the detail KEYS_ABSENT, it has none for another reason; E_CORRUPT,
 * E_NOT_FOUND; the fault names the block. */
status vault_open(struct vault *v, const struct block_head *head, slice sealed,
                  struct writer *plain, uint8_t ret_key[BLOCK_KEY_BYTES], struct fault *f);
