/* SPDX-License-Identifier: Apache-2.0 */
#include "report/changes.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "report/report.h"
#include "base/banned.h"

enum {
    COLUMNS_MAX = 16,
    ARENA_BYTES_MAX = 2 * REPORT_CELLS_MAX * CHANGES_CELL_BYTES_MAX,
};

/* A cell of one file. */
struct stated {
    slice cell;
    slice was; /* before a renaming; empty: the same */
    slice value;
};

struct list {
    struct stated *at; /* owned */
    size_t count;
};

/* Which columns of a file name the cell, and which is its value. */
struct columns {
    bool names[COLUMNS_MAX];
    size_t value;
    size_t count;
};

/* ---- reading ---- */

/* What stands before the separator, or all of it; *rest goes behind. */
static slice cut(slice *rest, uint8_t separator)
{
    const uint8_t *end = memchr(rest->at, separator, rest->len);
    const size_t len = end == NULL ? rest->len : (size_t)(end - rest->at);
    const slice part = { rest->at, len };
    *rest = slice_from(*rest, end == NULL ? len : len + 1);
    return part;
}

static slice cut_line(slice *rest)
{
    slice line = cut(rest, '\n');
    if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
    return line;
}

static status read_head(slice line, struct columns *ret_columns, struct fault *f)
{
    struct columns c = { .value = COLUMNS_MAX };
    while (line.len > 0 && c.count < COLUMNS_MAX) {
        const slice name = cut(&line, ',');
        c.names[c.count] = slice_is(name, "figure") || slice_starts(name, slice_text("value_"));
        if (slice_is(name, "count")) c.value = c.count;
        c.count++;
    }
    if (line.len > 0 || c.value == COLUMNS_MAX || !c.names[0]) {
        return fault_set(f, FAIL(E_SYNTAX), "it has no column figure and count in its first line");
    }
    *ret_columns = c;
    return OK;
}

static size_t count_of(slice text, uint8_t byte)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.at[i] == byte;
    return count;
}

/* A row: "figure/value/value" from the columns that name it, and its value. */
static status read_row(const struct columns *c, slice line, struct arena *arena,
                       struct stated *ret_cell)
{
    uint8_t name[CHANGES_CELL_BYTES_MAX];
    struct writer w = writer_of(name, sizeof name);
    struct stated cell = { .was = slice_none(), .value = slice_none() };
    if (count_of(line, ',') != c->count - 1 || count_of(line, '"') > 0) return FAIL(E_SYNTAX);
    for (size_t column = 0; column < c->count; column++) {
        const slice part = cut(&line, ',');
        if (column == c->value) cell.value = part;
        if (!c->names[column] || part.len == 0) continue;
        if (w.len > 0) writer_text(&w, "/");
        writer_bytes(&w, part);
    }
    if (w.len == 0) return FAIL(E_SYNTAX);
    TRY(writer_end(&w));
    cell.cell = arena_copy(arena, writer_slice(&w));
    if (cell.cell.at == NULL) return FAIL(E_NOMEM);
    *ret_cell = cell;
    return OK;
}

static int by_cell(const void *a, const void *b)
{
    const struct stated *x = a;
    const struct stated *y = b;
    return slice_compare(x->cell, y->cell);
}

static status read_rows(slice rest, const struct columns *c, struct arena *arena, struct list *l,
                        struct fault *f)
{
    for (size_t number = 2; rest.len > 0; number++) {
        const status s = read_row(c, cut_line(&rest), arena, &l->at[l->count]);
        if (s.code == E_NOMEM) return fault_set(f, s, "out of memory");
        if (s.code != E_OK) return fault_set(f, FAIL(E_SYNTAX), "line %zu is no cell", number);
        l->count++;
    }
    return OK;
}

static status read_list(slice csv, struct arena *arena, struct list *ret_list, struct fault *f)
{
    struct columns columns = {};
    slice rest = csv;
    TRY(read_head(cut_line(&rest), &columns, f));
    ret_list->at = calloc(count_of(rest, '\n') + 1, sizeof *ret_list->at);
    if (ret_list->at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    return read_rows(rest, &columns, arena, ret_list, f);
}

static status sort(struct list *l, struct fault *f)
{
    if (l->count > 1) qsort(l->at, l->count, sizeof *l->at, by_cell);
    for (size_t i = 1; i < l->count; i++) {
        const slice cell = l->at[i].cell;
        if (!slice_equal(cell, l->at[i - 1].cell)) continue;
        return fault_set(f, FAIL(E_DUPLICATE), "cell %.*s is there twice", (int)cell.len,
                         (const char *)cell.at);
    }
    return OK;
}

static status rename_cells(struct list *l, const struct changes_renaming *renamings, size_t count,
                           struct fault *f)
{
    for (size_t i = 0; i < count; i++) {
        const struct stated wanted = { .cell = renamings[i].from };
        struct stated *found =
            l->count == 0 ? NULL : bsearch(&wanted, l->at, l->count, sizeof *l->at, by_cell);
        if (found == NULL || found->was.len > 0) {
            return fault_set(f, FAIL(E_NOT_FOUND), "there is no cell %.*s to be called otherwise",
                             (int)wanted.cell.len, (const char *)wanted.cell.at);
        }
        found->was = found->cell;
    }
    for (size_t i = 0; i < l->count; i++) {
        for (size_t n = 0; n < count && l->at[i].was.len > 0; n++) {
            if (slice_equal(l->at[i].was, renamings[n].from)) l->at[i].cell = renamings[n].to;
        }
    }
    return sort(l, f);
}

/* ---- comparing ---- */

/* A decimal number without what does not change it: zeros in front, zeros behind a point. */
static slice canonical(slice number)
{
    while (number.len > 1 && number.at[0] == '0' && number.at[1] != '.')
        number = slice_from(number, 1);
    if (memchr(number.at, '.', number.len) == NULL) return number;
    while (number.at[number.len - 1] == '0')
        number.len--;
    if (number.at[number.len - 1] == '.') number.len--;
    return number;
}

static bool is_decimal(slice text)
{
    size_t points = 0;
    for (size_t i = 0; i < text.len; i++) {
        const bool point = text.at[i] == '.' && i > 0;
        if (!point && (text.at[i] < '0' || text.at[i] > '9')) return false;
        points += point;
    }
    return text.len > 0 && points <= 1;
}

static bool same_value(slice a, slice b)
{
    return is_decimal(a) && is_decimal(b) && slice_equal(canonical(a), canonical(b));
}

static void compare(const struct stated *before, const struct stated *now, struct changes *c)
{
    if (before != NULL && now != NULL && before->was.len == 0) {
        if (slice_equal(before->value, now->value)) return;
        c->rewritten += same_value(before->value, now->value);
        if (same_value(before->value, now->value)) return;
    }
    c->gone += now == NULL;
    c->at[c->count++] = (struct change){
        .cell = now == NULL ? before->cell : now->cell,
        .was = before == NULL ? slice_none() : before->was,
        .from = before == NULL ? slice_none() : before->value,
        .to = now == NULL ? slice_none() : now->value,
    };
}

/* Both in the order of their names. */
static void merge(const struct list *before, const struct list *now, struct changes *c)
{
    size_t b = 0;
    size_t n = 0;
    while (b < before->count || n < now->count) {
        int order = 0;
        if (b == before->count) {
            order = 1;
        } else if (n == now->count) {
            order = -1;
        } else {
            order = by_cell(&before->at[b], &now->at[n]);
        }
        compare(order <= 0 ? &before->at[b] : NULL, order >= 0 ? &now->at[n] : NULL, c);
        b += order <= 0;
        n += order >= 0;
    }
}

/* The two files, read. */
struct pair {
    struct list before;
    struct list now;
};

static status find(struct pair *p, slice before, slice now, struct changes *c, struct fault *f)
{
    TRY(read_list(before, &c->arena, &p->before, f));
    TRY(read_list(now, &c->arena, &p->now, f));
    TRY(sort(&p->before, f));
    TRY(sort(&p->now, f));
    return OK;
}

status changes_find(slice before, slice now, const struct changes_renaming *renamings,
                    size_t renaming_count, struct changes *ret_changes, struct fault *f)
{
    struct changes c = { .arena = arena_of(ARENA_BYTES_MAX) };
    struct pair p = {};
    status s = find(&p, before, now, &c, f);
    if (s.code == E_OK) s = rename_cells(&p.before, renamings, renaming_count, f);
    if (s.code == E_OK) {
        c.at = calloc(p.before.count + p.now.count + 1, sizeof *c.at);
        if (c.at == NULL) s = fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    if (s.code == E_OK) merge(&p.before, &p.now, &c);
    free(p.before.at);
    free(p.now.at);
    if (s.code != E_OK) {
        changes_done(&c);
        return s;
    }
    *ret_changes = c;
    return OK;
}

void changes_done(struct changes *c)
{
    free(c->at);
    arena_done(&c->arena);
}
