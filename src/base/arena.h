/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include "base/status.h"

/*
 * arena: many small allocations with one lifetime (a batch, a connection, a loaded rule set), a
 * hard cap, and one release. Memory comes in chunks from malloc; nothing is freed singly.
 * Invariant: used <= cap. Under AddressSanitizer released memory is poisoned.
 */
struct arena {
    struct arena_chunk *newest; /* owned; older chunks behind it */
    size_t cap;                 /* the most bytes that may be handed out before E_LIMIT */
    size_t used;                /* bytes handed out, alignment included */
};

/* An empty arena that hands out at most cap bytes. Allocates nothing yet. */
struct arena arena_of(size_t cap);
/* Releases everything. The arena may be used again. NULL is allowed. */
void arena_done(struct arena *a);
/* Forgets everything handed out but keeps the largest chunk for the next use. */
void arena_reset(struct arena *a);
/* len zeroed bytes, aligned for any type. NULL if that passes the cap or memory is out. */
void *arena_take(struct arena *a, size_t len);
/* count zeroed elements of len bytes. NULL as arena_take, or if count * len does not fit. */
void *arena_array(struct arena *a, size_t count, size_t len);
/* A copy of the bytes, with a NUL behind it that is not counted. .at is NULL on failure. */
slice arena_copy(struct arena *a, slice bytes);
