/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part 8 and what it must agree with: TR-41 to TR-44, TR-53, TR-54.
 */
#include <inttypes.h>
#include "report/lint/check_set.h"
#include "report/lint/label.h"
#include "base/banned.h"

/* ---- notices ---- */

static void check_notices(struct lint *l, const struct set *s)
{
    const struct listed solely = set_listed(s, INDICATOR_NOTICES_AUTOMATED, SCOPE_NOTICES);
    const struct listed not = set_listed(s, INDICATOR_NOTICES_MANUAL, SCOPE_NOTICES);
    const struct part_row *row = grid_row(&s->parts[4], NONE, 0);
    if (row == NULL || !solely.number.whole || !not .number.whole) return;
    const struct number received = part_number(&s->parts[4], row, NOTICES);
    const uint64_t processed = solely.number.count + not .number.count;
    if (!received.whole || processed == received.count) return;
    if (processed > received.count) {
        lint_say(l, 41, LINT_ERROR, solely.place, lint_number(l, received.count),
                 "with those not automated %" PRIu64 ", more than part 4 received", processed);
    } else {
        lint_say(l, 41, LINT_INFO, solely.place, slice_none(),
                 "%" PRIu64 " of %" PRIu64 " notices were partly automated",
                 received.count - processed, received.count);
    }
}

/* ---- own initiative ---- */

/* Parts 5 and 6 together in a column of TOTAL. False if neither says it. */
static bool own_total(const struct set *s, size_t column, uint64_t *ret_sum)
{
    bool said = false;
    *ret_sum = 0;
    for (size_t n = 5; n <= 6; n++) {
        const struct part_row *row = grid_row(&s->parts[n], NONE, 0);
        if (row == NULL) return false;
        const struct number of = part_number(&s->parts[n], row, column);
        if (!of.whole && !of.blank) return false;
        said = said || of.whole;
        *ret_sum += of.count;
    }
    return said;
}

static void check_part_of_total(struct lint *l, const struct set *s,
                                enum template_indicator indicator)
{
    const struct listed own = set_listed(s, indicator, SCOPE_OWN);
    const struct listed total = set_listed(s, indicator, SCOPE_TOTAL_NUMBER);
    if (!own.number.whole || !total.number.whole) return;
    if (own.number.count <= total.number.count) return;
    lint_say(l, 42, LINT_ERROR, own.place, slice_none(), "more than the %" PRIu64 " in total",
             total.number.count);
}

static void check_own(struct lint *l, const struct set *s)
{
    const struct listed solely = set_listed(s, INDICATOR_MEASURES_AUTOMATED, SCOPE_OWN);
    const struct listed not = set_listed(s, INDICATOR_MEASURES_MANUAL, SCOPE_OWN);
    uint64_t measures = 0;
    uint64_t detected = 0;
    check_part_of_total(l, s, INDICATOR_MEASURES_AUTOMATED);
    check_part_of_total(l, s, INDICATOR_MEASURES_MANUAL);
    if (!solely.number.whole) return;
    const uint64_t both = solely.number.count + not .number.count;
    if (not .number.whole && own_total(s, MEASURES, &measures) && both > measures) {
        lint_say(l, 42, LINT_ERROR, solely.place, lint_number(l, measures),
                 "with those not automated %" PRIu64 ", more than parts 5 and 6 have", both);
    }
    if (own_total(s, MEASURES_DETECTED, &detected) && solely.number.count != detected) {
        lint_say(l, 43, LINT_WARNING, solely.place, lint_number(l, detected),
                 "parts 5 and 6 say %" PRIu64, detected);
    }
}

/* ---- languages ---- */

static void check_languages(struct lint *l, const struct set *s, enum template_indicator indicator)
{
    const struct listed total = set_listed(s, indicator, SCOPE_TOTAL_NUMBER);
    for (int code = 0; total.number.whole && code < TEMPLATE_LANGUAGES; code++) {
        const struct listed each = set_each(s, indicator, code);
        if (!each.number.whole || each.number.count <= total.number.count) continue;
        lint_say(l, 44, LINT_ERROR, each.place, slice_none(),
                 "more than the %" PRIu64 " of the service", total.number.count);
    }
}

/* ---- accuracy ---- */

static bool has_digit(slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] >= '0' && text.at[i] <= '9') return true;
    }
    return false;
}

static bool says_missed(slice text)
{
    static const char *const words[] = { "missed", "false negative", "random sample",
                                         "independent sample" };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (label_has(text, words[i])) return true;
    }
    return false;
}

static bool is_ratio_row(const struct part_row *row)
{
    return row->indicator == INDICATOR_ACCURACY || row->indicator == INDICATOR_PRECISION ||
           row->indicator == INDICATOR_RECALL;
}

static void check_ratio(struct lint *l, const struct part *p, const struct part_row *row)
{
    const size_t value = (size_t)part_role(p, ROLE_VALUE);
    const struct number n = part_number(p, row, value);
    const slice about = part_context(p, row, value);
    const struct place place = part_place(p, row, value);
    if (!n.valid) return;
    if (about.len == 0 || !has_digit(about)) {
        lint_say(l, 53, LINT_WARNING, place, slice_none(),
                 about.len == 0 ? "nothing says how it was measured"
                                : "nothing says how large the sample was");
    } else if (row->indicator == INDICATOR_RECALL && !says_missed(about)) {
        lint_say(l, 54, LINT_WARNING, place, slice_none(),
                 "nothing says that cases were sampled which the automation missed");
    }
}

static void check_ratios(struct lint *l, const struct part *p)
{
    size_t ones = 0;
    size_t count = 0;
    const struct part_row *first = NULL;
    const size_t value = (size_t)part_role(p, ROLE_VALUE);
    for (size_t i = 0; i < p->row_count; i++) {
        const struct part_row *row = &p->rows[i];
        if (row->blank || !is_ratio_row(row)) continue;
        check_ratio(l, p, row);
        const struct number n = part_number(p, row, value);
        if (!n.valid) continue;
        if (first == NULL) first = row;
        count++;
        ones += n.value == 1;
    }
    if (count < 2 || ones < count) return;
    lint_say(l, 53, LINT_WARNING, part_place(p, first, value), slice_none(),
             "all %zu values of accuracy, precision and recall are 1", count);
}

void check_automated(struct lint *l, const struct set *s)
{
    if (s->parts[8].file == NULL) return;
    check_notices(l, s);
    check_own(l, s);
    check_languages(l, s, INDICATOR_MEASURES_AUTOMATED);
    check_languages(l, s, INDICATOR_MEASURES_MANUAL);
    check_ratios(l, &s->parts[8]);
}
