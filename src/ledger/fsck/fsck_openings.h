/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/block.h"
#include "record/recompute.h"

/*
 * fsck_openings: the openings of a block held against the entries that commit to them, many at
 * once.
 */
struct fsck_openings;

/* A block that was opened. */
struct fsck_block {
    const struct block_head *head;
    slice plain;
    const uint8_t *key;   /* BLOCK_KEY_BYTES */
    const slice *entries; /* head->record_count */
};

struct fsck_openings_watcher {
    void *self;
    /* Told of each entry that is not public as a whole, in the order of the log: OK with the entry
     * and its opening, or NULL where that is gone; or what is wrong with it. */
    void (*checked)(void *self, uint64_t index, const struct entry *entry,
                    const struct opening *opening, status s);
};

/* NULL if memory is out. */
struct fsck_openings *fsck_openings_new(void);
/* NULL is allowed. */
void fsck_openings_free(struct fsck_openings *o);
/* E_TRAILING if bytes stand behind the last opening, E_NOMEM if libcrypto fails. */
status fsck_openings_check(struct fsck_openings *o, const struct fsck_block *block,
                           const struct fsck_openings_watcher *watcher);
