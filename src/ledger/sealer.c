/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/sealer.h"

#include <pthread.h>
#include <stdlib.h>
#include "base/banned.h"

struct sealer {
    struct block_codec *codec; /* owned; the thread's */
    pthread_t thread;
    bool has_thread;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct sealer_job *job; /* borrowed; NULL: nothing to do */
    bool quit;
};

static void *thread_main(void *sealer)
{
    struct sealer *s = sealer;
    pthread_mutex_lock(&s->lock);
    for (;;) {
        while (s->job == NULL && !s->quit)
            pthread_cond_wait(&s->changed, &s->lock);
        struct sealer_job *job = s->job;
        if (job == NULL) break;
        pthread_mutex_unlock(&s->lock);
        job->result = block_seal(s->codec, job->key, job->plain, &job->head, job->out);
        pthread_mutex_lock(&s->lock);
        s->job = NULL;
        atomic_store(&job->done, true); /* from here on it is its owner's again */
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

struct sealer *sealer_new(int level, bool encrypt)
{
    struct sealer *s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->codec = block_codec_new(level, encrypt);
    s->has_thread = s->codec != NULL && pthread_create(&s->thread, NULL, thread_main, s) == 0;
    if (s->has_thread) return s;
    sealer_free(s);
    return NULL;
}

void sealer_free(struct sealer *s)
{
    if (s == NULL) return;
    if (s->has_thread) {
        pthread_mutex_lock(&s->lock);
        s->quit = true;
        pthread_cond_broadcast(&s->changed);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
    }
    block_codec_free(s->codec);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void sealer_begin(struct sealer *s, struct sealer_job *job)
{
    atomic_store(&job->done, false);
    pthread_mutex_lock(&s->lock);
    while (s->job != NULL)
        pthread_cond_wait(&s->changed, &s->lock);
    s->job = job;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

status sealer_wait(struct sealer *s, struct sealer_job *job)
{
    if (atomic_load(&job->done)) return job->result;
    pthread_mutex_lock(&s->lock);
    while (!atomic_load(&job->done))
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
    return job->result;
}
