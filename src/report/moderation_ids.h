/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * moderation_ids: the first row of each identifier of a notice, order or appeal.
 * Two identifiers are taken for one if 96 bits of their fingerprints are equal (about 1 in 10^14
 * for ten million of them by chance).
 */
struct moderation_id;

struct moderation_ids {
    struct moderation_id *slots; /* owned; a power of two, at most half of them used */
    uint32_t cap;
    uint32_t count;
};

/* Releases the slots. */
void moderation_ids_done(struct moderation_ids *t);
/* The row that had this identifier first, or UINT32_MAX: then it is this one. E_NOMEM. */
status moderation_ids_add(struct moderation_ids *t, uint8_t kind, slice id, uint32_t row,
                          uint32_t *ret_first);
