/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/arena.h"
#include "base/fault.h"

/*
 * table: a CSV file (RFC 4180) read into cells, whatever is wrong with it, and what is wrong.
 * Invariant: first[r] .. first[r + 1] are the cells of row r; row 0 is the header.
 * Ownership: cells are views into the file, or into the arena where quotes were doubled.
 */
enum {
    TABLE_ROWS_MAX = 1 << 23,
    TABLE_CELLS_MAX = 1 << 26,
    TABLE_COLUMNS_MAX = 1024,
    TABLE_CELL_BYTES_MAX = 1 << 20, /* a quoted cell that is longer counts as not closed */
};

enum table_flaw {
    TABLE_STRAY_QUOTE,
    TABLE_OPEN_QUOTE,
    TABLE_UNEQUAL, /* more or fewer cells than the header */
    TABLE_FLAWS,
};

struct table {
    slice bytes; /* borrowed */
    slice *cells;
    size_t *first;
    size_t rows;    /* with the header */
    size_t columns; /* of the header */
    uint8_t separator;
    bool has_mark; /* a byte order mark */
    bool has_lf;   /* a line ends with LF alone */
    size_t lf_row;
};

/* Told of each flaw as it is met. */
typedef void (*table_complain)(void *with, enum table_flaw flaw, size_t row, slice cell);

/* Reads the file. E_LIMIT above the limits, E_NOMEM. */
status table_read(slice bytes, struct arena *arena, table_complain complain, void *with,
                  struct table *ret_table, struct fault *f);
void table_done(struct table *t);
/* A cell; empty if the row is shorter. */
slice table_cell(const struct table *t, size_t row, size_t column);
/* Cells of a row. */
size_t table_width(const struct table *t, size_t row);
/* The column of that name, compared folded; SIZE_MAX if there is none. */
size_t table_column(const struct table *t, const char *name);
