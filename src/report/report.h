/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "report/figure.h"

/*
 * report: the figures of a period as files, a function of the public entries of a log and of the
 * definitions: built again from the same entries, the bytes are the same.
 *
 *   cells.csv        a line for each cell
 *   report.json      the same for programs
 *   report.html      the same for people
 *   definitions.txt  what each figure counts
 *   manifest         period, log range, root, how many cells are counted, opened and declared, the
 *                    hash of every definition and of every other file
 *
 * A cell is a figure, split by none, one or both of its columns: "content_taken_down",
 * "content_taken_down/violence", "content_taken_down/violence/illegal_content". Where the values of
 * a column are a closed list, each has its cell, which may be 0; of markets those that occur.
 * Source: docs/formats/report.md.
 */
enum report_file {
    REPORT_CELLS,
    REPORT_JSON,
    REPORT_HTML,
    REPORT_DEFINITIONS,
    REPORT_MANIFEST, /* last: it names the others */
    REPORT_FILES,
};

enum {
    REPORT_CELLS_MAX = 1 << 20,
    REPORT_PERIOD_BYTES_MAX = 7,
    REPORT_FILE_BYTES_MAX = 512 * 1024 * 1024,
};

/* How a stranger can check a cell. */
enum report_how { REPORT_COUNTED, REPORT_OPENED, REPORT_DECLARED };

struct report_period {
    char name[REPORT_PERIOD_BYTES_MAX + 1]; /* "2026-H1" or "2026" */
    uint16_t month_first;
    uint16_t month_last;
};

/* What a report is made from. */
struct report_input {
    struct report_period period;
    slice origin;
    uint64_t size; /* entries counted: all before this index */
    hash root;     /* of the tree of that size */
    const struct counter_table *table;
};

struct report;

/* "2026-H1", "2026-H2" or "2026". E_SYNTAX, E_VALUE. */
status report_period_parse(slice text, struct report_period *ret_period);
/* Counts and writes everything. E_NOMEM, E_LIMIT. */
status report_build(const struct report_input *in, struct report **ret_report, struct fault *f);
/* NULL is allowed. */
void report_free(struct report *r);
/* The name of a file, and its bytes: a view. */
const char *report_file_name(enum report_file file);
slice report_file_bytes(const struct report *r, enum report_file file);
/* Cells of a kind of proof. */
uint64_t report_cells(const struct report *r, enum report_how how);
/* Whether a file says something else than this report. The fault says where: it names the first
 * cell that differs, or the line. E_INVALID if it differs. */
status report_compare(const struct report *r, enum report_file file, slice said, struct fault *f);
/* Period, size and root that a manifest states, which stand for themselves until the report was
 * built anew. E_SYNTAX. */
status report_manifest_read(slice manifest, struct report_input *ret_input, struct fault *f);
