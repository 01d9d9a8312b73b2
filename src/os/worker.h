/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/loop.h"

/*
 * worker: one job in a thread beside the loop, which is told when it is done. The job and the loop
 * share nothing but `with`, which is the job's until then.
 */
struct worker;

/* eventfd, pthread_create. job runs in the thread; afterwards done is called once by the loop,
 * which must call worker_free. E_NOMEM. */
status worker_start(struct loop *loop, void (*job)(void *with), void (*done)(void *with),
                    void *with, struct worker **ret_worker, struct fault *f);
/* Waits for the job, if it still runs; done is not called any more. NULL is allowed. */
void worker_free(struct worker *w);
