/* SPDX-License-Identifier: Apache-2.0 */
#include "report/cells.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

/* What one counter gives to a figure. */
struct part {
    uint64_t count;
    uint64_t late;
    uint16_t by[FIGURE_BY_MAX];
};

void report_cells_done(struct cells *c)
{
    free(c->at);
    free(c->plans);
}

void cell_name(const struct cell *c, struct writer *w)
{
    writer_text(w, c->figure->id);
    for (size_t i = 0; i < c->depth; i++) {
        writer_text(w, "/");
        figure_value_print(c->plan->by[i], c->by[i], w);
    }
}

/* The next cell, empty; NULL if there are too many or memory is out. */
static struct cell *cell_new(struct cells *c, size_t figure, uint8_t depth)
{
    if (c->count == c->cap) {
        const size_t cap = c->cap == 0 ? 1024 : 2 * c->cap;
        struct cell *more = cap > REPORT_CELLS_MAX ? NULL : realloc(c->at, cap * sizeof *more);
        if (more == NULL) return NULL;
        c->at = more;
        c->cap = cap;
    }
    struct cell *cell = &c->at[c->count++];
    *cell = (struct cell){ .figure = &figures[figure], .plan = &c->plans[figure], .depth = depth };
    return cell;
}

static int by_values(const void *a, const void *b)
{
    const struct part *x = a;
    const struct part *y = b;
    for (size_t i = 0; i < FIGURE_BY_MAX; i++) {
        if (x->by[i] != y->by[i]) return x->by[i] < y->by[i] ? -1 : 1;
    }
    return 0;
}

static bool is_in_period(const struct report_input *in, const struct counter_key *key)
{
    const uint16_t month = counter_key_month(key);
    return month >= in->period.month_first && month <= in->period.month_last;
}

/* What every counter gives to the figure, in the order of the cells. */
static size_t find_parts(const struct report_input *in, const struct figure_plan *plan,
                         struct part *parts)
{
    size_t count = 0;
    for (size_t row = 0; row < in->table->row_count; row++) {
        const struct counter_key key = counter_table_key(in->table, row);
        struct part part = {};
        if (!is_in_period(in, &key) || !figure_counts(plan, &key, part.by)) continue;
        part.count = counter_table_count(in->table, row);
        part.late = key.bytes[COUNTER_KEY_FLAG] == COUNTER_LATE ? part.count : 0;
        parts[count++] = part;
    }
    if (count > 1) qsort(parts, count, sizeof *parts, by_values);
    return count;
}

/* A cell with the sum of the parts whose first depth values are these. */
static status sum_up(struct cells *c, size_t figure, uint8_t depth, const struct part *parts,
                     size_t count)
{
    struct cell *cell = cell_new(c, figure, depth);
    if (cell == NULL) return FAIL(E_LIMIT);
    for (size_t i = 0; i < depth && count > 0; i++)
        cell->by[i] = parts[0].by[i];
    for (size_t i = 0; i < count; i++) {
        cell->count += parts[i].count; /* cannot wrap: the table's sum is its size */
        cell->late += parts[i].late;
    }
    return OK;
}

/* How many of the parts have the value of the first in that column. */
static size_t run_of(const struct part *parts, size_t count, size_t column)
{
    size_t run = 0;
    while (run < count && parts[run].by[column] == parts[0].by[column])
        run++;
    return run;
}

/* The whole of one first value, and then each second value that occurs. */
static status split(struct cells *c, size_t figure, const struct part *parts, size_t count)
{
    TRY(sum_up(c, figure, 1, parts, count));
    if (c->plans[figure].by[1] == NULL) return OK;
    for (size_t at = 0; at < count;) {
        const size_t run = run_of(parts + at, count - at, 1);
        TRY(sum_up(c, figure, 2, parts + at, run));
        at += run;
    }
    return OK;
}

/* A value of a closed list that nothing was counted for: it could have happened and did not. */
static status zero(struct cells *c, size_t figure, uint16_t value)
{
    const struct part none = { .by = { value } };
    return sum_up(c, figure, 1, &none, 1);
}

static status count_figure(struct cells *c, size_t figure, const struct part *parts, size_t count)
{
    const struct schema_column *first = c->plans[figure].by[0];
    const struct choice_value_row *value =
        first->type == COLUMN_CHOICE ? first->choice->values : NULL;
    size_t at = 0;
    TRY(sum_up(c, figure, 0, parts, count));
    while (at < count || (value != NULL && value->name != NULL)) {
        const bool listed = value != NULL && value->name != NULL;
        const bool is_next = at < count && (!listed || parts[at].by[0] <= value->number);
        if (is_next) {
            const size_t run = run_of(parts + at, count - at, 0);
            if (listed && parts[at].by[0] == value->number) value++;
            TRY(split(c, figure, parts + at, run));
            at += run;
        } else {
            TRY(zero(c, figure, value->number));
            value++;
        }
    }
    return OK;
}

/* Whether a figure counts records of that kind. */
static const struct figure_plan *plan_of_kind(const struct cells *c, uint8_t kind)
{
    for (size_t i = 0; i < figure_count; i++) {
        if (figures[i].kind == kind) return &c->plans[i];
    }
    return NULL;
}

/* What no figure can see: classes that the table had no room for, and other versions. */
static void count_rest(const struct report_input *in, struct cells *c)
{
    for (size_t row = 0; row < in->table->row_count; row++) {
        const struct counter_key key = counter_table_key(in->table, row);
        const struct figure_plan *plan = plan_of_kind(c, key.bytes[0]);
        const uint64_t count = counter_table_count(in->table, row);
        const uint8_t flag = key.bytes[COUNTER_KEY_FLAG];
        if (plan == NULL) continue;
        const bool seen =
            flag != COUNTER_OVERFLOW && get_u16(key.bytes + 1) == plan->schema->version;
        if (!seen) {
            c->uncounted += count;
        } else if (flag == COUNTER_LATE && is_in_period(in, &key)) {
            c->late += count;
        }
    }
}

static status count_all(const struct report_input *in, struct cells *c, struct part *parts,
                        struct fault *f)
{
    for (size_t i = 0; i < figure_count; i++) {
        TRY(figure_resolve(&figures[i], &c->plans[i], f));
        const size_t count = find_parts(in, &c->plans[i], parts);
        const status s = count_figure(c, i, parts, count);
        if (s.code != E_OK) return fault_set(f, s, "more than %d cells", REPORT_CELLS_MAX);
    }
    count_rest(in, c);
    return OK;
}

status report_cells_count(const struct report_input *in, struct cells *ret_cells, struct fault *f)
{
    struct cells c = { .plans = calloc(figure_count, sizeof *c.plans) };
    struct part *parts = calloc(in->table->row_count + 1, sizeof *parts);
    status s = FAIL(E_NOMEM);
    if (c.plans == NULL || parts == NULL) {
        s = fault_set(f, s, "out of memory");
    } else {
        s = count_all(in, &c, parts, f);
    }
    free(parts);
    if (s.code != E_OK) {
        report_cells_done(&c);
        return s;
    }
    *ret_cells = c;
    return OK;
}
