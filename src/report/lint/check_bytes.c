/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes and CSV form: TR-02, TR-03, TR-78.
 */
#include <string.h>
#include "base/csv.h"
#include "base/text.h"
#include "report/lint/check.h"
#include "report/lint/label.h"
#include "report/lint/number.h"
#include "base/banned.h"

/* ---- UTF-8 ---- */

/* UTF-8 that went through another character set, and the sign of a lost character. */
static const struct {
    const char *bytes;
    const char *why;
} garbled[] = {
    { "\xef\xbf\xbd", "U+FFFD stands for a character that was lost" },
    { "\xc3\x83\xc2", "UTF-8 that was read as Latin-1" },
    { "\xc3\xa2\xe2\x82\xac", "UTF-8 that was read as Windows-1252" },
    { "\xc2\xa1\xc2\xaf", "GBK that was read as Latin-1" },
};

static const char *garbled_why(slice text)
{
    for (size_t i = 0; i < COUNT_OF(garbled); i++) {
        const slice sign = slice_text(garbled[i].bytes);
        if (memmem(text.at, text.len, sign.at, sign.len) != NULL) return garbled[i].why;
    }
    return NULL;
}

static void check_cell_text(struct lint *l, struct place place, slice cell)
{
    if (!text_is_utf8(cell)) {
        lint_say(l, 2, LINT_ERROR, place, slice_none(), "the bytes are not UTF-8");
        return;
    }
    const char *why = garbled_why(cell);
    if (why != NULL) lint_say(l, 2, LINT_WARNING, place, slice_none(), "%s", why);
}

/* Cells are looked at one by one only where the file as a whole has something. */
static void check_texts(struct lint *l, const struct lint_file *file)
{
    const struct table *t = &file->table;
    if (text_is_utf8(file->bytes) && garbled_why(file->bytes) == NULL) return;
    if (t->rows == 0) {
        check_cell_text(l, place_file(file), file->bytes);
        return;
    }
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t c = 0; c < table_width(t, r); c++)
            check_cell_text(l, (struct place){ file, r, c }, table_cell(t, r, c));
    }
}

/* ---- formulas ---- */

static bool is_formula(slice cell)
{
    if (cell.len < 2 || !csv_is_formula(cell)) return false;
    const size_t sign = cell.at[0] == '+' ? 1 : 0;
    return !number_read(slice_from(cell, sign)).valid;
}

static void check_formulas(struct lint *l, const struct lint_file *file)
{
    const struct table *t = &file->table;
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t c = 0; c < table_width(t, r); c++) {
            if (!is_formula(table_cell(t, r, c))) continue;
            lint_say(l, 78, LINT_WARNING, (struct place){ file, r, c }, slice_none(),
                     "a spreadsheet runs a text that begins like this as a formula");
        }
    }
}

/* ---- CSV form ---- */

struct complaining {
    struct lint *l;
    const struct lint_file *file;
};

static void complain_form(void *with, enum table_flaw flaw, size_t row, slice cell)
{
    static const char *const why[TABLE_FLAWS] = {
        [TABLE_STRAY_QUOTE] = "a quote stands where none may: quote the cell and double it",
        [TABLE_OPEN_QUOTE] = "the quote at the start of the cell is not closed",
        [TABLE_UNEQUAL] = "the row has more or fewer cells than the header",
    };
    const struct complaining *c = with;
    const struct lint_said said = { .number = 3,
                                    .severity = LINT_ERROR,
                                    .place = place_file(c->file),
                                    .row = row + 1,
                                    .column = slice_none(),
                                    .said = cell,
                                    .expected = slice_none() };
    lint_say_of(c->l, &said, "%s", why[flaw]);
}

static void check_form(struct lint *l, const struct lint_file *file)
{
    const struct table *t = &file->table;
    if (t->has_mark) {
        lint_say(l, 2, LINT_WARNING, place_file(file), slice_none(),
                 "the file begins with a byte order mark");
    }
    if (t->separator != ',') {
        lint_say(l, 3, LINT_ERROR, (struct place){ file, 0, PLACE_ROW }, slice_none(),
                 "cells are divided by something else than commas");
    }
    if (t->has_lf) {
        lint_say(l, 3, LINT_INFO, (struct place){ file, t->lf_row, PLACE_ROW }, slice_none(),
                 "lines end with LF instead of CRLF");
    }
}

status check_table(struct lint *l, struct lint_file *file, struct fault *f)
{
    struct complaining c = { l, file };
    const status s = table_read(file->bytes, &l->arena, complain_form, &c, &file->table, f);
    if (s.code != E_OK) return fault_within(f, s, file->name);
    check_form(l, file);
    check_formulas(l, file);
    return OK;
}

void check_bytes(struct lint *l)
{
    for (size_t i = 0; i < l->file_count; i++) {
        if (l->files[i].kind != 0 && l->files[i].kind != LINT_DUMP) check_texts(l, &l->files[i]);
    }
}
