/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"
#include "record/entry.h"
#include "report/report.h"

/*
 * register: what was published, folded from the report records of a log in their order, and what
 * of that is a failure of whoever publishes: late, restated, missing, not in order.
 *
 * It needs entries alone, which are public as a whole: whoever has the log, or the files `entry` of
 * published folders, gets the same.
 * Source: docs/formats/report.md sections 4 and 5.
 */
enum {
    REGISTER_REPORTS_MAX = 4096,
    REGISTER_REASON_BYTES_MAX = 1024,
    REGISTER_METHOD_BYTES_MAX = 1024,
    REGISTER_NAME_BYTES_MAX = 128,
    REGISTER_CHANGES_BYTES_MAX = 32 * 1024, /* of changes.csv in the record */
    REGISTER_MONTHS_LATE = 2, /* a report is due so many months behind the end of its period */
};

/* A version of a report, as its record says. */
struct registered {
    struct report_period period;
    uint64_t version;
    uint64_t index; /* of the record */
    uint64_t size;  /* entries that were counted */
    uint64_t time_s;
    hash manifest;
    hash definitions;
    hash changes; /* of changes.csv; of a restatement */
    uint64_t counted;
    uint64_t opened;
    uint64_t declared;
    uint64_t replaces; /* index of the version before; UINT64_MAX: none */
    uint64_t changed;  /* cells */
    char reason[REGISTER_REASON_BYTES_MAX + 1];
    char method[REGISTER_METHOD_BYTES_MAX + 1];
    char approver[REGISTER_NAME_BYTES_MAX + 1];
};

struct report_register {
    struct registered *at; /* owned; in the order of the log */
    size_t count;
    size_t cap;
};

/* What a report entry says. E_VALUE for another kind, and what no report can say. */
status registered_read(const struct entry *e, uint64_t index, struct registered *ret_report,
                       struct fault *f);
/* Adds the report that an entry speaks of. What is none, or was appended by hand and makes no
 * sense, is left out. E_LIMIT, E_NOMEM. */
status register_add(struct report_register *r, uint64_t index, const struct entry *e,
                    struct fault *f);
/* Adds every report of a log. As register_add, and what reading the log fails with. */
status register_load(struct report_register *r, struct archive *a, struct fault *f);
void register_done(struct report_register *r);
/* The newest version of a period; NULL if there is none. A view. */
const struct registered *register_newest(const struct report_register *r,
                                         const struct report_period *period);
/* The version of that period; NULL if there is none. */
const struct registered *register_version(const struct report_register *r,
                                          const struct report_period *period, uint64_t version);

/* ---- failures ---- */

enum register_failure_kind {
    REGISTER_LATE,     /* published later than two months behind the end of the period */
    REGISTER_RESTATED, /* a version replaces another */
    REGISTER_MISSING,  /* a period between the first one and today has no report, and it is due */
};

struct register_failure {
    enum register_failure_kind kind;
    const struct registered *report; /* NULL where one is missing */
    struct report_period period;
    uint64_t due_s;  /* when it had to be published */
    uint64_t late_s; /* how much later it was, or is by now */
};

/* Calls each with every failure as of that time, period by period: late first versions, missing
 * reports, then restatements in the order of the log. Periods are years or halves as the first
 * report has them. */
void register_failures(const struct report_register *r, uint64_t now_s,
                       void (*each)(void *with, const struct register_failure *failure),
                       void *with);
/* "late", "restated", "missing". */
const char *register_failure_name(enum register_failure_kind kind);
