/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of the grids: TR-24, TR-29 to TR-33, TR-40, TR-46. A blank is never 0: a column is summed
 * where one of its parts is filled, and left alone where a cell is no count.
 */
#include <inttypes.h>
#include "report/lint/check_set.h"
#include "base/banned.h"

enum { CATCH_ALL_MIN = 1000 };
static const double MEDIAN_SLACK_HOURS = 0.05;

/* The parts of one whole in one column. */
struct tally {
    uint64_t sum;
    size_t filled;
    bool bad; /* a cell is no count */
    const struct part_row *largest;
    uint64_t largest_count;
};

static void tally_rows(const struct part *p, const struct part_row *row, size_t column,
                       struct tally *t)
{
    for (; row != NULL; row = part_next(p, row)) {
        const struct number n = part_number(p, row, column);
        if (n.blank) continue;
        t->filled++;
        t->bad = t->bad || !n.whole || __builtin_add_overflow(t->sum, n.count, &t->sum);
        if (n.whole && n.count >= t->largest_count) {
            t->largest = row;
            t->largest_count = n.count;
        }
    }
}

/* Behind the last keyword of a category. */
static int keywords_end(int category)
{
    int end = category + 1;
    while (end < TEMPLATE_CATEGORIES && template_categories[end].is_keyword)
        end++;
    return end;
}

static struct tally tally_keywords(const struct part *p, int code, int category, size_t column)
{
    struct tally t = {};
    for (int i = category + 1; i < keywords_end(category); i++)
        tally_rows(p, grid_row(p, code, i), column, &t);
    return t;
}

static struct tally tally_categories(const struct part *p, int code, size_t column)
{
    struct tally t = {};
    for (int i = 1; i < TEMPLATE_CATEGORIES; i++) {
        if (!template_categories[i].is_keyword) tally_rows(p, grid_row(p, code, i), column, &t);
    }
    return t;
}

/* ---- categories and their keywords ---- */

static void check_catch_all(struct lint *l, const struct part *p, int code, int category,
                            size_t column, uint64_t whole)
{
    const int last = keywords_end(category) - 1;
    const struct part_row *row = last > category ? grid_row(p, code, last) : NULL;
    for (; row != NULL; row = part_next(p, row)) {
        const struct number n = part_number(p, row, column);
        if (!n.whole || n.count < CATCH_ALL_MIN || n.count <= whole / 2) continue;
        lint_say(l, 24, LINT_WARNING, part_place(p, row, column), slice_none(),
                 "more than half of the %" PRIu64 " of its category", whole);
    }
}

static void check_category_sum(struct lint *l, const struct part *p, int code, int category,
                               size_t column)
{
    const struct part_row *row = grid_row(p, code, category);
    const struct number whole = part_number(p, row, column);
    const struct tally t = tally_keywords(p, code, category, column);
    const struct place place = part_place(p, row, column);
    if (t.bad || (!whole.whole && !whole.blank)) return;
    if (t.filled > 0 && t.sum == 0 && whole.count > 0) {
        lint_say(l, 30, LINT_ERROR, place, slice_text("0"),
                 "the category is above 0 and all its sub-categories are 0");
    } else if (t.filled > 0 && (whole.blank || t.sum != whole.count)) {
        lint_say(l, 29, LINT_ERROR, place, lint_number(l, t.sum),
                 "the sub-categories add up to %" PRIu64 ", a gap of %" PRIu64, t.sum,
                 t.sum > whole.count ? t.sum - whole.count : whole.count - t.sum);
    }
    if (whole.whole && column == (size_t)part_role(p, ROLE_COUNT))
        check_catch_all(l, p, code, category, column, whole.count);
}

/* A category above 0 whose sub-categories are blank in every column. */
static void check_blank_keywords(struct lint *l, const struct part *p, int code, int category)
{
    const size_t column = (size_t)part_role(p, ROLE_COUNT);
    const struct part_row *row = grid_row(p, code, category);
    const struct number whole = part_number(p, row, column);
    if (!number_is_some(&whole) || keywords_end(category) == category + 1) return;
    for (size_t i = 0; i < p->column_count; i++) {
        if (p->columns[i].role == ROLE_COUNT && tally_keywords(p, code, category, i).filled > 0)
            return;
    }
    lint_say(l, 30, LINT_WARNING, part_place(p, row, column), slice_none(),
             "the category is above 0 and all its sub-categories are blank");
}

/* ---- the total and the categories ---- */

static bool is_restriction(const struct part *p, size_t column)
{
    const size_t first = (size_t)part_role(p, ROLE_COUNT);
    return (p->number == 5 || p->number == 6) && column >= first + 2;
}

/* Whether a is above b, or below, by as much as c is above d. */
static bool is_same_gap(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    return (a >= b) == (c >= d) && (a >= b ? a - b : b - a) == (c >= d ? c - d : d - c);
}

/* The category whose own gap to its keywords is the same; NULL. */
static const char *culprit(const struct part *p, int code, size_t column, uint64_t sum,
                           uint64_t total)
{
    for (int i = 1; i < TEMPLATE_CATEGORIES; i++) {
        const struct part_row *row = grid_row(p, code, i);
        if (template_categories[i].is_keyword || row == NULL) continue;
        const struct number whole = part_number(p, row, column);
        const struct tally t = tally_keywords(p, code, i, column);
        if (t.bad || t.filled == 0 || !whole.whole) continue;
        if (is_same_gap(t.sum, whole.count, total, sum)) return template_categories[i].code;
    }
    return NULL;
}

static void say_total(struct lint *l, const struct part *p, int code, size_t column, uint64_t sum)
{
    const struct part_row *row = grid_row(p, code, 0);
    const uint64_t total = part_number(p, row, column).count;
    const char *by = culprit(p, code, column, sum, total);
    lint_say(l, 31, LINT_ERROR, part_place(p, row, column), lint_number(l, sum),
             "the categories add up to %" PRIu64 ", %" PRIu64 " %s%s%s", sum,
             total > sum ? total - sum : sum - total, total > sum ? "unallocated" : "too many",
             by != NULL ? ", as far as the sub-categories are from " : "", by != NULL ? by : "");
}

static void check_total(struct lint *l, const struct part *p, int code, size_t column)
{
    const struct part_row *row = grid_row(p, code, 0);
    const struct number total = part_number(p, row, column);
    const struct tally t = tally_categories(p, code, column);
    if (t.bad || (!total.whole && !total.blank)) return;
    if (t.filled > 0 && (total.blank || t.sum != total.count)) {
        say_total(l, p, code, column, t.sum);
    } else if (t.filled == 0 && total.count > 0 && is_restriction(p, column)) {
        lint_say(l, 40, LINT_ERROR, part_place(p, row, column), slice_none(),
                 "above 0 here and blank in every category");
    } else if (t.filled == 0 && total.count > 0) {
        lint_say(l, 32, l->options.own ? LINT_ERROR : LINT_WARNING, part_place(p, row, column),
                 slice_none(), "above 0 here and blank in every category");
    }
}

/* ---- medians ---- */

struct range {
    double low, high;
    uint64_t sum;
    size_t count;
    bool open; /* one with a count has no median */
};

static void range_rows(const struct part *p, const struct part_row *row, size_t median,
                       size_t count, struct range *r)
{
    for (; row != NULL; row = part_next(p, row)) {
        const struct number n = part_number(p, row, count);
        const struct number m = part_number(p, row, median);
        if (!number_is_some(&n)) continue;
        r->open = r->open || !m.valid || __builtin_add_overflow(r->sum, n.count, &r->sum);
        if (!m.valid) continue;
        if (r->count == 0 || m.value < r->low) r->low = m.value;
        if (r->count == 0 || m.value > r->high) r->high = m.value;
        r->count++;
    }
}

/* The median of a whole lies between those of its parts, if the parts are all of it. */
static void check_median(struct lint *l, const struct part *p, int code, int category,
                         size_t median)
{
    const struct part_row *row = grid_row(p, code, category);
    const size_t count = set_count_of(p, median);
    const struct number whole = part_number(p, row, median);
    const struct number events = part_number(p, row, count);
    struct range r = {};
    const int end = category == 0 ? TEMPLATE_CATEGORIES : keywords_end(category);
    for (int i = category + 1; i < end; i++) {
        if (template_categories[i].is_keyword == (category != 0))
            range_rows(p, grid_row(p, code, i), median, count, &r);
    }
    if (!whole.valid || r.count == 0 || r.open || !events.whole || events.count != r.sum) return;
    const bool inside =
        whole.value >= r.low - MEDIAN_SLACK_HOURS && whole.value <= r.high + MEDIAN_SLACK_HOURS;
    if (inside) return;
    lint_say(l, 46, LINT_ERROR, part_place(p, row, median), slice_none(),
             "no median of its parts can be that: they go from %g to %g", r.low, r.high);
}

/* ---- member states ---- */

static void check_states(struct lint *l, const struct part *p, int category, size_t column)
{
    struct tally t = {};
    struct tally whole = {};
    const struct part_row *row = grid_row(p, NONE, category);
    for (int code = 0; code < TEMPLATE_STATES; code++)
        tally_rows(p, grid_row(p, code, category), column, &t);
    tally_rows(p, row, column, &whole);
    if (row == NULL || t.bad || whole.bad || whole.sum == t.sum) return;
    if (t.filled == 0 && category != 0) return;
    lint_say(l, 33, LINT_ERROR, part_place(p, row, column), lint_number(l, t.sum),
             "the member states add up to %" PRIu64, t.sum);
}

/* ---- all ---- */

static void check_scope(struct lint *l, const struct part *p, int code)
{
    for (size_t column = 0; column < p->column_count; column++) {
        const uint8_t role = p->columns[column].role;
        if (role != ROLE_COUNT && role != ROLE_MEDIAN) continue;
        for (int i = 0; i < TEMPLATE_CATEGORIES; i++) {
            if (template_categories[i].is_keyword || grid_row(p, code, i) == NULL) continue;
            if (role == ROLE_MEDIAN)
                check_median(l, p, code, i, column);
            else if (i == 0)
                check_total(l, p, code, column);
            else
                check_category_sum(l, p, code, i, column);
        }
    }
    for (int i = 1; i < TEMPLATE_CATEGORIES; i++) {
        if (template_categories[i].is_keyword || grid_row(p, code, i) == NULL) continue;
        check_blank_keywords(l, p, code, i);
    }
}

void check_sums(struct lint *l, const struct set *s)
{
    for (uint8_t n = 3; n <= 6; n++) {
        const struct part *p = &s->parts[n];
        if (p->file == NULL) continue;
        for (int code = NONE; code < (n == 3 ? TEMPLATE_STATES : 0); code++)
            check_scope(l, p, code);
    }
    const struct part *orders = &s->parts[3];
    for (size_t column = 0; orders->file != NULL && column < orders->column_count; column++) {
        if (orders->columns[column].role != ROLE_COUNT) continue;
        for (int i = 0; i < TEMPLATE_CATEGORIES; i++)
            check_states(l, orders, i, column);
    }
}
