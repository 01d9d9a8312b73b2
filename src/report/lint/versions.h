/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/lint/check.h"
#include "report/lint/keys.h"

/*
 * versions: the rows of a table held against those of an older version of it, by their keys, with
 * what a changes.csv says of both: TR-61, TR-62, TR-63.
 */
struct restatements {
    const struct lint_file *file; /* NULL: there is none */
    size_t cell, was, now;        /* columns */
    size_t reason, method, date;
    struct keys by_cell; /* folded name of a cell -> row */
    struct keys by_was;
};

/* A table as rows with keys and values. */
struct version {
    const struct lint_file *file;
    const void *with;
    /* The key of a row in room of VERSION_KEY_BYTES_MAX bytes; empty: the row has none. */
    slice (*key)(const void *with, size_t row, uint8_t *room);
    const bool *is_value; /* by column */
    const bool *is_key;   /* by column, where a label is a cell of its own; NULL */
};

enum { VERSION_KEY_BYTES_MAX = 4096 };

/* Reads the changes.csv of the newer side, if there is one. E_NOMEM. */
status restatements_read(const struct lint *l, struct restatements *ret_r);
void restatements_done(struct restatements *r);
/* Whether a file is such a table. */
bool is_changes(const struct lint_file *file);
/* Raises each difference once. E_NOMEM. */
status versions_compare(struct lint *l, const struct restatements *r, const struct version *older,
                        const struct version *newer);
