/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "record/entry.h"

/*
 * summary: the running count of everything in the log, and the summary record that commits to it
 * (design section 6, docs/formats/counts.md). ledger/counter.h has the table and its proofs.
 */
struct summary;

/* An empty count. E_NOMEM. */
status summary_new(struct summary **ret_summary, struct fault *f);
void summary_free(struct summary *s);
/* Counts one entry of the log, in order. E_CORRUPT if it is none. */
status summary_count(struct summary *s, slice entry, struct fault *f);
/* Starts from a table that summary_table gave. E_CORRUPT. */
status summary_load(struct summary *s, slice table, struct fault *f);
/* The summary record of what was counted so far. Its slices live in s until the next call. */
status summary_record(struct summary *s, int64_t now_ns, struct record *ret_record,
                      struct fault *f);
/* The table of what was counted so far: what a summary that comes next speaks of. A view into s
 * until the next call. E_NOMEM. */
status summary_table(struct summary *s, slice *ret_table, struct fault *f);
/* Whether a summary entry, the next to be counted, is true of what was counted. E_INVALID if not;
 * the fault says what differs. */
status summary_check(struct summary *s, const struct entry *entry, struct fault *f);
