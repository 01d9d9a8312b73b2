/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/checkpoint.h"
#include "ledger/count/count.h"
#include "verify/answer.h"
#include "verify/published.h"

/*
 * recounting: a claimed figure held against public entries: all of them, or those of one segment.
 *
 * All: they must be the log's (their root is that of the checkpoint), and the counters over those
 * before the summary are made anew: the figure is recounted.
 * One segment: the table of the segment before, which must be the one that its last entry commits
 * to, goes on with that entry and those of the segment up to the summary. Both are proved to be in
 * the log by its hash tiles. The figure stays claimed, as the table that it began with is; but a
 * step that does not add up refutes it.
 * Source: docs/formats/counts.md section 6.
 */
struct counter;

struct recounting {
    struct published *log;
    bool whole;
    slice file;                          /* the count proof, which count_check accepted */
    const struct count_claim *claim;     /* what it says */
    const struct checkpoint *checkpoint; /* verified; its log has the claim's summary */
};

/* Whether every entry before the summary is counted: asked for, or in the first segment anyway. */
bool recounting_is_whole(const struct recounting *r);
/* E_REFUTED if the entries are the log's and give another figure; the fault names the first counter
 * that differs, both values, and the first false summary among the entries. E_INVALID if the
 * entries or the table are not the log's. What published_open, published_each and
 * published_counters say; E_UNKNOWN for an entry of a kind that is not known. On success the answer
 * says what was checked. Cost: of all, about 100 ns an entry; of one segment, 65,536 of them at
 * most. */
status recounting_check(const struct recounting *r, struct answer *answer, struct fault *fault);

/* Counts every entry of the log before the size of the checkpoint; they must lead to its root. The
 * counter is the caller's. What published_open and published_each say; E_INVALID if the entries are
 * not the log's, E_UNKNOWN for an entry of a kind that is not known, E_NOMEM. */
status recounting_all(struct published *log, const struct checkpoint *c,
                      struct counter **ret_counter, struct fault *fault);
