/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/writer.h"

/*
 * csv: comma separated values (RFC 4180): a cell is quoted where it must be, a row ends with CRLF.
 * A text that a spreadsheet would take for a formula gets an apostrophe before it.
 */
struct csv_row {
    struct writer *out; /* borrowed */
    bool has_cell;
};

/* A row behind what out already holds. */
static inline struct csv_row csv_row_of(struct writer *out)
{
    return (struct csv_row){ .out = out };
}

/* Whether a spreadsheet takes the text for a formula: it begins with =, +, -, @ or white space that
 * hides one. */
bool csv_is_formula(slice text);
/* A cell of a text that others gave. */
void csv_text(struct csv_row *r, slice text);
/* A cell whose words are the format's own: never guarded, and as NUL-terminated text. */
void csv_label(struct csv_row *r, const char *text);
/* A cell with a number, and an empty one. */
void csv_number(struct csv_row *r, uint64_t number);
void csv_blank(struct csv_row *r);
/* Ends the row; the next cell begins another. */
void csv_end(struct csv_row *r);

/* ---- reading: a cell in quotes may hold separators, line ends and doubled quotes ---- */

/* Behind the quote that closes the cell whose opening quote is at pos; 0 if none does before the
 * end of the text, or within most bytes. */
static inline size_t csv_quoted_end(slice text, size_t pos, size_t most)
{
    const size_t start = pos;
    for (pos++; pos < text.len && pos - start <= most; pos++) {
        if (text.at[pos] != '"') continue;
        if (pos + 1 == text.len || text.at[pos + 1] != '"') return pos + 1;
        pos++;
    }
    return 0;
}

/* The cell between its outer quotes with each doubled quote as one, in room of cell.len bytes. */
static inline slice csv_undouble(slice cell, uint8_t *room)
{
    size_t len = 0;
    for (size_t i = 0; i < cell.len; i++) {
        room[len++] = cell.at[i];
        if (cell.at[i] == '"' && i + 1 < cell.len && cell.at[i + 1] == '"') i++;
    }
    return (slice){ room, len };
}
