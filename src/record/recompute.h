/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/entry.h"
#include "record/opening.h"

/*
 * recompute: from private values back to the root that the entry shows, for fsck, for disclosure
 * and for whoever verifies one. Source: docs/formats/entry.md section 5.
 */

/* The commitments of an opening, FIELDS_MAX of room. salts has one for each field and is not read
 * in form 2, which has its own. */
void opening_commitments(const struct opening *o, const salt *salts, hash *ret_commitments);
/* The root that the entry of the opening must show. */
hash opening_root(const struct schema *s, const struct opening *o, const salt *salts);
/* Whether the opening is the one that the entry commits to. E_INVALID if not. */
status opening_check(const struct entry *e, const struct opening *o, const salt *salts);

/* An opening to hold against its entry, and what came of it: as opening_check. */
struct opening_claim {
    const struct entry *entry;
    const struct opening *opening;
    const salt *salts; /* as of opening_check */
    status result;
};

/* Checks count claims; their hashes are computed side by side, so give it many. */
void opening_check_many(struct opening_claim *claims, size_t count);
