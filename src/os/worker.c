/* SPDX-License-Identifier: Apache-2.0 */
#include "os/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/bytes.h"
#include "os/failed.h"
#include "base/banned.h"

struct worker {
    struct loop *loop; /* borrowed */
    void (*job)(void *with);
    void (*done)(void *with);
    void *with;
    int done_fd; /* eventfd, raised by the thread */
    pthread_t thread;
    bool has_thread;
};

static void *run(void *with)
{
    const struct worker *w = with;
    const uint64_t one = 1;
    w->job(w->with);
    if (write(w->done_fd, &one, sizeof one) != (ssize_t)sizeof one) return NULL; /* cannot be */
    return NULL;
}

static void done_ready(void *with, unsigned events)
{
    struct worker *w = with;
    (void)events;
    loop_unwatch(w->loop, w->done_fd);
    w->done(w->with);
}

static status start(struct worker *w, struct fault *f)
{
    w->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->done_fd < 0) return failed_as(f, E_NOMEM, errno, "make", "an eventfd");
    TRY(loop_watch(w->loop, w->done_fd, LOOP_READ, done_ready, w, f));
    const int error = pthread_create(&w->thread, NULL, run, w);
    if (error != 0) return failed_as(f, E_NOMEM, error, "start", "a thread");
    w->has_thread = true;
    return OK;
}

status worker_start(struct loop *loop, void (*job)(void *with), void (*done)(void *with),
                    void *with, struct worker **ret_worker, struct fault *f)
{
    struct worker *w = calloc(1, sizeof *w);
    if (w == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    *w = (struct worker){ .loop = loop, .job = job, .done = done, .with = with, .done_fd = -1 };
    const status s = start(w, f);
    if (s.code != E_OK) {
        worker_free(w);
        return s;
    }
    *ret_worker = w;
    return OK;
}

void worker_free(struct worker *w)
{
    if (w == NULL) return;
    if (w->has_thread) pthread_join(w->thread, NULL);
    if (w->done_fd >= 0) {
        loop_unwatch(w->loop, w->done_fd);
        close(w->done_fd);
    }
    free(w);
}
