/* SPDX-License-Identifier: Apache-2.0 */
#include "report/moderation_ids.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/siphash.h"
#include "base/banned.h"

enum { SLOTS_FIRST = 1024, SLOTS_MAX = 1 << 28 };

struct moderation_id {
    uint64_t low;
    uint32_t high;
    uint32_t row_plus_1; /* 0: a free slot */
};

void moderation_ids_done(struct moderation_ids *t)
{
    free(t->slots);
}

/* The slot of the fingerprint, or the free one where it belongs. */
static struct moderation_id *slot_of(const struct moderation_ids *t, uint64_t low, uint32_t high)
{
    uint32_t at = (uint32_t)low & (t->cap - 1);
    while (t->slots[at].row_plus_1 != 0 && (t->slots[at].low != low || t->slots[at].high != high))
        at = (at + 1) & (t->cap - 1);
    return &t->slots[at];
}

static status grow(struct moderation_ids *t)
{
    const uint32_t cap = t->cap == 0 ? SLOTS_FIRST : 2 * t->cap;
    if (cap > SLOTS_MAX) return FAIL(E_LIMIT);
    struct moderation_ids more = { .slots = calloc(cap, sizeof *more.slots), .cap = cap };
    if (more.slots == NULL) return FAIL(E_NOMEM);
    for (uint32_t i = 0; i < t->cap; i++) {
        const struct moderation_id *old = &t->slots[i];
        if (old->row_plus_1 != 0) *slot_of(&more, old->low, old->high) = *old;
    }
    more.count = t->count;
    free(t->slots);
    *t = more;
    return OK;
}

status moderation_ids_add(struct moderation_ids *t, uint8_t kind, slice id, uint32_t row,
                          uint32_t *ret_first)
{
    const struct siphash_key key = { .a = kind };
    const struct siphash_print print = siphash_128(&key, id);
    if (t->count >= t->cap / 2) TRY(grow(t));
    struct moderation_id *slot = slot_of(t, print.low, (uint32_t)print.high);
    const bool is_new = slot->row_plus_1 == 0;
    *ret_first = is_new ? UINT32_MAX : slot->row_plus_1 - 1;
    if (!is_new) return OK;
    *slot = (struct moderation_id){ print.low, (uint32_t)print.high, row + 1 };
    t->count++;
    return OK;
}
