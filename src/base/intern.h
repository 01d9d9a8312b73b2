/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/arena.h"
#include "base/status.h"

/*
 * intern: gives equal byte strings the same small number, 0, 1, 2, … in the order of first sight.
 * Invariant: names[i] is the string of number i; the slots are a power of two and never more than
 * half full. Ownership: the strings are copied into the arena, the tables are on the heap.
 * Cost: O(length) per call, amortised.
 */
enum { INTERN_COUNT_MAX = 1 << 22 };

struct intern {
    struct arena *arena; /* borrowed */
    slice *names;        /* owned; count of them */
    uint32_t *slots;     /* owned; number + 1, or 0 for a free slot */
    uint32_t slot_count;
    uint32_t count;
    uint32_t name_cap;
};

/* An empty table whose strings go into the arena. Allocates nothing yet. */
static inline struct intern intern_of(struct arena *arena)
{
    return (struct intern){ .arena = arena };
}

/* Releases the tables; the strings stay in the arena. */
void intern_done(struct intern *t);
/* The number of the string, new if it was not seen before (ret_is_new may be NULL).
 * E_NOMEM; E_LIMIT above 4,194,304 strings or the arena's cap. */
status intern_add(struct intern *t, slice name, uint32_t *ret_number, bool *ret_is_new);
/* The number of a string that was added; false if it never was. */
bool intern_find(const struct intern *t, slice name, uint32_t *ret_number);
