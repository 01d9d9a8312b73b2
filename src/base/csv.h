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
