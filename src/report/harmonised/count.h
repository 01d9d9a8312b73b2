/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/harmonised/grid.h"
#include "report/moderation.h"
#include "report/report.h"
#include "report/template/template.h"

/*
 * count: the numbers of parts 3 to 8, from the decisions of a log.
 *
 * Measures are counted when they were first decided. Of notices, orders and appeals those are
 * counted that were received in the period, and then what became of them, as far as the log goes,
 * whenever that was: so that no number contradicts the one beside it. What a record's own category
 * is not on a part's list of: an order's and a notice's is "not specified", a measure's on the own
 * terms is "other"; a measure on the ground of the law has no line there and is left out of the
 * numbers of own initiative (unplaced). Orders of authorities outside the Union are none of part 3.
 */
enum { COUNT_GRIDS = 4, COUNT_GRID_FIRST = 3, COUNT_SCOPES = SCOPE_ALL + 1 };

struct counted {
    struct arena arena;
    struct grid grids[COUNT_GRIDS]; /* of part 3 and on */
    uint64_t lists[INDICATORS][COUNT_SCOPES];
    uint64_t each[INDICATORS][TEMPLATE_LANGUAGES];
    struct samples samples; /* of indicators: line is the indicator, column 0 */
    uint64_t unplaced;
    uint64_t abroad; /* orders of authorities outside the Union */
};

/* Counts the period. ret_counted is the caller's, and must stay where it is. E_NOMEM, E_LIMIT. */
status count_period(const struct moderation *m, const struct report_period *period,
                    struct counted *ret_counted, struct fault *f);
void counted_done(struct counted *c);
/* The grid of a part, 3 to 6. */
static inline const struct grid *counted_grid(const struct counted *c, size_t part)
{
    return &c->grids[part - COUNT_GRID_FIRST];
}
