/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * timers: what is to be called when. A binary heap of deadlines that knows no clock: the caller
 * says what time it is. Equal deadlines come out in the order in which they were added. Cost: O(log
 * n) to add, take and cancel; all memory is in the struct.
 */
enum { TIMERS_MAX = 1024 };

struct timer {
    int64_t at_ns;
    uint64_t order; /* of adding, from 1; also the name of the timer */
    void (*call)(void *with);
    void *with;
    uint32_t heap_index;
};

/* Invariant: heap[0 .. count) holds the slots in use, each no earlier than its parent; heap[count
 * ..) holds the free ones. slots[s].heap_index is where s stands. */
struct timers {
    struct timer slots[TIMERS_MAX];
    uint32_t heap[TIMERS_MAX];
    uint32_t count;
    uint64_t added;
};

/* No timers. */
void timers_init(struct timers *t);
/* Adds one; ret_id (never 0) names it until it was taken or cancelled. E_LIMIT at TIMERS_MAX. */
status timers_add(struct timers *t, int64_t at_ns, void (*call)(void *with), void *with,
                  uint64_t *ret_id);
/* Removes one. A timer that is gone already, and 0, are allowed: nothing happens. */
void timers_cancel(struct timers *t, uint64_t id);
/* The earliest deadline. false if there is none. */
bool timers_next(const struct timers *t, int64_t *ret_at_ns);
/* Removes the earliest timer that is due at now_ns and hands it out. false if none is due. */
bool timers_take(struct timers *t, int64_t now_ns, struct timer *ret_timer);
