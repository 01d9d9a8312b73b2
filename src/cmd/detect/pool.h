/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "base/status.h"

/*
 * pool: threads that work on a ring of slots at once, and a turn for each slot in the order in
 * which they were given. What the slots hold is the caller's.
 *
 *     owner:   pool_take → fills the slot → pool_give → … → pool_end
 *     threads: work(slot), several at a time, the oldest first
 *     then:    turn(slot), one at a time, in order, by whichever thread came last
 *
 * The owner's thread is one of them: it works where it would have to wait. A slot is the owner's
 * again after its turn, so no more than the ring holds is ever under way.
 * Nothing waits for something younger, so nothing waits for ever.
 */
enum { POOL_THREADS_MAX = 256, POOL_SLOTS_MAX = 1024 };

struct pool_config {
    size_t threads; /* 1 to POOL_THREADS_MAX, the owner's included */
    size_t slots;   /* 1 to POOL_SLOTS_MAX */
    /* thread: 0 (the owner's) to threads - 1, so that each may have scratch of its own. */
    status (*work)(void *with, size_t thread, size_t slot);
    status (*turn)(void *with, size_t slot);
    void *with;
};

struct pool;

/* E_NOMEM. A thread that cannot be made is done without. */
status pool_new(const struct pool_config *config, struct pool **ret_pool);
/* Ends the threads; slots that had no turn yet get none. NULL is allowed. */
void pool_free(struct pool *p);
/* By the owner: the next slot to fill; works or waits until there is one. The first failure of work
 * or turn, after which nothing more is called. */
status pool_take(struct pool *p, size_t *ret_slot);
/* By the owner: the slot taken last may be worked on. after_previous: not before the work on the
 * slot given before it is done. */
void pool_give(struct pool *p, bool after_previous);
/* By the owner: works on what there is instead of waiting elsewhere. */
void pool_help(struct pool *p);
/* In work: returns when it is this slot's turn, which lasts until work returns (turn follows). The
 * failure of another slot. */
status pool_await_turn(struct pool *p, size_t slot);
/* By the owner: returns when every slot given had its turn. The first failure. */
status pool_end(struct pool *p);
