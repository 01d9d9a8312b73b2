/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/entry.h"
#include "record/opening.h"

/*
 * recompute: from private values back to the root that the entry shows, for fsck, for disclosure
 * and for whoever verifies one. Source: docs/formats/entry.md section 5.
 */

/* The salts of an opening's fields, FIELDS_MAX of room; that of an erased field is gone and its
 * room untouched. record_key is read in form 0 only and must then not be NULL. */
void opening_salts(const struct opening *o, const uint8_t *record_key,
                   uint8_t (*ret_salts)[SALT_BYTES]);
/* The commitments of an opening, FIELDS_MAX of room. record_key is read in form 0 only and must
 * then not be NULL. */
void opening_commitments(const struct opening *o, const uint8_t *record_key, hash *ret_commitments);
/* The root that the entry of the opening must show. */
hash opening_root(const struct schema *s, const struct opening *o, const uint8_t *record_key);
/* Whether the opening is the one that the entry commits to. E_INVALID if not. */
status opening_check(const struct entry *e, const struct opening *o, const uint8_t *record_key);

/* An opening to hold against its entry, and what came of it: as opening_check. */
struct opening_claim {
    const struct entry *entry;
    const struct opening *opening;
    const uint8_t *record_key; /* as of opening_check */
    status result;
};

/* Checks count claims; their hashes are computed side by side, so give it many. */
void opening_check_many(struct opening_claim *claims, size_t count);
