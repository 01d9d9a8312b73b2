/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/count/counter_table.h"
#include "record/draft.h"

/*
 * counter: counts entries by public class and month, and makes and checks summaries.
 * Source: docs/formats/counts.md section 3.
 *
 * An entry whose month was closed by an earlier summary is counted as late. Everything follows from
 * the entries in their order alone, so whoever reads them gets the same table (recounted).
 * Cost: about 10 ns for an entry of the class and month before it, a hash table look-up otherwise.
 * Memory: 32 bytes for each of at most 2^20 slots; behind COUNTER_ROWS_MAX classes, entries of new
 * classes are counted in one overflow counter a kind.
 */
struct counter;

/* What a summary record says. */
struct summary_claim {
    uint64_t size; /* entries counted: its own index */
    uint64_t rows;
    uint64_t late;     /* entries counted as late */
    uint64_t overflow; /* entries in overflow counters */
    uint64_t previous; /* index of the summary before; UINT64_MAX for none */
    hash root;
    uint16_t closed; /* months before this one are closed by this summary */
};

/* Nothing counted. seed stirs the hash table, nothing else depends on it. NULL if memory is out. */
struct counter *counter_new(uint64_t seed);
void counter_free(struct counter *c);
/* Counts the next entry, as bytes. E_NOMEM; E_CORRUPT if it is no entry this build knows. On
 * failure nothing was counted. */
status counter_add(struct counter *c, slice entry);
/* Entries counted so far. */
uint64_t counter_size(const struct counter *c);
/* Every counter that belongs to the figure, added up. */
void counter_figure(const struct counter *c, const struct count_query *q, uint64_t *ret_in_time,
                    uint64_t *ret_late);

/* The table as it stands: a view into the counter until the next call of any function on it.
 * E_NOMEM. */
status counter_table(struct counter *c, struct counter_table *ret_table);
/* Starts from a table, as counter_table gave it. The counter must be new. E_NOMEM. */
status counter_load(struct counter *c, const struct counter_table *t);

/* The summary of what was counted so far, written at that time. E_NOMEM. */
status counter_summary(struct counter *c, uint64_t time_s, struct summary_claim *ret_claim);
/* Fills a draft of a summary record; d was started with KIND_summary, and claim outlives it. */
void summary_draft(const struct summary_claim *claim, struct draft *d);
/* What a parsed summary entry says. E_VALUE if it is none, or says what cannot be; the fault says
 * what. */
status summary_read(const struct entry *e, struct summary_claim *ret_claim, struct fault *fault);
/* Whether the summary entry, the next one to be counted, is true of everything counted. E_INVALID
 * if not: the fault names what differs, with both values. E_NOMEM, and as summary_read. Together
 * with counter_load from the table of the summary before it, this refutes a false one by the
 * entries of one segment. */
status counter_check(struct counter *c, const struct entry *summary, struct fault *fault);
