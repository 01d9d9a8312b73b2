/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lint/table.h"

#include <stdlib.h>
#include "base/csv.h"
#include "report/lint/label.h"
#include "base/banned.h"

enum { ROWS_START = 256, CELLS_START = 4096 };

/* What is read, and where in it the next cell begins. */
struct reading {
    struct table *t;
    struct arena *arena;
    table_complain complain;
    void *with;
    size_t at;
    size_t cell_cap;
    size_t row_cap;
    size_t cell_count;
};

static status grow(void **array, size_t *cap, size_t start, size_t each)
{
    const size_t more = *cap == 0 ? start : *cap * 2;
    void *grown = realloc(*array, more * each);
    if (grown == NULL) return FAIL(E_NOMEM);
    *array = grown;
    *cap = more;
    return OK;
}

static status push_cell(struct reading *r, slice cell)
{
    if (r->cell_count == TABLE_CELLS_MAX) return FAIL(E_LIMIT);
    if (r->cell_count == r->cell_cap) {
        void *cells = r->t->cells;
        TRY(grow(&cells, &r->cell_cap, CELLS_START, sizeof *r->t->cells));
        r->t->cells = cells;
    }
    r->t->cells[r->cell_count++] = cell;
    return OK;
}

static status push_row(struct reading *r)
{
    struct table *t = r->t;
    if (t->rows + 2 > r->row_cap) {
        void *first = t->first;
        TRY(grow(&first, &r->row_cap, ROWS_START, sizeof *t->first));
        t->first = first;
    }
    if (t->rows == TABLE_ROWS_MAX) return FAIL(E_LIMIT);
    t->first[t->rows++] = r->cell_count;
    return OK;
}

/* Doubled quotes become one. */
static slice undouble(struct reading *r, slice cell)
{
    if (memchr(cell.at, '"', cell.len) == NULL) return cell;
    uint8_t *room = arena_take(r->arena, cell.len);
    return room == NULL ? cell : csv_undouble(cell, room);
}

static void flaw(struct reading *r, enum table_flaw which, slice cell)
{
    r->complain(r->with, which, r->t->rows - 1, cell);
}

/* The end of the bare text at the place: a separator or line end. */
static size_t bare_end(const struct reading *r)
{
    const slice in = r->t->bytes;
    size_t at = r->at;
    while (at < in.len && in.at[at] != r->t->separator && in.at[at] != '\n')
        at++;
    return at;
}

static slice without_return(const struct reading *r, size_t start, size_t end)
{
    const slice in = r->t->bytes;
    const bool at_line_end = end == in.len || in.at[end] == '\n';
    if (at_line_end && end > start && in.at[end - 1] == '\r') end--;
    return (slice){ in.at + start, end - start };
}

static status read_cell(struct reading *r)
{
    const slice in = r->t->bytes;
    const size_t start = r->at;
    const bool quoted = start < in.len && in.at[start] == '"';
    const size_t end = quoted ? csv_quoted_end(in, start, TABLE_CELL_BYTES_MAX) : 0;
    if (end > 0) {
        r->at = end;
        const size_t rest = bare_end(r);
        const slice behind = without_return(r, end, rest);
        const slice cell = { in.at + start + 1, end - start - 2 };
        r->at = rest;
        if (behind.len > 0) flaw(r, TABLE_STRAY_QUOTE, (slice){ in.at + start, rest - start });
        return push_cell(r, undouble(r, cell));
    }
    r->at = bare_end(r);
    const slice cell = without_return(r, start, r->at);
    if (quoted)
        flaw(r, TABLE_OPEN_QUOTE, cell);
    else if (cell.len > 0 && memchr(cell.at, '"', cell.len) != NULL)
        flaw(r, TABLE_STRAY_QUOTE, cell);
    return push_cell(r, cell);
}

static void note_line_end(struct reading *r)
{
    struct table *t = r->t;
    const bool has_return = r->at > 0 && t->bytes.at[r->at - 1] == '\r';
    if (!has_return && !t->has_lf) {
        t->has_lf = true;
        t->lf_row = t->rows - 1;
    }
}

static status read_row(struct reading *r)
{
    struct table *t = r->t;
    TRY(push_row(r));
    for (;;) {
        TRY(read_cell(r));
        if (r->at >= t->bytes.len || t->bytes.at[r->at] != t->separator) break;
        r->at++;
    }
    const size_t width = r->cell_count - t->first[t->rows - 1];
    if (t->rows == 1) {
        if (width > TABLE_COLUMNS_MAX) return FAIL(E_LIMIT);
        t->columns = width;
    } else if (width != t->columns) {
        flaw(r, TABLE_UNEQUAL, t->cells[t->first[t->rows - 1]]);
    }
    if (r->at >= t->bytes.len) return OK;
    note_line_end(r);
    r->at++;
    return OK;
}

/* A comma, or what else the header is divided by. */
static uint8_t separator_of(slice rest)
{
    static const uint8_t others[] = { ';', '\t' };
    const uint8_t *newline = memchr(rest.at, '\n', rest.len);
    const size_t len = newline == NULL ? rest.len : (size_t)(newline - rest.at);
    if (memchr(rest.at, ',', len) != NULL) return ',';
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (memchr(rest.at, others[i], len) != NULL) return others[i];
    }
    return ',';
}

static status read_all(struct reading *r)
{
    static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };
    struct table *t = r->t;
    t->has_mark = slice_starts(t->bytes, (slice){ mark, sizeof mark });
    r->at = t->has_mark ? sizeof mark : 0;
    t->separator = separator_of(slice_from(t->bytes, r->at));
    while (r->at < t->bytes.len)
        TRY(read_row(r));
    if (t->rows == 0) TRY(push_row(r));
    t->first[t->rows] = r->cell_count;
    return OK;
}

status table_read(slice bytes, struct arena *arena, table_complain complain, void *with,
                  struct table *ret_table, struct fault *f)
{
    struct table t = { .bytes = bytes };
    struct reading r = { .t = &t, .arena = arena, .complain = complain, .with = with };
    const status s = read_all(&r);
    if (s.code != E_OK) {
        table_done(&t);
        return fault_set(f, s,
                         s.code == E_LIMIT ? "too many rows, columns or cells" : "out of memory");
    }
    *ret_table = t;
    return OK;
}

void table_done(struct table *t)
{
    free(t->cells);
    free(t->first);
}

size_t table_width(const struct table *t, size_t row)
{
    return t->first[row + 1] - t->first[row];
}

slice table_cell(const struct table *t, size_t row, size_t column)
{
    if (row >= t->rows || column >= table_width(t, row)) return slice_none();
    return t->cells[t->first[row] + column];
}

size_t table_column(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->columns; i++) {
        if (label_is(table_cell(t, 0, i), name)) return i;
    }
    return SIZE_MAX;
}
