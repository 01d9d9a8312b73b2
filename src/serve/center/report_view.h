/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/center/page.h"

/*
 * report_view: one version of a published report, and what its pages have in common.
 */
enum {
    REPORT_CELLS_BYTES_MAX = 16 * 1024 * 1024, /* of cells.csv that pages are made from */
    REPORT_TEXT_BYTES_MAX = 1024 * 1024,       /* of any other file */
};

struct report_view {
    slice period;
    uint64_t version;
    const struct facts_entry *entry; /* its record; NULL: the log has none */
    uint64_t newest;                 /* version of the period */
};

extern const char *const report_not_proven[];

/* The part up to the next slash; what follows it is left in *rest. */
slice report_part(slice *rest);
/* "reports/PERIOD/VERSION/NAME", NUL-terminated; false if it does not fit. */
bool report_path(const struct report_view *r, slice name, char *ret_path, size_t cap);
/* A whole file, to be given to report_drop; empty if it is not there or longer than most bytes. */
slice report_load(const struct page *p, const struct report_view *r, const char *name, size_t most);
void report_drop(slice loaded);
/* The head of a page; what: "" for the version itself. */
void report_begin(struct page *p, const struct report_view *r, const char *what);
/* "/reports/PERIOD/VERSION/". */
void report_put_base(struct page *p, const struct report_view *r);
/* Where the verifier stands, if this build has it: it checks the report, and one cell of it. */
void report_put_check(struct page *p, const struct report_view *r, slice cell, slice value);
/* A word of cells.csv, and a number of it, as people write them. */
void report_put_words(struct page *p, slice value);
void report_put_value(struct page *p, slice value);

/* ---- the manifest: lines of words ---- */

/* What follows the word on the next line that begins with it, from *rest on; false: no more. */
bool manifest_next(slice *rest, const char *word, slice *ret_value);
/* The same of the first such line; empty if there is none. */
slice manifest_value(slice manifest, const char *word);
/* "NAME HASH": the name. */
slice manifest_split(slice value, slice *ret_hash);
