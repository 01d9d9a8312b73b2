/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdatomic.h>

/*
 * helper: a thread that does one job after another for the thread that owns it, one at a time and
 * in the order they were handed over.
 */
struct helper;

/* Owned by whoever hands it over, and the helper's until done. */
struct helper_job {
    void (*run)(void *with);
    void *with;
    atomic_bool done;
};

/* NULL if memory or threads are out. */
struct helper *helper_new(void);
/* Finishes the job at hand, then ends the thread. NULL is allowed. */
void helper_free(struct helper *h);
/* Hands a job over; waits first for one that is still under way. */
void helper_begin(struct helper *h, struct helper_job *job);
/* Waits until the job is done. The helper is not looked at if it is, so it may be gone then. */
void helper_wait(struct helper *h, struct helper_job *job);
