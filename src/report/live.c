/* SPDX-License-Identifier: Apache-2.0 */
#include "report/live.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

size_t live_figures(void)
{
    return figure_count + live_only_count;
}

const struct figure *live_figure(size_t number)
{
    assert(number < live_figures());
    return number < figure_count ? &figures[number] : &live_only[number - figure_count];
}

size_t live_number(const char *id)
{
    size_t number = 0;
    while (!slice_is(slice_text(live_figure(number)->id), id))
        number++; /* live_figure asserts that it exists */
    return number;
}

static int by_values(const void *a, const void *b)
{
    const struct live_cell *x = a;
    const struct live_cell *y = b;
    for (size_t i = 0; i < FIGURE_BY_MAX; i++) {
        if (x->by[i] != y->by[i]) return x->by[i] < y->by[i] ? -1 : 1;
    }
    return 0;
}

/* The figure's cell with those values, made if there is none; NULL: there are too many. */
static struct live_cell *cell_of(struct live *l, size_t first, const struct live_cell *want)
{
    for (size_t i = first; i < l->cell_count; i++) {
        if (by_values(&l->cells[i], want) == 0) return &l->cells[i];
    }
    if (l->cell_count == LIVE_CELLS_MAX) return NULL;
    l->cells[l->cell_count] = *want;
    return &l->cells[l->cell_count++];
}

static status count_figure(const struct counter_table *t, size_t number,
                           const struct figure_plan *plan, struct live *l)
{
    const size_t first = l->cell_count;
    for (size_t row = 0; row < t->row_count; row++) {
        const struct counter_key key = counter_table_key(t, row);
        const uint16_t month = counter_key_month(&key);
        struct live_cell want = { .figure = (uint8_t)number };
        if (month > l->month_last || month + LIVE_MONTHS <= l->month_last) continue;
        if (!figure_counts(plan, &key, want.by)) continue;
        struct live_cell *cell = cell_of(l, first, &want);
        if (cell == NULL) return FAIL(E_LIMIT);
        const uint64_t count = counter_table_count(t, row);
        cell->count += count;
        if (key.bytes[COUNTER_KEY_FLAG] == COUNTER_LATE) cell->late += count;
        l->months[number][LIVE_MONTHS - 1 - (l->month_last - month)] += count;
    }
    qsort(l->cells + first, l->cell_count - first, sizeof *l->cells, by_values);
    return OK;
}

status live_count(const struct counter_table *t, uint16_t month_last, struct live *ret_live,
                  struct fault *f)
{
    assert(live_figures() <= LIVE_FIGURES_MAX);
    *ret_live = (struct live){ .month_last = month_last };
    for (size_t i = 0; i < live_figures(); i++) {
        struct figure_plan plan = {};
        TRY(figure_resolve(live_figure(i), &plan, f));
        const status s = count_figure(t, i, &plan, ret_live);
        if (s.code != E_OK) return fault_set(f, s, "more than %d live cells", LIVE_CELLS_MAX);
    }
    return OK;
}
