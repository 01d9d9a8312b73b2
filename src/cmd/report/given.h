/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/head.h"
#include "os/file.h"
#include "report/report.h"

/*
 * given: a report that was built, in a folder, and nothing of which is believed but what its log
 * has signed.
 */
struct given {
    struct file dir;
    struct log_head head;   /* the checkpoint beside it, verified */
    struct report_input in; /* period, origin, size and root, those of the checkpoint; no table */
};

/* Opens the folder and holds its manifest against the checkpoint beside it, which the key must have
 * signed. *ret_given must stay where it is. E_INVALID, E_NOT_FOUND, E_SYNTAX. */
status given_open(const char *path, slice key, struct given *ret_given, struct fault *f);
void given_close(struct given *g);
/* Whether every file says what the report says. As report_compare. */
status given_compare(const struct given *g, const struct report *r, struct fault *f);
