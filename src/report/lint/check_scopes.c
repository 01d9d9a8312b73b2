/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scopes: TR-55 to TR-57; and keys of the lists that stand twice: TR-26.
 */
#include "report/lint/check_set.h"
#include "report/lint/label.h"
#include "report/lint/scope.h"
#include "base/banned.h"

static void check_unknown(struct lint *l, const struct part *p, struct place place, slice text)
{
    const bool states = p->number == 3 || p->number == 10;
    if (is_left_in(text)) return;
    if (scope_is_code(text)) {
        lint_say(l, 55, LINT_ERROR, place, slice_none(), "no %s",
                 states ? "member state in two capitals"
                        : "official language of the Union in two small letters");
    } else if (scope_has_codes(text)) {
        lint_say(l, 56, LINT_ERROR, place, slice_none(), "one code for each row, and nothing else");
    } else if (p->number == 8 && text.len > 0) {
        lint_say(l, 57, LINT_WARNING, place, slice_none(),
                 "a scope that the template does not have");
    } else {
        lint_say(l, 56, LINT_ERROR, place, slice_none(), "no scope of the template and no code");
    }
}

static void check_scope(struct lint *l, const struct part *p, const struct part_row *row,
                        size_t column)
{
    const slice text = label_trim(part_cell(p, row, column));
    const struct place place = part_place(p, row, column);
    if (row->scope == SCOPE_UNKNOWN) {
        check_unknown(l, p, place, text);
    } else if (row->scope == SCOPE_TOTAL_NUMBER && !label_is(text, "Total number") &&
               (p->number == 8 || p->number == 9)) {
        lint_say(l, 57, LINT_WARNING, place, slice_text("Total number"),
                 "another spelling than the template's");
    }
}

/* Which spellings of Greece a report uses. */
struct greece {
    bool has_gr, has_el;
    struct place second; /* where the other one stands first */
};

static void note_greece(struct greece *g, struct place place, slice text)
{
    const bool gr = slice_is(text, "GR");
    const bool el = slice_is(text, "EL");
    if ((gr && g->has_el && !g->has_gr) || (el && g->has_gr && !g->has_el)) g->second = place;
    g->has_gr = g->has_gr || gr;
    g->has_el = g->has_el || el;
}

static void check_twice(struct lint *l, const struct part *p, const struct part_row *row)
{
    const struct part_row *again = part_next(p, row);
    const size_t value = (size_t)part_role(p, ROLE_VALUE);
    if (again == NULL || row->indicator == NONE) return;
    const slice a = part_context(p, row, value);
    if (a.len > 0 && !label_same(a, part_context(p, again, value))) return; /* a classifier each */
    const slice was = part_cell(p, row, value);
    const slice is = part_cell(p, again, value);
    const int scope = part_role(p, ROLE_SCOPE);
    lint_say(l, 26, LINT_ERROR,
             part_place(p, again, (size_t)(scope == NONE ? part_role(p, ROLE_INDICATOR) : scope)),
             slice_none(), "the same key as row %zu, which says \"%.*s\"; this one \"%.*s\"",
             row->at + 1, (int)was.len, (const char *)was.at, (int)is.len, (const char *)is.at);
}

void check_scopes(struct lint *l, const struct set *s)
{
    struct greece g = {};
    for (uint8_t n = 1; n <= TEMPLATE_PARTS; n++) {
        const struct part *p = &s->parts[n];
        const int column = part_role(p, ROLE_SCOPE);
        for (size_t i = 0; p->file != NULL && i < p->row_count; i++) {
            const struct part_row *row = &p->rows[i];
            if (row->blank) continue;
            if (!p->is_grid) check_twice(l, p, row);
            if (column == NONE || p->at[column] == NONE || n == 7) continue;
            check_scope(l, p, row, (size_t)column);
            if (n != 3 && n != 10) continue;
            note_greece(&g, part_place(p, row, (size_t)column),
                        label_trim(part_cell(p, row, (size_t)column)));
        }
    }
    if (!g.has_gr || !g.has_el) return;
    lint_say(l, 57, LINT_WARNING, g.second, slice_none(), "GR and EL stand in one report");
}
