/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/erase/scan.h"
#include "report/report.h"

/*
 * declared: the figures and texts of a period that no record can supply: each somebody's word, with
 * its method and signer. Of several for one cell the newest counts. Those whose private values were
 * erased are counted, not guessed.
 */
enum { DECLARED_CELLS_MAX = 4096, DECLARED_BYTES_MAX = 16 * 1024 * 1024 };

struct declaration {
    uint64_t index; /* of the record */
    slice cell;
    slice value;
    slice method;
    slice signer;
    slice context; /* empty: none */
    bool is_used;  /* set by who publishes it */
};

struct declared;

/* None yet. NULL if memory is out. */
struct declared *declared_new(const struct report_period *period);
void declared_free(struct declared *d);
/* Whether the entry is a declared one. */
bool declared_wants(slice entry);
/* The next record of the log: one that declared_wants; of other periods nothing is kept. E_LIMIT,
 * E_NOMEM. */
status declared_take(struct declared *d, const struct scanned_record *r, struct fault *f);
/* What was declared for the cell; NULL: nothing. Owned by d. */
struct declaration *declared_find(struct declared *d, slice cell);
/* All of them, in the order in which the cells were first declared, and how many were erased. */
struct declaration *declared_all(struct declared *d, size_t *ret_count);
uint64_t declared_erased(const struct declared *d);
