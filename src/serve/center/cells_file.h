/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * cells_file: cells.csv of a published report (docs/formats/report.md), line by line. Columns are
 * found by the names in the first line, so that later versions may have more.
 */
enum { CELLS_COLUMNS_MAX = 24, CELLS_LINE_BYTES_MAX = 16 * 1024 };

struct cells_file {
    slice rest; /* borrowed */
    size_t column_count;
    int figure, value_1, value_2, value, late, how; /* columns; -1: the file has none */
};

/* A line; views into the file, quotes and all where a cell is quoted. */
struct cells_line {
    slice figure, value_1, value_2, value, late, how;
};

/* Reads the first line. E_SYNTAX if it names no figure and no number. */
status cells_file_open(slice bytes, struct cells_file *ret_file);
/* The next line; false behind the last, or at one that is none. */
bool cells_file_next(struct cells_file *file, struct cells_line *ret_line);
