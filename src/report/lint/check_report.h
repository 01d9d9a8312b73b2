/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/lint/check.h"

/*
 * check_report: the files of a report folder (docs/formats/report.md) held against each other.
 */

/* The report folder that a file belongs to holds these. */
struct report_folder {
    const struct lint_file *manifest;
    const struct lint_file *cells;
    const struct lint_file *json;
    const struct lint_file *page;
};

/* TR-64, TR-66, TR-73, TR-75, TR-76 of every report folder. E_NOMEM. */
status check_reports(struct lint *l, struct fault *f);
/* TR-75: what JSON and page say of each cell. E_NOMEM. */
status check_agreement(struct lint *l, const struct report_folder *r);
/* The name of the cell in a row of cells.csv, "figure/value/value", in room of 1,024 bytes. */
slice report_cell_name(const struct table *t, size_t row, uint8_t *room);
/* The column of cells.csv with its numbers; SIZE_MAX if there is none. */
size_t report_number_column(const struct table *t);
