/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include "report/lint/compare.h"
#include "report/lint/label.h"
#include "report/lint/outcomes.h"
#include "report/lint/period.h"
#include "base/banned.h"

enum { MOVED_MIN = 10 }; /* smaller numbers move by chance */
static const double SUB_MOVED = 10;
static const double WHOLE_MOVED = 2;
static const double REVERSAL_MOVED = 0.2;

/* ---- versions of one period ---- */

/* "KEYWORD_OTHER/STATEMENT_…/description/DE" or "indicator/scope". */
static slice key_of(const void *with, size_t at, uint8_t *room)
{
    static const uint8_t roles[] = { ROLE_CATEGORY, ROLE_DESCRIPTION, ROLE_INDICATOR, ROLE_SCOPE };
    const struct part *p = with;
    const struct part_row *row = &p->rows[at - 1];
    struct writer w = writer_of(room, VERSION_KEY_BYTES_MAX);
    if (row->blank) return slice_none();
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        const int column = part_role(p, (enum template_role)roles[i]);
        if (column == NONE) continue;
        if (w.len > 0) writer_text(&w, "/");
        writer_bytes(&w, label_trim(part_cell(p, row, (size_t)column)));
        if (roles[i] != ROLE_CATEGORY || row->parent == NONE) continue;
        writer_printf(&w, "/%s", template_categories[row->parent].code);
    }
    return writer_slice(&w);
}

static status compare_part(struct lint *l, const struct restatements *r, const struct part *older,
                           const struct part *newer)
{
    bool is_value[TABLE_COLUMNS_MAX] = {};
    for (size_t i = 0; i < older->column_count; i++) {
        if (older->at[i] != NONE && part_is_value(older, i)) is_value[older->at[i]] = true;
    }
    const struct version was = { older->file, older, key_of, is_value, NULL };
    const struct version is = { newer->file, newer, key_of, is_value, NULL };
    return versions_compare(l, r, &was, &is);
}

/* ---- the previous period ---- */

static void check_consecutive(struct lint *l, const struct set *newer, const struct set_period *was,
                              const struct set_period *is)
{
    const struct listed start = set_listed(newer, INDICATOR_PERIOD_START, SCOPE_NONE);
    if (!was->has_end || !is->has_start || start.row == NULL) return;
    if (is->start == was->end + 1) return;
    lint_say(l, 18, LINT_ERROR, start.place, slice_none(), "%" PRId64 " days %s the older report",
             is->start > was->end ? is->start - was->end - 1 : was->end + 1 - is->start,
             is->start > was->end ? "are not covered after" : "overlap with");
}

static slice first_service(const struct set *s, struct place *ret_place)
{
    for (size_t n = 1; n <= TEMPLATE_PARTS; n++) {
        const struct part *p = &s->parts[n];
        const int column = part_role(p, ROLE_SERVICE);
        if (p->file == NULL || column == NONE || p->row_count == 0) continue;
        *ret_place = part_place(p, &p->rows[0], (size_t)column);
        return part_cell(p, &p->rows[0], (size_t)column);
    }
    return slice_none();
}

static void check_service(struct lint *l, const struct set *older, const struct set *newer)
{
    struct place at = {};
    struct place ignored_place = {};
    const slice was = first_service(older, &ignored_place);
    const slice is = first_service(newer, &at);
    if (slice_equal(was, is) || !label_same(was, is)) return;
    lint_say(l, 14, LINT_WARNING, at, was, "the same service in another spelling before");
}

static void check_reversal(struct lint *l, const struct set *older, const struct set *newer)
{
    const struct listed total = set_listed(newer, INDICATOR_COMPLAINTS, SCOPE_TOTAL_NUMBER);
    const struct outcomes before = outcomes_of(older, INDICATOR_COMPLAINTS);
    const struct outcomes now = outcomes_of(newer, INDICATOR_COMPLAINTS);
    const double was = outcomes_reversal(&before);
    const double is = outcomes_reversal(&now);
    const double moved = is > was ? is - was : was - is;
    if (total.row == NULL || moved <= REVERSAL_MOVED || is > 0.5) return; /* above: said already */
    lint_say(l, 52, LINT_INFO, total.place, slice_none(),
             "%.0f %% of the decisions were reversed, %.0f %% before: say why", 100 * is,
             100 * was);
}

static void check_texts(struct lint *l, const struct set *older, const struct set *newer)
{
    for (int i = INDICATOR_SUMMARY; i <= INDICATOR_HEAD_COUNT; i++) {
        const enum template_indicator id = (enum template_indicator)i;
        const struct listed of = set_listed(newer, id, SCOPE_NONE);
        const slice text = set_text(newer, id);
        if (text.len == 0 || !slice_equal(text, set_text(older, id))) continue;
        lint_say(l, 60, LINT_INFO, of.place, slice_none(), "the text of the previous period");
    }
}

/* ---- TR-65 ---- */

/* How many times larger the one is than the other; 1 if either has nothing to compare. */
static double moved(const struct part *older, const struct part *newer, int category)
{
    const struct part_row *was_row = grid_row(older, NONE, category);
    const struct part_row *is_row = grid_row(newer, NONE, category);
    if (was_row == NULL || is_row == NULL) return 1;
    const size_t column = (size_t)part_role(newer, ROLE_COUNT);
    const struct number was = part_number(older, was_row, column);
    const struct number is = part_number(newer, is_row, column);
    if (!number_is_some(&was) || !number_is_some(&is)) return 1;
    if (was.count < MOVED_MIN && is.count < MOVED_MIN) return 1;
    return was.value > is.value ? was.value / is.value : is.value / was.value;
}

static void check_moved(struct lint *l, const struct part *older, const struct part *newer)
{
    int category = 0;
    for (int i = 1; i < TEMPLATE_CATEGORIES; i++) {
        if (!template_categories[i].is_keyword) category = i;
        if (category == i || moved(older, newer, i) <= SUB_MOVED) continue;
        if (moved(older, newer, category) >= WHOLE_MOVED) continue;
        const size_t column = (size_t)part_role(newer, ROLE_COUNT);
        const struct part_row *was = grid_row(older, NONE, i);
        lint_say(l, 65, LINT_WARNING, part_place(newer, grid_row(newer, NONE, i), column),
                 part_cell(older, was, column),
                 "%.0f-fold, and its category less than twofold: was it mapped anew?",
                 moved(older, newer, i));
    }
}

status compare_sets(struct lint *l, const struct restatements *r, const struct set *older,
                    const struct set *newer)
{
    const struct set_period was = period_of(older);
    const struct set_period is = period_of(newer);
    const bool same = was.has_start && is.has_start && was.start == is.start &&
                      was.has_end == is.has_end && was.end == is.end;
    for (size_t n = 3; n <= TEMPLATE_PARTS; n++) {
        const struct part *o = &older->parts[n];
        const struct part *p = &newer->parts[n];
        if (o->file == NULL || p->file == NULL) continue;
        if (p->is_grid) check_moved(l, o, p);
        if (same) TRY(compare_part(l, r, o, p));
    }
    check_service(l, older, newer);
    if (same) return OK;
    check_consecutive(l, newer, &was, &is);
    check_reversal(l, older, newer);
    check_texts(l, older, newer);
    return OK;
}
