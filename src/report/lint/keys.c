/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lint/keys.h"

#include <stdlib.h>
#include "os/random.h"
#include "base/banned.h"

enum { SLOTS_START = 256 };

struct key_slot {
    struct siphash_print print;
    size_t value;
    bool used;
};

status keys_init(struct keys *k)
{
    *k = (struct keys){};
    return random_bytes(&k->secret, sizeof k->secret);
}

void keys_done(struct keys *k)
{
    free(k->slots);
}

/* The slot with that print, or the free one where it belongs. */
static struct key_slot *slot_of(struct key_slot *slots, size_t count, struct siphash_print print)
{
    for (size_t at = print.low & (count - 1);; at = (at + 1) & (count - 1)) {
        struct key_slot *slot = &slots[at];
        if (!slot->used) return slot;
        if (slot->print.low == print.low && slot->print.high == print.high) return slot;
    }
}

static status grow(struct keys *k)
{
    const size_t more = k->slot_count == 0 ? SLOTS_START : k->slot_count * 2;
    struct key_slot *slots = calloc(more, sizeof *slots);
    if (slots == NULL) return FAIL(E_NOMEM);
    for (size_t i = 0; i < k->slot_count; i++) {
        if (k->slots[i].used) *slot_of(slots, more, k->slots[i].print) = k->slots[i];
    }
    free(k->slots);
    k->slots = slots;
    k->slot_count = more;
    return OK;
}

status keys_add(struct keys *k, slice key, size_t value, bool *ret_new, size_t *ret_first)
{
    if (k->count * 2 >= k->slot_count) TRY(grow(k));
    const struct siphash_print print = siphash_128(&k->secret, key);
    struct key_slot *slot = slot_of(k->slots, k->slot_count, print);
    *ret_new = !slot->used;
    if (!slot->used) {
        *slot = (struct key_slot){ .print = print, .value = value, .used = true };
        k->count++;
    }
    *ret_first = slot->value;
    return OK;
}

bool keys_find(const struct keys *k, slice key, size_t *ret_value)
{
    if (k->slot_count == 0) return false;
    const struct key_slot *slot = slot_of(k->slots, k->slot_count, siphash_128(&k->secret, key));
    if (!slot->used) return false;
    *ret_value = slot->value;
    return true;
}
