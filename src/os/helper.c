/* SPDX-License-Identifier: Apache-2.0 */
#include "os/helper.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include "base/banned.h"

struct helper {
    pthread_t thread;
    bool has_thread;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct helper_job *job; /* borrowed; NULL: nothing to do */
    bool quit;
};

static void *thread_main(void *helper)
{
    struct helper *h = helper;
    pthread_mutex_lock(&h->lock);
    for (;;) {
        while (h->job == NULL && !h->quit)
            pthread_cond_wait(&h->changed, &h->lock);
        struct helper_job *job = h->job;
        if (job == NULL) break;
        pthread_mutex_unlock(&h->lock);
        job->run(job->with);
        pthread_mutex_lock(&h->lock);
        h->job = NULL;
        atomic_store(&job->done, true); /* from here on it is its owner's again */
        pthread_cond_broadcast(&h->changed);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

struct helper *helper_new(void)
{
    struct helper *h = calloc(1, sizeof *h);
    if (h == NULL) return NULL;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->changed, NULL);
    h->has_thread = pthread_create(&h->thread, NULL, thread_main, h) == 0;
    if (h->has_thread) return h;
    helper_free(h);
    return NULL;
}

void helper_free(struct helper *h)
{
    if (h == NULL) return;
    if (h->has_thread) {
        pthread_mutex_lock(&h->lock);
        h->quit = true;
        pthread_cond_broadcast(&h->changed);
        pthread_mutex_unlock(&h->lock);
        pthread_join(h->thread, NULL);
    }
    pthread_cond_destroy(&h->changed);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

void helper_begin(struct helper *h, struct helper_job *job)
{
    atomic_store(&job->done, false);
    pthread_mutex_lock(&h->lock);
    while (h->job != NULL)
        pthread_cond_wait(&h->changed, &h->lock);
    h->job = job;
    pthread_cond_broadcast(&h->changed);
    pthread_mutex_unlock(&h->lock);
}

void helper_wait(struct helper *h, struct helper_job *job)
{
    if (atomic_load(&job->done)) return;
    pthread_mutex_lock(&h->lock);
    while (!atomic_load(&job->done))
        pthread_cond_wait(&h->changed, &h->lock);
    pthread_mutex_unlock(&h->lock);
}
