/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots are numbered on and on: number n lives in slot n % slots. head is the oldest without its
 * turn, tail the next to be taken; head <= tail <= head + slots. One lock guards all of it and is
 * never held while work or turn run.
 */
#include "cmd/detect/pool.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include "base/banned.h"

enum slot_state { SLOT_TAKEN, SLOT_READY, SLOT_WORKING, SLOT_WORKED };

struct slot {
    uint64_t number;
    uint8_t state; /* enum slot_state */
    bool after_previous;
};

struct worker {
    struct pool *pool;
    size_t thread;
    pthread_t handle;
};

struct pool {
    struct pool_config config;
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t changed;
    struct slot *slots; /* owned */
    uint64_t head, tail;
    bool turning; /* some thread runs turns */
    bool closing;
    status failed;          /* the first failure */
    struct worker *workers; /* owned; [0] is the owner's thread and has no handle */
    size_t worker_count;
};

static struct slot *slot_of(const struct pool *p, uint64_t number)
{
    return &p->slots[number % p->config.slots];
}

/* The oldest slot that may be worked on. Under the lock. */
static struct slot *next_job(const struct pool *p)
{
    for (uint64_t n = p->head; n < p->tail; n++) {
        struct slot *s = slot_of(p, n);
        if (s->state != SLOT_READY) continue;
        if (!s->after_previous || n == p->head || slot_of(p, n - 1)->state == SLOT_WORKED) return s;
    }
    return NULL;
}

static void fail(struct pool *p, status s)
{
    if (s.code != E_OK && p->failed.code == E_OK) p->failed = s;
}

/* Turns of all that are due, unless another thread is at it. Under the lock, which is released
 * meanwhile. */
static void run_turns(struct pool *p)
{
    if (p->turning) return;
    p->turning = true;
    while (p->head < p->tail && slot_of(p, p->head)->state == SLOT_WORKED) {
        const size_t slot = (size_t)(p->head % p->config.slots);
        if (p->failed.code == E_OK) {
            pthread_mutex_unlock(&p->lock);
            const status s = p->config.turn(p->config.with, slot);
            pthread_mutex_lock(&p->lock);
            fail(p, s);
        }
        p->head++;
        pthread_cond_broadcast(&p->changed);
    }
    p->turning = false;
    pthread_cond_broadcast(&p->changed);
}

/* Works on the slot. Under the lock, which is released meanwhile. */
static void run_job(struct pool *p, struct slot *s, size_t thread)
{
    const size_t slot = (size_t)(s->number % p->config.slots);
    s->state = SLOT_WORKING;
    if (p->failed.code == E_OK) {
        pthread_mutex_unlock(&p->lock);
        const status worked = p->config.work(p->config.with, thread, slot);
        pthread_mutex_lock(&p->lock);
        fail(p, worked);
    }
    s->state = SLOT_WORKED;
    pthread_cond_broadcast(&p->changed);
    run_turns(p);
}

static void *worker_run(void *with)
{
    const struct worker *w = with;
    struct pool *p = w->pool;
    pthread_mutex_lock(&p->lock);
    while (!p->closing) {
        struct slot *s = next_job(p);
        if (s == NULL) {
            pthread_cond_wait(&p->changed, &p->lock);
        } else {
            run_job(p, s, w->thread);
        }
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* Signals are for the owner's thread, which may be waiting for input. */
static void start_workers(struct pool *p)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (size_t i = 1; i < p->config.threads; i++) {
        struct worker *w = &p->workers[i];
        *w = (struct worker){ .pool = p, .thread = i };
        if (pthread_create(&w->handle, NULL, worker_run, w) != 0) break;
        p->worker_count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

status pool_new(const struct pool_config *config, struct pool **ret_pool)
{
    assert(config->threads >= 1 && config->threads <= POOL_THREADS_MAX);
    assert(config->slots >= 1 && config->slots <= POOL_SLOTS_MAX);
    struct pool *p = calloc(1, sizeof *p);
    if (p == NULL) return FAIL(E_NOMEM);
    p->config = *config;
    p->slots = calloc(config->slots, sizeof *p->slots);
    p->workers = calloc(config->threads, sizeof *p->workers);
    p->worker_count = 1;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    if (p->slots == NULL || p->workers == NULL) {
        pool_free(p);
        return FAIL(E_NOMEM);
    }
    start_workers(p);
    *ret_pool = p;
    return OK;
}

void pool_free(struct pool *p)
{
    if (p == NULL) return;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    fail(p, FAIL(E_CANCELLED)); /* ends await_turn, should a thread be in it */
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 1; i < p->worker_count; i++)
        pthread_join(p->workers[i].handle, NULL);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p->workers);
    free(p->slots);
    free(p);
}

/* Works, or waits for a change if there is no work. Under the lock. */
static void help_or_wait(struct pool *p)
{
    struct slot *s = next_job(p);
    if (s != NULL) {
        run_job(p, s, 0);
    } else {
        pthread_cond_wait(&p->changed, &p->lock);
    }
}

status pool_take(struct pool *p, size_t *ret_slot)
{
    pthread_mutex_lock(&p->lock);
    while (p->tail - p->head == p->config.slots && p->failed.code == E_OK)
        help_or_wait(p);
    const status failed = p->failed;
    if (failed.code == E_OK) {
        *slot_of(p, p->tail) = (struct slot){ .number = p->tail, .state = SLOT_TAKEN };
        *ret_slot = (size_t)(p->tail % p->config.slots);
        p->tail++;
    }
    pthread_mutex_unlock(&p->lock);
    return failed;
}

void pool_give(struct pool *p, bool after_previous)
{
    pthread_mutex_lock(&p->lock);
    assert(p->tail > 0);
    struct slot *s = slot_of(p, p->tail - 1);
    assert(s->state == SLOT_TAKEN);
    s->after_previous = after_previous;
    s->state = SLOT_READY;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

void pool_help(struct pool *p)
{
    struct slot *s = NULL;
    pthread_mutex_lock(&p->lock);
    while ((s = next_job(p)) != NULL)
        run_job(p, s, 0);
    pthread_mutex_unlock(&p->lock);
}

status pool_await_turn(struct pool *p, size_t slot)
{
    pthread_mutex_lock(&p->lock);
    const struct slot *s = &p->slots[slot];
    assert(s->state == SLOT_WORKING);
    while ((p->head != s->number || p->turning) && p->failed.code == E_OK)
        pthread_cond_wait(&p->changed, &p->lock);
    const status failed = p->failed;
    pthread_mutex_unlock(&p->lock);
    return failed;
}

status pool_end(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    if (p->tail > p->head && slot_of(p, p->tail - 1)->state == SLOT_TAKEN) p->tail--;
    while (p->head < p->tail || p->turning)
        help_or_wait(p);
    const status failed = p->failed;
    pthread_mutex_unlock(&p->lock);
    return failed;
}
