/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/block.h"
#include "ledger/erase/erased_set.h"

/*
 * erase_block: a plain block of openings without what is to be erased (record/opening.h): records
 * that lose nothing keep their record key, one that loses a field keeps the salts of the others and
 * the commitments of what it lost, one that is erased as a whole leaves nothing.
 */
struct erase_block {
    const struct block_head *head;
    const slice *entries; /* of the block's records */
    const uint64_t
        *fields; /* what is to be erased of each; 0 for nothing (ledger/erase/erased_set.h) */
    const uint8_t *key; /* BLOCK_KEY_BYTES: the key that opened the block */
};

struct erase_block_result {
    bool changed; /* something was there to erase */
    bool empty;   /* no record has an opening any more: the block needs no key */
};

/* Writes the block as it is to be. Every record that is changed is held against its entry first, so
 * that nothing is destroyed that could not be told from damage. E_CORRUPT, with the record in the
 * fault; E_LIMIT if the block would outgrow its limit. */
status erase_block(const struct erase_block *b, slice plain, struct writer *out,
                   struct erase_block_result *ret_result, struct fault *f);
