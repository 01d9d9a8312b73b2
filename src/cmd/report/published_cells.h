/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/view.h"
#include "cmd/report/center_folder.h"
#include "report/changes.h"
#include "report/register.h"

/*
 * published_cells: the cells of a published version, held against the hashes that the log has, and
 * against what the log gives by now.
 */

/* cells.csv of a published version, in memory that the caller frees. E_NOT_FOUND if its folder is
 * not there, E_INVALID if a file of it is not the one that was published. */
status published_cells(const struct center_folder *c, const struct registered *r,
                       uint8_t **ret_bytes, size_t *ret_len, struct fault *f);

struct disagreement {
    const struct registered *report;
    size_t changed; /* cells; 0: its files are not as they were published */
    char text[sizeof((struct fault *)0)->text]; /* the first cell with both values, or what is wrong
                                                 */
};

/* Calls each for every version whose folder is gone or damaged, and for the newest of each period
 * that the log does not give any more. E_NOMEM, and what reading the log fails with. */
status published_check(const char *dir, struct view *v, const struct report_register *reports,
                       void (*each)(void *with, const struct disagreement *d), void *with,
                       struct fault *f);
