/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within a row of the grids: TR-34 to TR-39, TR-45, TR-47, TR-48.
 */
#include <inttypes.h>
#include "report/lint/check_set.h"
#include "report/lint/label.h"
#include "base/banned.h"

static const double YEAR_HOURS = 8760;
static const double INSTANT_HOURS = 0.01;

static bool is_above(const struct number *a, const struct number *b)
{
    return a->whole && b->whole && a->count > b->count;
}

/* ---- restrictions: parts 5 and 6 ---- */

struct restrictions {
    size_t rows; /* with more restrictions than measures */
    struct place first;
    uint64_t sum;
    uint64_t measures;
};

static void check_restrictions(struct lint *l, const struct part *p, const struct part_row *row,
                               struct restrictions *more)
{
    const struct number measures = part_number(p, row, MEASURES);
    uint64_t sum = 0;
    for (size_t c = RESTRICTIONS_FIRST; c < RESTRICTIONS_END; c++) {
        const struct number n = part_number(p, row, c);
        if (!n.blank && !n.whole) return;
        if (__builtin_add_overflow(sum, n.count, &sum)) return;
        if (!is_above(&n, &measures)) continue;
        lint_say(l, 34, LINT_ERROR, part_place(p, row, c), slice_none(),
                 "more than the %" PRIu64 " measures of the row", measures.count);
    }
    if (!measures.whole || sum == measures.count) return;
    if (sum < measures.count) {
        lint_say(l, 34, LINT_ERROR, part_place(p, row, MEASURES), slice_none(),
                 "all restrictions together are %" PRIu64 ": each measure has one", sum);
        return;
    }
    if (more->rows++ > 0) return;
    more->first = part_place(p, row, MEASURES);
    more->sum = sum;
    more->measures = measures.count;
}

/* Whether a text says that one measure may carry several restrictions. */
static bool says_several(const struct set *s, const struct part *p)
{
    const struct part_row *total = grid_row(p, NONE, 0);
    const slice texts[] = {
        total == NULL ? slice_none() : part_context(p, total, MEASURES),
        set_text(s, INDICATOR_SUMMARY),
        set_text(s, INDICATOR_OWN_INITIATIVE),
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const bool many = label_has(texts[i], "several") || label_has(texts[i], "more than one") ||
                          label_has(texts[i], "multiple");
        if (many && label_has(texts[i], "restriction")) return true;
    }
    return false;
}

static void check_measure_rows(struct lint *l, const struct set *s, const struct part *p)
{
    struct restrictions more = {};
    for (size_t i = 0; i < p->row_count; i++) {
        const struct part_row *row = &p->rows[i];
        if (row->blank) continue;
        const struct number measures = part_number(p, row, MEASURES);
        const struct number detected = part_number(p, row, MEASURES_DETECTED);
        check_restrictions(l, p, row, &more);
        if (!is_above(&detected, &measures)) continue;
        lint_say(l, 36, LINT_ERROR, part_place(p, row, MEASURES_DETECTED), slice_none(),
                 "more than the %" PRIu64 " measures of the row", measures.count);
    }
    if (more.rows == 0 || says_several(s, p)) return;
    lint_say(l, 35, LINT_WARNING, more.first, slice_none(),
             "%" PRIu64 " restrictions for %" PRIu64 " measures here and %zu rows like it: "
             "say that one measure may carry several",
             more.sum, more.measures, more.rows - 1);
}

/* ---- medians ---- */

static void check_median(struct lint *l, const struct part *p, const struct part_row *row,
                         size_t column, bool by_people)
{
    const struct number median = part_number(p, row, column);
    const struct number events = part_number(p, row, set_count_of(p, column));
    const struct place place = part_place(p, row, column);
    if (!median.decimal) return;
    if (!number_is_some(&events)) {
        lint_say(l, 45, LINT_ERROR, place, slice_none(), "nothing was counted: no median");
    } else if (median.value > YEAR_HOURS) {
        lint_say(l, 47, LINT_WARNING, place, slice_none(), "above a year: hours are asked for");
    } else if (by_people && median.value < INSTANT_HOURS) {
        lint_say(l, 47, LINT_WARNING, place, slice_none(),
                 "under 36 seconds, and not all was automated");
    }
}

static void check_listed_median(struct lint *l, const struct set *s,
                                enum template_indicator indicator)
{
    const struct listed median = set_listed(s, indicator, SCOPE_MEDIAN_TIME);
    const struct listed events = set_listed(s, indicator, SCOPE_TOTAL_NUMBER);
    if (!median.number.decimal) return;
    const double hours = median.number.value;
    if (!number_is_some(&events.number)) {
        lint_say(l, 45, LINT_ERROR, median.place, slice_none(), "nothing was counted: no median");
    } else if (hours > YEAR_HOURS || hours < INSTANT_HOURS) {
        lint_say(l, 47, LINT_WARNING, median.place, slice_none(),
                 hours > YEAR_HOURS ? "above a year: hours are asked for"
                                    : "under 36 seconds, and people decide on complaints");
    }
}

/* ---- orders: part 3 ---- */

static void check_items(struct lint *l, const struct part *p, const struct part_row *row,
                        size_t items_column, size_t column)
{
    const struct number items = part_number(p, row, items_column);
    const struct number of = part_number(p, row, column);
    if (!is_above(&of, &items)) return;
    lint_say(l, 38, items.count == 0 ? LINT_ERROR : LINT_WARNING, part_place(p, row, items_column),
             slice_none(), "fewer items than the %" PRIu64 " that name them", of.count);
}

static void check_informed(struct lint *l, const struct part *p, const struct part_row *row,
                           size_t inform, size_t orders)
{
    const struct number n = part_number(p, row, orders);
    const struct number median = part_number(p, row, inform);
    if (!number_is_some(&n) || !median.blank) return;
    lint_say(l, 48, LINT_WARNING, part_place(p, row, inform), slice_none(),
             "%" PRIu64 " orders, and no median time to inform the authority", n.count);
}

static void check_order_row(struct lint *l, const struct part *p, const struct part_row *row,
                            bool by_people)
{
    static const size_t medians[] = { ORDERS_INFORM, ORDERS_EFFECT, INFORMATION_INFORM,
                                      INFORMATION_EFFECT };
    check_items(l, p, row, ORDER_ITEMS, ORDERS);
    check_informed(l, p, row, ORDERS_INFORM, ORDERS);
    check_informed(l, p, row, INFORMATION_INFORM, INFORMATION_ORDERS);
    for (size_t i = 0; i < COUNT_OF(medians); i++) {
        const bool receipt = medians[i] == ORDERS_INFORM || medians[i] == INFORMATION_INFORM;
        check_median(l, p, row, medians[i], by_people && !receipt);
    }
}

/* ---- notices: part 4 ---- */

static void check_notice_row(struct lint *l, const struct part *p, const struct part_row *row,
                             bool by_people)
{
    static const size_t pairs[] = { NOTICES, NOTICE_ITEMS, ACTIONS_BY_LAW, ACTIONS_BY_TERMS };
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        const struct number all = part_number(p, row, pairs[i]);
        const struct number flagger = part_number(p, row, pairs[i] + 1);
        if (!is_above(&flagger, &all)) continue;
        lint_say(l, 37, LINT_ERROR, part_place(p, row, pairs[i] + 1), slice_none(),
                 "more than the %" PRIu64 " of all notifiers", all.count);
    }
    for (size_t who = 0; who < 2; who++) {
        const struct number items = part_number(p, row, NOTICE_ITEMS + who);
        const struct number law = part_number(p, row, ACTIONS_BY_LAW + who);
        const struct number terms = part_number(p, row, ACTIONS_BY_TERMS + who);
        check_items(l, p, row, NOTICE_ITEMS + who, NOTICES + who);
        check_median(l, p, row, NOTICE_MEDIAN + who, by_people);
        if (!items.whole || law.count + terms.count <= items.count) continue;
        lint_say(l, 39, LINT_WARNING, part_place(p, row, NOTICE_ITEMS + who), slice_none(),
                 "%" PRIu64 " actions for fewer items", law.count + terms.count);
    }
}

/* ---- all ---- */

static bool is_some(const struct set *s, enum template_indicator indicator,
                    enum template_scope scope)
{
    const struct listed of = set_listed(s, indicator, scope);
    return number_is_some(&of.number);
}

void check_measures(struct lint *l, const struct set *s)
{
    const struct part *orders = &s->parts[3];
    const struct part *notices = &s->parts[4];
    const bool decided = is_some(s, INDICATOR_MEASURES_MANUAL, SCOPE_TOTAL_NUMBER);
    const bool processed = is_some(s, INDICATOR_NOTICES_MANUAL, SCOPE_NOTICES);
    for (size_t i = 0; orders->file != NULL && i < orders->row_count; i++) {
        if (!orders->rows[i].blank) check_order_row(l, orders, &orders->rows[i], decided);
    }
    for (size_t i = 0; notices->file != NULL && i < notices->row_count; i++) {
        if (!notices->rows[i].blank) check_notice_row(l, notices, &notices->rows[i], processed);
    }
    for (size_t n = 5; n <= 6; n++) {
        if (s->parts[n].file != NULL) check_measure_rows(l, s, &s->parts[n]);
    }
    for (int i = INDICATOR_COMPLAINTS; i <= INDICATOR_DISPUTES; i++)
        check_listed_median(l, s, (enum template_indicator)i);
}
