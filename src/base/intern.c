/* SPDX-License-Identifier: Apache-2.0 */
#include "base/intern.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

enum { SLOTS_START = 64 };

/* FNV-1a with a final mix. Strings come from rule files, which the operator chose to load. */
static uint32_t hash_of(slice name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < name.len; i++) {
        hash ^= name.at[i];
        hash *= UINT64_C(0x100000001b3);
    }
    hash ^= hash >> 32;
    hash *= UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(hash >> 32);
}

/* The slot that holds the name, or the free one where it belongs. */
static uint32_t *slot_of(const struct intern *t, slice name)
{
    const uint32_t mask = t->slot_count - 1;
    for (uint32_t at = hash_of(name) & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &t->slots[at];
        if (*slot == 0 || slice_equal(t->names[*slot - 1], name)) return slot;
    }
}

static status slots_grow(struct intern *t)
{
    struct intern grown = *t;
    grown.slot_count = t->slot_count == 0 ? SLOTS_START : t->slot_count * 2;
    grown.slots = calloc(grown.slot_count, sizeof *grown.slots);
    if (grown.slots == NULL) return FAIL(E_NOMEM);
    for (uint32_t i = 0; i < t->count; i++)
        *slot_of(&grown, t->names[i]) = i + 1;
    free(t->slots);
    t->slots = grown.slots;
    t->slot_count = grown.slot_count;
    return OK;
}

static status names_grow(struct intern *t)
{
    const uint32_t cap = t->name_cap == 0 ? SLOTS_START : t->name_cap * 2;
    slice *grown = realloc(t->names, cap * sizeof *grown);
    if (grown == NULL) return FAIL(E_NOMEM);
    t->names = grown;
    t->name_cap = cap;
    return OK;
}

void intern_done(struct intern *t)
{
    free(t->names);
    free(t->slots);
    *t = (struct intern){ .arena = t->arena };
}

bool intern_find(const struct intern *t, slice name, uint32_t *ret_number)
{
    if (t->slot_count == 0) return false;
    const uint32_t slot = *slot_of(t, name);
    if (slot == 0) return false;
    *ret_number = slot - 1;
    return true;
}

status intern_add(struct intern *t, slice name, uint32_t *ret_number, bool *ret_is_new)
{
    if (t->count >= t->slot_count / 2) TRY(slots_grow(t));
    uint32_t *slot = slot_of(t, name);
    const bool is_new = *slot == 0;
    if (is_new) {
        if (t->count == INTERN_COUNT_MAX) return FAIL(E_LIMIT);
        if (t->count == t->name_cap) TRY(names_grow(t));
        const slice copy = arena_copy(t->arena, name);
        if (copy.at == NULL) return FAIL(E_LIMIT);
        t->names[t->count] = copy;
        *slot = ++t->count;
    }
    *ret_number = *slot - 1;
    if (ret_is_new != NULL) *ret_is_new = is_new;
    return OK;
}
