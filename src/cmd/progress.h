/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/*
 * progress: a line on standard error that shows how far long work is, on a terminal only; in a pipe
 * nothing is written. At most ten updates a second; work that takes less than half a second shows
 * nothing at all.
 */
struct progress {
    const char *verb; /* "checking" */
    const char *unit; /* "entries" */
    uint64_t total;   /* 0: not known */
    uint64_t done;
    int64_t started_ns;
    int64_t shown_ns;
    bool visible;
};

/* Begins; total 0 where it is not known. verb and unit must outlive the progress. */
struct progress progress_start(const char *verb, uint64_t total, const char *unit);
/* Adds to what is done and shows it when it is time. */
void progress_step(struct progress *p, uint64_t more);
/* Removes the line. */
void progress_end(struct progress *p);
