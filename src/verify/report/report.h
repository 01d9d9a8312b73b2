/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "verify/answer.h"
#include "verify/published.h"
#include "verify/trust.h"

/*
 * report: a whole transparency report, offline: its checkpoint is signed; its manifest is of that
 * log range; its files are those of the manifest; every counted cell is what the public entries of
 * the log give by the published definitions; and every file states the same cells.
 * Nothing of what made the report is used: the definitions are read as text, the cells are counted
 * and the files are read here.
 * Source: docs/formats/report.md.
 */
struct report_given {
    void *self;
    /* A file of the report by its name: a view until the next call. E_NOT_FOUND, E_IO, E_LIMIT,
     * E_NOMEM; the fault names the file. */
    status (*read)(void *self, const char *name, slice *ret_bytes, struct fault *fault);
    struct published *log; /* the public entries */
    const struct trust *trust;
};

/* Fills the answer if everything holds. E_INVALID if it does not: the fault names the first cell
 * that is wrong, or the file. E_USAGE without a key; else what reading and parsing say. */
status verify_report(const struct report_given *in, struct answer *answer, struct fault *fault);
