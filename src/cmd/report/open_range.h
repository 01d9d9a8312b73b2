/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/view.h"
#include "ledger/erase/scan.h"

/*
 * open_range: reports that need private values open every record of some kinds. Nothing is opened
 * before it is recorded who does so and what for, and nothing while an erasure waits to be carried
 * out.
 */
struct open_range {
    const char *dir;
    const char *by;  /* a name that was stated, or "" */
    const char *why; /* such as "harmonised report 2026-H1" */
    struct view *view;
    struct scan_watcher watcher; /* its progress is set here */
};

/* Records the look, then scans all entries under the view's checkpoint, and shows how far it is.
 * E_REFUSED while an erasure is not carried out; as duty_ask and scan_records. */
status open_range(const struct open_range *r, struct fault *f);
