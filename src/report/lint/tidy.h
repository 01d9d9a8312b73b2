/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/lint/check.h"

/*
 * tidy: a CSV file with a row for each number: some columns name it, one or more have it.
 */
struct tidy {
    const struct lint_file *file;
    bool is_value[TABLE_COLUMNS_MAX];
    size_t columns;
    size_t values; /* columns that are values */
};

enum { TIDY_KEY_BYTES_MAX = 4096 }; /* of a key that is compared; cut behind */

/* Which columns are values: one called result or value, else all whose cells are numbers. */
struct tidy tidy_of(const struct lint_file *file);
/* The cells that name a row, with '/' between them, in room of TIDY_KEY_BYTES_MAX bytes. */
slice tidy_key(const struct tidy *t, size_t row, uint8_t *room);
/* TR-08, TR-09, TR-26, TR-73. E_NOMEM. */
status check_tidy(struct lint *l, const struct lint_file *file, struct fault *f);
