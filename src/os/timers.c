/* SPDX-License-Identifier: Apache-2.0 */
#include "os/timers.h"

#include <assert.h>
#include "base/banned.h"

/* A timer's name is its order times TIMERS_MAX plus its slot: found at once, and never given twice.
 */

void timers_init(struct timers *t)
{
    t->count = 0;
    t->added = 0;
    for (uint32_t i = 0; i < TIMERS_MAX; i++) {
        t->heap[i] = i;
        t->slots[i] = (struct timer){ .heap_index = i };
    }
}

static bool earlier(const struct timers *t, uint32_t a, uint32_t b)
{
    const struct timer *x = &t->slots[t->heap[a]], *y = &t->slots[t->heap[b]];
    return x->at_ns < y->at_ns || (x->at_ns == y->at_ns && x->order < y->order);
}

static void swap(struct timers *t, uint32_t a, uint32_t b)
{
    const uint32_t slot = t->heap[a];
    t->heap[a] = t->heap[b];
    t->heap[b] = slot;
    t->slots[t->heap[a]].heap_index = a;
    t->slots[t->heap[b]].heap_index = b;
}

static void rise(struct timers *t, uint32_t i)
{
    while (i != 0 && earlier(t, i, (i - 1) / 2)) {
        swap(t, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static void sink(struct timers *t, uint32_t i)
{
    for (;;) {
        uint32_t first = i;
        for (uint32_t child = 2 * i + 1; child <= 2 * i + 2 && child < t->count; child++) {
            if (earlier(t, child, first)) first = child;
        }
        if (first == i) return;
        swap(t, i, first);
        i = first;
    }
}

status timers_add(struct timers *t, int64_t at_ns, void (*call)(void *with), void *with,
                  uint64_t *ret_id)
{
    assert(t->count <= TIMERS_MAX);
    if (t->count == TIMERS_MAX) return FAIL(E_LIMIT);
    const uint32_t i = t->count++;
    const uint32_t slot = t->heap[i];
    t->slots[slot] = (struct timer){
        .at_ns = at_ns, .order = ++t->added, .call = call, .with = with, .heap_index = i
    };
    rise(t, i);
    *ret_id = t->added * TIMERS_MAX + slot;
    return OK;
}

static void remove_at(struct timers *t, uint32_t i)
{
    assert(i < t->count);
    t->slots[t->heap[i]].order = 0;
    t->count--;
    if (i == t->count) return;
    swap(t, i, t->count);
    sink(t, i);
    rise(t, i);
}

void timers_cancel(struct timers *t, uint64_t id)
{
    struct timer *timer = &t->slots[id % TIMERS_MAX];
    if (id / TIMERS_MAX == 0 || timer->order != id / TIMERS_MAX) return;
    remove_at(t, timer->heap_index);
}

bool timers_next(const struct timers *t, int64_t *ret_at_ns)
{
    if (t->count == 0) return false;
    *ret_at_ns = t->slots[t->heap[0]].at_ns;
    return true;
}

bool timers_take(struct timers *t, int64_t now_ns, struct timer *ret_timer)
{
    if (t->count == 0 || t->slots[t->heap[0]].at_ns > now_ns) return false;
    *ret_timer = t->slots[t->heap[0]];
    remove_at(t, 0);
    return true;
}
