/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "ledger/keys.h"
#include "ledger/segment.h"

/*
 * fsck_lost: a group of block keys that cannot be used takes up to 4,096 blocks along: told once,
 * with how many, and not block by block. Blocks are given in order.
 */
struct fsck_lost {
    bool lost;
    uint64_t number; /* of the group of the last block */
    uint64_t blocks; /* of it so far; 0: none was given yet */
    uint64_t first_index;
    uint64_t last_index;
    struct fault why; /* names the group's file */
};

/* Whether the group of the next block cannot be used. Tells of the group before, if this block is
 * the first of another one. */
bool fsck_lost_block(struct fsck_lost *l, struct keys *keys, const struct block_head *head,
                     void (*tell)(void *with, const char *text), void *with);
/* Tells of the last group, behind the last block. */
void fsck_lost_end(const struct fsck_lost *l, void (*tell)(void *with, const char *text),
                   void *with);
