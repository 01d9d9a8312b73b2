/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lint/set.h"

#include "report/lint/label.h"
#include "report/lint/scope.h"
#include "base/banned.h"

/* ---- cells ---- */

slice part_cell(const struct part *p, const struct part_row *row, size_t column)
{
    if (p->at[column] == NONE) return slice_none();
    return table_cell(&p->file->table, row->at, (size_t)p->at[column]);
}

int part_role(const struct part *p, enum template_role role)
{
    for (size_t i = 0; i < p->column_count; i++) {
        if (p->columns[i].role == role) return (int)i;
    }
    return NONE;
}

struct number part_number(const struct part *p, const struct part_row *row, size_t column)
{
    return number_read(part_cell(p, row, column));
}

struct place part_place(const struct part *p, const struct part_row *row, size_t column)
{
    const size_t at = p->at[column] == NONE ? PLACE_ROW : (size_t)p->at[column];
    return (struct place){ p->file, row->at, at };
}

slice part_context(const struct part *p, const struct part_row *row, size_t column)
{
    for (size_t i = column + 1; i < p->column_count; i++) {
        if (p->columns[i].role != ROLE_CONTEXT || template_about(p->number, i) != column) continue;
        return label_trim(part_cell(p, row, i));
    }
    return slice_none();
}

bool part_is_value(const struct part *p, size_t column)
{
    const uint8_t role = p->columns[column].role;
    return role == ROLE_COUNT || role == ROLE_MEDIAN || role == ROLE_VALUE;
}

const struct template_row *part_template(const struct part_row *row)
{
    for (size_t i = 0; i < template_row_count; i++) {
        const struct template_row *t = &template_rows[i];
        if (t->indicator == row->indicator && t->scope == row->scope) return t;
    }
    return NULL;
}

enum template_kind part_kind(const struct part *p, const struct part_row *row, size_t column)
{
    if (p->columns[column].role == ROLE_COUNT) return TEMPLATE_COUNT;
    if (p->columns[column].role == ROLE_MEDIAN) return TEMPLATE_MEDIAN;
    const struct template_row *t = part_template(row);
    return t == NULL ? TEMPLATE_TEXT : (enum template_kind)t->kind;
}

bool is_left_in(slice cell)
{
    static const char *const within[] = { "YYYY-MM-DD", "[...]", "[…]",
                                          "Text to detail the \"Other\" keyword" };
    static const char *const whole[] = { "Free text", "Text" };
    cell = label_trim(cell);
    for (size_t i = 0; i < COUNT_OF(within); i++) {
        if (memmem(cell.at, cell.len, within[i], strlen(within[i])) != NULL) return true;
    }
    for (size_t i = 0; i < COUNT_OF(whole); i++) {
        if (slice_is(cell, whole[i])) return true;
    }
    return false;
}

/* ---- rows by key ---- */

const struct part_row *grid_row(const struct part *p, int code, int category)
{
    if (p->file == NULL || !p->is_grid) return NULL;
    const int32_t row = p->grid[code + 1][category];
    return row == NONE ? NULL : &p->rows[row];
}

const struct part_row *part_next(const struct part *p, const struct part_row *row)
{
    return row->next == NONE ? NULL : &p->rows[row->next];
}

static struct listed listed_of(const struct set *s, enum template_indicator indicator, int32_t row)
{
    const struct part *p = &s->parts[template_part_of(indicator)];
    if (row == NONE || p->file == NULL) return (struct listed){ .number.blank = true };
    const size_t value = (size_t)part_role(p, ROLE_VALUE);
    return (struct listed){ .row = &p->rows[row],
                            .number = part_number(p, &p->rows[row], value),
                            .place = part_place(p, &p->rows[row], value) };
}

struct listed set_listed(const struct set *s, enum template_indicator indicator,
                         enum template_scope scope)
{
    return listed_of(s, indicator, s->list[indicator][scope]);
}

struct listed set_each(const struct set *s, enum template_indicator indicator, int code)
{
    return listed_of(s, indicator, s->each[indicator][code]);
}

size_t set_count_of(const struct part *p, size_t median)
{
    if (p->number == 3) return median < INFORMATION_ORDERS ? ORDERS : INFORMATION_ORDERS;
    return NOTICES + (median - NOTICE_MEDIAN);
}

slice set_text(const struct set *s, enum template_indicator indicator)
{
    const struct listed of = set_listed(s, indicator, SCOPE_NONE);
    if (of.row == NULL) return slice_none();
    return label_trim(table_cell(&of.place.file->table, of.place.row, of.place.column));
}
