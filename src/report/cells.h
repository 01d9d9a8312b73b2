/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/report.h"

/*
 * cells: the cells of a report, counted from a table of counters; for the files of this folder.
 */
struct cell {
    const struct figure *figure;
    const struct figure_plan *plan;
    uint64_t count; /* late ones too */
    uint64_t late;
    uint16_t by[FIGURE_BY_MAX];
    uint8_t depth; /* how many columns it is split by */
};

struct cells {
    struct cell *at; /* owned; a figure's stand together, wholes before parts */
    size_t count;
    size_t cap;
    struct figure_plan *plans; /* owned; one a figure */
    uint64_t late;             /* entries of the period that came after its months were closed */
    uint64_t uncounted; /* entries of the kinds counted, in overflow or of another schema version */
};

/* Counts every figure. The cells are the caller's. E_NOMEM, E_LIMIT. */
status report_cells_count(const struct report_input *in, struct cells *ret_cells, struct fault *f);
void report_cells_done(struct cells *c);
/* Appends "figure/value/value". */
void cell_name(const struct cell *c, struct writer *w);
