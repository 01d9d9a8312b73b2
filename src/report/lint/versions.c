/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lint/versions.h"

#include <stdlib.h>
#include "report/lint/label.h"
#include "report/lint/number.h"
#include "base/banned.h"

/* ---- changes.csv ---- */

bool is_changes(const struct lint_file *file)
{
    static const char *const names[] = { "cell", "was", "old", "new", "reason", "method", "date" };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!slice_is(table_cell(&file->table, 0, i), names[i])) return false;
    }
    return true;
}

static status index_change(struct restatements *r, size_t row)
{
    uint8_t room[LABEL_BYTES_MAX];
    bool is_new = false;
    size_t first = 0;
    const struct table *t = &r->file->table;
    const slice was = label_trim(table_cell(t, row, r->was));
    TRY(keys_add(&r->by_cell, label_fold(table_cell(t, row, r->cell), room), row, &is_new, &first));
    if (was.len == 0) return OK;
    return keys_add(&r->by_was, label_fold(was, room), row, &is_new, &first);
}

status restatements_read(const struct lint *l, struct restatements *ret_r)
{
    struct restatements r = { .cell = 0, .was = 1, .now = 3, .reason = 4, .method = 5, .date = 6 };
    TRY(keys_init(&r.by_cell));
    TRY(keys_init(&r.by_was));
    for (size_t i = 0; i < l->file_count && r.file == NULL; i++) {
        const struct lint_file *file = &l->files[i];
        if (file->side == LINT_NEW && file->is_changes) r.file = file;
    }
    status s = OK;
    for (size_t row = 1; r.file != NULL && s.code == E_OK && row < r.file->table.rows; row++)
        s = index_change(&r, row);
    if (s.code != E_OK) {
        restatements_done(&r);
        return s;
    }
    *ret_r = r;
    return OK;
}

void restatements_done(struct restatements *r)
{
    keys_done(&r->by_cell);
    keys_done(&r->by_was);
}

/* Whether the restatement says that the cell has this value now, why, how and since when. */
static bool is_covered(const struct restatements *r, slice folded_key, slice value)
{
    size_t row = 0;
    if (r->file == NULL || !keys_find(&r->by_cell, folded_key, &row)) return false;
    const struct table *t = &r->file->table;
    const struct number said = number_read(table_cell(t, row, r->now));
    const struct number is = number_read(value);
    const bool told = label_trim(table_cell(t, row, r->reason)).len > 0 &&
                      label_trim(table_cell(t, row, r->method)).len > 0 &&
                      label_trim(table_cell(t, row, r->date)).len > 0;
    return told && (number_equal(&said, &is) || label_same(table_cell(t, row, r->now), value));
}

/* ---- keys with the place among rows of the same key ---- */

/* Goes through the rows of a version: equal keys are told apart by a number. */
struct numbering {
    const struct version *of;
    struct keys first; /* key -> its first row */
    uint32_t *counts;  /* owned; by first row: rows with that key */
    slice whole;       /* of the row in hand, folded; empty: it has no key */
    slice key;         /* the same with its number */
    uint8_t whole_room[LABEL_BYTES_MAX];
    uint8_t key_room[LABEL_BYTES_MAX + 16];
};

static struct numbering *numbering_new(const struct version *of)
{
    struct numbering *n = calloc(1, sizeof *n);
    if (n == NULL) return NULL;
    n->of = of;
    n->counts = calloc(of->file->table.rows + 1, sizeof *n->counts);
    if (n->counts != NULL && keys_init(&n->first).code == E_OK) return n;
    free(n->counts);
    free(n);
    return NULL;
}

static void numbering_free(struct numbering *n)
{
    if (n == NULL) return;
    keys_done(&n->first);
    free(n->counts);
    free(n);
}

static slice numbered(slice folded, uint32_t nth, uint8_t *room)
{
    struct writer w = writer_of(room, LABEL_BYTES_MAX + 16);
    writer_printf(&w, "%u/", nth);
    writer_bytes(&w, folded);
    return writer_slice(&w);
}

static status numbering_next(struct numbering *n, size_t row)
{
    UNSET uint8_t raw[VERSION_KEY_BYTES_MAX];
    bool is_new = false;
    size_t first = 0;
    n->whole = label_fold(n->of->key(n->of->with, row, raw), n->whole_room);
    if (n->whole.len == 0) return OK;
    TRY(keys_add(&n->first, n->whole, row, &is_new, &first));
    n->key = numbered(n->whole, n->counts[first]++, n->key_room);
    return OK;
}

static status index_rows(const struct version *v, struct keys *index)
{
    struct numbering *n = numbering_new(v);
    if (n == NULL) return FAIL(E_NOMEM);
    status s = OK;
    for (size_t row = 1; s.code == E_OK && row < v->file->table.rows; row++) {
        bool is_new = false;
        size_t first = 0;
        s = numbering_next(n, row);
        if (s.code == E_OK && n->whole.len > 0) {
            s = keys_add(index, n->key, row, &is_new, &first);
        }
    }
    numbering_free(n);
    return s;
}

/* ---- comparing ---- */

struct comparing {
    struct lint *l;
    const struct restatements *r;
    const struct version *older;
    const struct version *newer;
    struct keys index;  /* of the newer: numbered key -> row */
    struct keys labels; /* spellings that were told already */
};

/* Values that are the same, and how they are written. */
static void compare_cell(struct comparing *c, size_t old_row, size_t old_column, slice folded,
                         struct place place)
{
    const slice was = table_cell(&c->older->file->table, old_row, old_column);
    const slice is = table_cell(&place.file->table, place.row, place.column);
    const struct number old = number_read(was);
    const struct number now = number_read(is);
    if (slice_equal(was, is)) return;
    const bool same = (old.blank || old.valid) && (now.blank || now.valid)
                          ? number_equal(&old, &now)
                          : label_same(was, is);
    if (same) {
        lint_say(c->l, 63, LINT_INFO, place, was, "written in another way, the same value");
    } else if (!is_covered(c->r, folded, is)) {
        lint_say(c->l, 61, LINT_ERROR, place, was,
                 "the older version says something else, and no restatement says why");
    }
}

/* A label that is spelt otherwise now, told once. */
static status compare_label(struct comparing *c, slice was, struct place place)
{
    uint8_t room[1024];
    struct writer w = writer_of(room, sizeof room);
    bool is_new = false;
    size_t first = 0;
    const slice is = table_cell(&place.file->table, place.row, place.column);
    if (slice_equal(was, is) || !label_same(was, is)) return OK; /* a mapping told of the latter */
    writer_printf(&w, "%zu/", place.column);
    writer_bytes(&w, was);
    writer_text(&w, "/");
    writer_bytes(&w, is);
    TRY(keys_add(&c->labels, writer_slice(&w), place.row, &is_new, &first));
    if (is_new) {
        lint_say(c->l, 63, LINT_INFO, place, was, "written in another way, the same label");
    }
    return OK;
}

/* The column of the newer version with the name of one of the older. */
static size_t same_column(const struct comparing *c, size_t column)
{
    const struct table *old = &c->older->file->table;
    const struct table *new = &c->newer->file->table;
    const slice name = table_cell(old, 0, column);
    if (column < new->columns && slice_equal(table_cell(new, 0, column), name)) return column;
    for (size_t i = 0; i < new->columns; i++) {
        if (label_same(table_cell(new, 0, i), name)) return i;
    }
    return SIZE_MAX;
}

static status compare_row(struct comparing *c, size_t old_row, size_t new_row, slice folded)
{
    const struct table *old = &c->older->file->table;
    for (size_t column = 0; column < old->columns; column++) {
        const bool value = c->older->is_value[column];
        const bool label = c->older->is_key != NULL && c->older->is_key[column];
        if (!value && !label) continue;
        const size_t at = same_column(c, column);
        if (at == SIZE_MAX) continue;
        const struct place place = { c->newer->file, new_row, at };
        if (value)
            compare_cell(c, old_row, column, folded, place);
        else
            TRY(compare_label(c, table_cell(old, old_row, column), place));
    }
    return OK;
}

/* The row that a mapping of changes.csv leads to; false if there is none. */
static bool find_mapped(const struct comparing *c, slice folded, size_t *ret_row)
{
    UNSET uint8_t cell[LABEL_BYTES_MAX];
    UNSET uint8_t room[LABEL_BYTES_MAX + 16];
    size_t change = 0;
    if (c->r->file == NULL || !keys_find(&c->r->by_was, folded, &change)) return false;
    const slice now = table_cell(&c->r->file->table, change, c->r->cell);
    return keys_find(&c->index, numbered(label_fold(now, cell), 0, room), ret_row);
}

static void say_vanished(struct comparing *c, size_t row)
{
    UNSET uint8_t raw[VERSION_KEY_BYTES_MAX];
    const struct lint_said said = {
        .number = 62,
        .severity = LINT_ERROR,
        .place = place_file(c->newer->file),
        .column = slice_none(),
        .said = c->older->key(c->older->with, row, raw),
        .expected = slice_none(),
    };
    lint_say_of(c->l, &said, "row %zu of the older version has no like", row + 1);
}

static status compare_rows(struct comparing *c)
{
    struct numbering *n = numbering_new(c->older);
    if (n == NULL) return FAIL(E_NOMEM);
    status s = OK;
    for (size_t row = 1; s.code == E_OK && row < c->older->file->table.rows; row++) {
        size_t at = 0;
        s = numbering_next(n, row);
        if (s.code != E_OK || n->whole.len == 0) continue;
        if (keys_find(&c->index, n->key, &at) || find_mapped(c, n->whole, &at))
            s = compare_row(c, row, at, n->whole);
        else
            say_vanished(c, row);
    }
    numbering_free(n);
    return s;
}

status versions_compare(struct lint *l, const struct restatements *r, const struct version *older,
                        const struct version *newer)
{
    struct comparing c = { .l = l, .r = r, .older = older, .newer = newer };
    TRY(keys_init(&c.index));
    TRY(keys_init(&c.labels));
    status s = index_rows(newer, &c.index);
    if (s.code == E_OK) s = compare_rows(&c);
    keys_done(&c.index);
    keys_done(&c.labels);
    return s;
}
