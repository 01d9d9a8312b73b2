/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/writer.h"

/*
 * dump: the CSV files of the daily dumps of statements of reasons, row by row, each as the JSON
 * object that decision.h takes.
 *
 * There are 38 columns (full), 37 (full, before 2025-07-01: without content_id_ean) or 34 (light:
 * without explanations, territorial_scope and decision_facts). Two dialects occur, even in one
 * file:
 *
 *   A   RFC 4180: a quote inside a quoted field is doubled
 *   B   as PHP writes it with the escape \: a quote directly behind a backslash is not doubled
 *
 * No fixed rule reads both. A row is read as A; if that gives another number of columns, or what
 * follows is no row (a row begins with a UUID), as B: there a quote behind a backslash is text,
 * unless a comma or line end follows: then it first counts as the end of the field, and as text if
 * the row comes out wrong. At most DUMP_TRIES_MAX readings are tried: linear time.
 */
enum {
    DUMP_COLUMNS_MAX = 38,
    DUMP_ROW_BYTES_MAX = 256 * 1024,
    DUMP_TRIES_MAX = 64,
    DUMP_LINE_BYTES_MAX = 2 * DUMP_ROW_BYTES_MAX + 4096, /* a row as JSON, if it has no escapes */
};

struct dump {
    uint8_t members[DUMP_COLUMNS_MAX]; /* which member each column is */
    uint8_t columns;
    bool is_light;
};

enum dump_dialect { DUMP_PLAIN = 'A', DUMP_ESCAPED = 'B' };

struct dump_row {
    slice fields[DUMP_COLUMNS_MAX]; /* as they stand in the file, without outer quotes */
    bool quoted[DUMP_COLUMNS_MAX];
    uint8_t dialect; /* enum dump_dialect: B only where A does not fit */
    bool has_bad_utf8;
};

/* The header at the start of the file (behind a byte order mark). ret_used: its bytes. E_SYNTAX if
 * the columns are not those of a dump; the fault says which. */
status dump_begin(slice file, struct dump *ret_dump, size_t *ret_used, struct fault *f);
/* The place in a row of the column of that name; SIZE_MAX if the dump does not have it. */
size_t dump_field(const struct dump *d, const char *name);
/* The row at the start of rest, which holds DUMP_ROW_BYTES_MAX bytes or all that is left of the
 * file. *ret_used: its bytes; where it fails, the bytes up to the next row. E_SYNTAX. */
status dump_next(const struct dump *d, slice rest, struct dump_row *ret_row, size_t *ret_used,
                 struct fault *f);
/* Appends the row as a JSON object and a newline. Bytes that are not UTF-8 become U+FFFD. */
void dump_write(const struct dump *d, const struct dump_row *row, struct writer *w);
