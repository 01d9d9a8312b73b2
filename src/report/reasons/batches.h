/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/decision/decision.h"
#include "ledger/erase/scan.h"
#include "report/report.h"

/*
 * batches: the statements of reasons of a period, as they are sent to the DSA's transparency
 * database: {"statements":[…]} of up to a hundred. Each is held against the rules by which candor
 * itself takes statements; one that does not hold is left out and told, so that a batch, of which
 * the database takes all or none, is taken.
 *
 * Of each decision the first statement is sent: the database has no place for what became of it. A
 * decision that an order led to has none (article 17(5) with article 9).
 */
enum { BATCH_STATEMENT_BYTES_MAX = 256 * 1024 };

struct batches;

struct batches_told {
    void *with;
    /* A whole batch, as JSON; the bytes die with the call. */
    status (*batch)(void *with, slice json, struct fault *f);
    /* A statement that is left out: its entry, its PUID (empty if that is gone), and why. */
    void (*left_out)(void *with, uint64_t index, slice puid, const struct complaints *why);
};

struct batches_count {
    uint64_t statements;
    uint64_t batches;
    uint64_t by_order;
    uint64_t left_out;
};

/* NULL if memory is out. */
struct batches *batches_new(const struct report_period *period, const struct batches_told *told);
/* NULL is allowed. */
void batches_free(struct batches *b);
/* Whether the entry is a decision of the period. */
bool batches_want(const struct batches *b, slice entry);
/* The next record of the log: one that is wanted. What batch fails with. */
status batches_take(struct batches *b, const struct scanned_record *r, struct fault *f);
/* The last batch, if there is something in it. */
status batches_end(struct batches *b, struct batches_count *ret_count, struct fault *f);
