/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/count/counter_table.h"
#include "verify/report/definition.h"
#include "verify/report/stated.h"

/*
 * expected: the cells that a definition gives, counted from the counters of public entries.
 * Source: docs/formats/report.md section 1.
 */
struct counted_months {
    const struct counter_table *table;
    uint16_t first;
    uint16_t last;
};

/* The cells of one figure, in the order in which a report has them; counted texts in the arena.
 * E_LIMIT, E_NOMEM. */
status expected_cells(const struct counted_months *m, const struct definition *d,
                      struct arena *arena, struct stated *ret_cells);
/* Entries of the period that came after their month was closed, and entries of the kinds counted
 * that no figure can see: in overflow, or of another schema version. */
void expected_rest(const struct counted_months *m, const struct definitions *all,
                   uint64_t *ret_late, uint64_t *ret_uncounted);
