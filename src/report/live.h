/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/figure.h"

/*
 * live: figures of the last months, counted from a table of counters as the reports count theirs.
 * Their numbers are those of live_figures: first the figures of the reports (figures.def), then the
 * ones of live.def.
 */
enum {
    LIVE_MONTHS = 12,      /* the one at hand and those before it */
    LIVE_CELLS_MAX = 8192, /* a platform has some hundreds */
    LIVE_FIGURES_MAX = 64,
};

/* A figure split by both of its columns; cells of 0 are not there. */
struct live_cell {
    uint8_t figure; /* number */
    uint16_t by[FIGURE_BY_MAX];
    uint64_t count; /* late ones too */
    uint64_t late;
};

struct live {
    uint16_t month_last;
    uint64_t months[LIVE_FIGURES_MAX][LIVE_MONTHS]; /* oldest first */
    size_t cell_count;
    struct live_cell cells[LIVE_CELLS_MAX]; /* by figure, then by values */
};

extern const struct figure live_only[]; /* the rows of live.def */
extern const size_t live_only_count;

/* How many there are; and one of them. */
size_t live_figures(void);
const struct figure *live_figure(size_t number);
/* The number of the figure of that name, which must exist. */
size_t live_number(const char *id);
/* Counts the LIVE_MONTHS up to month_last. E_LIMIT behind LIVE_CELLS_MAX, with what is there. */
status live_count(const struct counter_table *t, uint16_t month_last, struct live *ret_live,
                  struct fault *f);
