/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"

/*
 * lint: what is wrong with a transparency report, by the numbered rules of rules.def, for reports
 * of anybody: harmonised CSV sets, tidy CSV files (a row for each number), report folders of
 * docs/formats/report.md, and daily dumps of statements of reasons. One report may be held against
 * an older version of it.
 *
 *   struct lint *l = NULL;
 *   TRY(lint_folder("./report", &l, f));       reads and judges everything below
 *   if (lint_count(l, LINT_ERROR) > 0) …       lint_findings names them
 *   lint_free(l);
 *
 * Cost: O(bytes), and O(n log n) in the findings. Memory: the files and 16 bytes a cell.
 */
enum lint_severity { LINT_INFO, LINT_WARNING, LINT_ERROR, LINT_SEVERITIES };

/* What a rule is about, and what a file is. */
enum lint_kind {
    LINT_PART = 1u << 0,     /* a part of a harmonised set */
    LINT_TIDY = 1u << 1,     /* any other CSV file with numbers */
    LINT_REPORT = 1u << 2,   /* a file of a report folder */
    LINT_DUMP = 1u << 3,     /* a daily dump of statements of reasons */
    LINT_VERSIONS = 1u << 4, /* only with an older version */
    LINT_LOG = 1u << 5,      /* only with the log; no file can tell */
};

enum lint_side { LINT_NEW, LINT_OLD };

enum {
    LINT_FILES_MAX = 4096,
    LINT_FILE_BYTES_MAX = 1 << 30,
    LINT_FINDINGS_MAX = 1 << 18, /* further ones are counted, not kept */
    LINT_TEXT_BYTES_MAX = 200,   /* of a value or message that a finding shows; cut if longer */
};

struct lint_rule {
    const char *title;
    const char *meaning;
    uint8_t number;
    uint8_t severity; /* the highest that it raises */
    uint8_t kinds;    /* enum lint_kind, several at once */
};

extern const struct lint_rule lint_rules[];
extern const size_t lint_rule_count;

struct lint_finding {
    const struct lint_rule *rule;
    uint8_t severity;
    const char *file;
    uint64_t row;   /* as a spreadsheet counts: the header is 1; 0: the file as a whole */
    slice column;   /* its name; empty: the row as a whole */
    slice said;     /* the value that stands there */
    slice expected; /* what should, where that can be said */
    slice message;
};

struct lint_options {
    bool own; /* the reader's own filing: some rules are stricter */
};

struct lint;

/* NULL if memory is out. */
struct lint *lint_new(const struct lint_options *options);
/* NULL is allowed. */
void lint_free(struct lint *l);
/* Reads a file, or every file of a folder and those in it. E_NOT_FOUND, E_LIMIT, E_NOMEM. */
status lint_read(struct lint *l, enum lint_side side, const char *path, struct fault *f);
/* The same for bytes in memory, which must outlive l. Files of one folder are one report. */
status lint_add(struct lint *l, enum lint_side side, const char *name, slice bytes,
                struct fault *f);
/* Judges all that was read, once. E_NOMEM; E_LIMIT: a table above its documented limits; E_SYNTAX:
 * nothing in it that a rule is about. */
status lint_run(struct lint *l, struct fault *f);
/* lint_new, lint_read and lint_run of the own report in a folder. */
status lint_folder(const char *path, struct lint **ret_lint, struct fault *f);

/* By file, then row, then rule. Views that die with l. */
const struct lint_finding *lint_findings(const struct lint *l, size_t *ret_count);
/* How many of a severity, those above LINT_FINDINGS_MAX too. */
uint64_t lint_count(const struct lint *l, enum lint_severity severity);
/* "E", "W" or "I". */
const char *lint_severity_letter(enum lint_severity severity);
