/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/count/counter.h"

/*
 * count: the proof of a published figure as a text file (candor/count@v1): the counters it adds up,
 * that there are no others, and the summary that commits to them.
 * Source: docs/formats/counts.md section 5.
 *
 *   candor/count@v1
 *   kind 8 1 enforcement
 *   where HEX-MASK HEX-WANT
 *   months 2026-01 2026-06
 *   count 123
 *   late 4
 *   rows FIRST OF
 *   row HEX-KEY COUNT        one line for each, in order, with a neighbour on each side
 *   hash BASE64              the path, one line each
 *   summary BASE64           the summary entry
 *   (empty line)
 *   the c2sp.org/tlog-proof@v1 of the summary, verbatim
 *
 * A figure over entries [a, b) is the difference of two such files.
 */
enum {
    COUNT_ROWS_MAX = 65536, /* rows that one proof may show */
    COUNT_PROOF_BYTES_MAX = 8 * 1024 * 1024,
};

#define COUNT_MAGIC "candor/count@v1"

/* What a checked count file says. */
struct count_claim {
    struct count_query query;
    uint64_t in_time;
    uint64_t late;
    struct summary_claim summary;
    uint64_t summary_time_s;
    slice summary_entry; /* the bytes of the leaf, in the room given to count_check */
    slice proof;         /* the tlog-proof: a view into the file */
};

/* Writes everything up to and including the empty line; the caller appends the tlog-proof of the
 * summary entry. The table must be the one of the summary. E_LIMIT if the figure needs more than
 * COUNT_ROWS_MAX rows or there is no room. */
status count_format(const struct counter_table *t, const struct count_query *q, slice summary_entry,
                    struct writer *w);
/* Reads a file and checks that its rows, path and summary give its figure. What is left to the
 * caller: the tlog-proof, that its leaf is summary_entry, and that its index is summary.size.
 * entry_room has ENTRY_BYTES_MAX. E_SYNTAX, E_LIMIT, E_VALUE; E_INVALID if it does not hold; the
 * fault names line or reason. Cost: two blocks of SHA-256 a row. On failure ret_claim is unchanged.
 */
status count_check(slice file, uint8_t *entry_room, struct count_claim *ret_claim,
                   struct fault *fault);
/* Holds the rows that a file shows, which count_check accepted, against the table of the same
 * entries counted anew. Whether they differ, and where first. E_NOMEM. */
status count_differ(slice file, const struct counter_table *is, bool *ret_differs,
                    struct counter_difference *ret_first, struct fault *fault);
/* Writes the question for people: "enforcement, market=DE category=self_harm, 2026-01 to 2026-06".
 */
void count_query_print(const struct count_query *q, struct writer *w);
