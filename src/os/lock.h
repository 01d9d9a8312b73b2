/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <pthread.h>

/*
 * lock: mutual exclusion between threads, for folders that make no system calls of their own.
 * Misuse (unlocking what is not locked, locking twice) is a bug of the caller.
 */
struct lock {
    pthread_mutex_t mutex;
};

/* In place; every lock_init needs a lock_done. */
static inline void lock_init(struct lock *l)
{
    pthread_mutex_init(&l->mutex, NULL);
}

/* Nobody may hold it. */
static inline void lock_done(struct lock *l)
{
    pthread_mutex_destroy(&l->mutex);
}

/* Waits until nobody else holds it. */
static inline void lock_take(struct lock *l)
{
    pthread_mutex_lock(&l->mutex);
}

/* By the thread that took it. */
static inline void lock_give(struct lock *l)
{
    pthread_mutex_unlock(&l->mutex);
}
