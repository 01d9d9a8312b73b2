/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "ledger/store.h"

/*
 * tail: what stands behind the last whole batch of the newest segment. A crash can leave one batch
 * half written there, and nothing behind it: the writer syncs each batch before it writes the next.
 * A whole batch further on means that the one in front was whole once, was acknowledged, and is
 * damaged now.
 */
struct tail {
    bool zero;          /* only zeros up to the end of the file, or nothing */
    bool batch_follows; /* a whole batch at batch_at, behind what is not whole */
    uint64_t batch_at;
};

/* Examines the open file from offset on, where the batch with index next_index would have to be.
 * Reads each byte once, and what looks like a batch once more; if that comes to more than a
 * gigabyte the answer is that a batch follows. E_IO, E_NOMEM. */
status tail_examine(const struct store *store, int file, uint64_t offset, uint64_t next_index,
                    struct tail *ret_tail, struct fault *f);
