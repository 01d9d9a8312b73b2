/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single cells: TR-06, TR-07, TR-09 to TR-12, TR-74.
 */
#include "base/text.h"
#include "report/lint/check_set.h"
#include "report/lint/label.h"
#include "base/banned.h"

enum { TEXT_CHARACTERS_MAX = 5000 };

static size_t characters(slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += (text.at[i] & 0xc0) != 0x80;
    return count;
}

/* ---- values ---- */

static void check_count(struct lint *l, struct place place, const struct number *n)
{
    if (n->plain || n->blank) return;
    lint_say(l, 7, LINT_ERROR, place, n->whole ? lint_number(l, n->count) : slice_none(),
             "a count is digits alone");
}

static void check_ratio(struct lint *l, struct place place, const struct number *n)
{
    const bool inside = n->decimal && n->value <= 1;
    if (inside || n->blank) return;
    lint_say(l, 9, LINT_ERROR, place, slice_none(), "a ratio is a number from 0 to 1");
}

static void check_median(struct lint *l, struct place place, const struct number *n)
{
    if (n->decimal || n->blank) return;
    lint_say(l, 10, LINT_ERROR, place, slice_none(), "a median is a number of hours, 0 or above");
}

static void check_value(struct lint *l, const struct part *p, const struct part_row *row,
                        size_t column)
{
    const struct number n = part_number(p, row, column);
    const struct place place = part_place(p, row, column);
    switch (part_kind(p, row, column)) {
    case TEMPLATE_COUNT:
        check_count(l, place, &n);
        break;
    case TEMPLATE_RATIO:
        check_ratio(l, place, &n);
        break;
    case TEMPLATE_MEDIAN:
        check_median(l, place, &n);
        break;
    case TEMPLATE_DATE:
    case TEMPLATE_TEXT:
        break;
    }
}

/* What is said about a median must not be about a mean. */
static void check_mean(struct lint *l, const struct part *p, const struct part_row *row,
                       size_t column)
{
    if (part_kind(p, row, column) != TEMPLATE_MEDIAN) return;
    const slice about = part_context(p, row, column);
    const bool mean = label_has(about, "average") || label_has(about, "mean ") ||
                      label_has(about, "arithmetic mean");
    if (!mean || label_has(about, "median")) return;
    lint_say(l, 74, LINT_WARNING, part_place(p, row, column), slice_none(),
             "the contextual information speaks of a mean");
}

/* ---- rows ---- */

static bool says_nothing(const struct part *p, const struct part_row *row)
{
    for (size_t i = 0; i < p->column_count; i++) {
        if (!part_is_value(p, i) && p->columns[i].role != ROLE_CONTEXT) continue;
        if (label_trim(part_cell(p, row, i)).len > 0) return false;
    }
    return true;
}

static bool must_say(const struct set *s, const struct part *p, const struct part_row *row)
{
    if (row->indicator == INDICATOR_PUBLISHED_BEFORE && !p->is_grid) return false;
    if (p->is_grid) return row->category != NONE && row->scope != SCOPE_UNKNOWN;
    const struct template_row *t = part_template(row);
    return t != NULL && t->tier <= s->tier;
}

static void check_row(struct lint *l, const struct set *s, const struct part *p,
                      const struct part_row *row)
{
    const bool has_values = p->number != 2 && p->number != 11;
    if (!has_values || !must_say(s, p, row) || !says_nothing(p, row)) return;
    lint_say(l, 12, l->options.own ? LINT_ERROR : LINT_WARNING,
             (struct place){ p->file, row->at, PLACE_ROW }, slice_none(),
             "the row is blank and nothing says why: 0 if it could have happened and did not");
}

static void check_texts(struct lint *l, const struct part *p, const struct part_row *row)
{
    const struct table *t = &p->file->table;
    for (size_t c = 0; c < table_width(t, row->at); c++) {
        const slice cell = table_cell(t, row->at, c);
        const struct place place = { p->file, row->at, c };
        if (cell.len >= 4 && is_left_in(cell)) {
            lint_say(l, 6, LINT_ERROR, place, slice_none(),
                     "a text of the template that was to be replaced");
        }
        if (cell.len > TEXT_CHARACTERS_MAX && characters(cell) > TEXT_CHARACTERS_MAX) {
            lint_say(l, 11, LINT_ERROR, place, slice_none(), "%zu characters, at most %d",
                     characters(cell), TEXT_CHARACTERS_MAX);
        }
    }
}

void check_cells(struct lint *l, const struct set *s)
{
    for (uint8_t n = 1; n <= TEMPLATE_PARTS; n++) {
        const struct part *p = &s->parts[n];
        for (size_t i = 0; p->file != NULL && i < p->row_count; i++) {
            const struct part_row *row = &p->rows[i];
            if (row->blank) continue;
            check_texts(l, p, row);
            check_row(l, s, p, row);
            for (size_t c = 0; c < p->column_count; c++) {
                if (!part_is_value(p, c) || is_left_in(part_cell(p, row, c))) continue;
                check_value(l, p, row, c);
                check_mean(l, p, row, c);
            }
        }
    }
}
