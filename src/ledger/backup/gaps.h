/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "ledger/archive.h"
#include "ledger/keys.h"
#include "record/entry.h"
#include "record/opening.h"

/*
 * gaps: entries whose private values did not come back (takeover.h, loss.h), and the gap records
 * that say so: cause "openings", the first and the last entry.
 */
struct gap_range {
    uint64_t first;
    uint64_t last;
};

/* Ranges in ascending order, apart from each other. */
struct gap_ranges {
    struct gap_range *at; /* owned */
    size_t count;
    size_t cap;
};

/* Frees them. Allowed on a zeroed struct. */
void gap_ranges_done(struct gap_ranges *r);
/* Appends a range that begins behind the others; one that follows the last joins it. E_NOMEM. */
status gap_ranges_push(struct gap_ranges *r, struct gap_range range, struct fault *f);
/* Whether the record is a gap record that names entries, and which; opening may be NULL. */
bool gap_names(const struct entry *entry, const struct opening *opening,
               struct gap_range *ret_range);
/* The entries without openings that no gap record of the log names, of a zeroed struct. Reads the
 * whole log once, and opens its gap records. E_NOMEM, and as archive_batch and scan_records. */
status gaps_unnamed(struct archive *a, struct keys *keys, struct gap_ranges *ret_ranges,
                    struct fault *f);
