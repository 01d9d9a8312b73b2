/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/status.h"

/*
 * loop: one thread waits for descriptors, deadlines and signals, and calls whoever asked for them.
 * Callbacks run one after the other and may change everything, also what they were called for. The
 * clock can be given, so that a simulation decides what time it is.
 */
enum {
    LOOP_FD_MAX = 16'384, /* descriptors are below this number */
    LOOP_BATCH = 64,      /* events handled before timers are looked at again */
};

enum loop_event {
    LOOP_READ = 1u << 0,
    LOOP_WRITE = 1u << 1,
    LOOP_ENDED = 1u << 2,  /* the other side is gone or the descriptor is broken; always reported */
    LOOP_HANGUP = 1u << 3, /* the other side sends no more; what it sent may be unread */
};

struct loop_clock {
    int64_t (*now_ns)(void *self); /* never goes back */
    void *self;
};

struct loop;

/* epoll_create1. clock NULL: the monotonic clock. E_NOMEM. */
status loop_new(const struct loop_clock *clock, struct loop **ret_loop, struct fault *f);
/* Closes what the loop opened itself, not the descriptors watched. NULL is allowed. */
void loop_free(struct loop *l);
/* epoll_ctl. Calls `call` whenever one of the events (LOOP_READ, LOOP_WRITE, LOOP_HANGUP,
 * level-triggered) is there; LOOP_READ also reports a hangup. A second loop_watch of the descriptor
 * replaces the first. E_LIMIT from LOOP_FD_MAX on. */
status loop_watch(struct loop *l, int fd, unsigned events,
                  void (*call)(void *with, unsigned events), void *with, struct fault *f);
/* Ends the watch. To be called before the descriptor is closed. A descriptor without a watch is
 * allowed. */
void loop_unwatch(struct loop *l, int fd);
/* Calls once when the clock reaches at_ns. ret_timer (never 0) can be given to loop_cancel until
 * then. E_LIMIT at TIMERS_MAX timers (os/timers.h). */
status loop_at(struct loop *l, int64_t at_ns, void (*call)(void *with), void *with,
               uint64_t *ret_timer);
/* A timer that has run or was cancelled, and 0, are allowed. */
void loop_cancel(struct loop *l, uint64_t timer);
/* sigprocmask, signalfd: from now on SIGTERM and SIGINT are calls. Before other threads are
 * started, so that these signals are blocked there too. Once per loop. */
status loop_on_stop_signal(struct loop *l, void (*call)(void *with, int signal_number), void *with,
                           struct fault *f);
/* The loop's clock. */
int64_t loop_now_ns(const struct loop *l);
/* epoll_pwait2, once: calls what is due. wait: sleep until there is something; else look and
 * return. */
status loop_step(struct loop *l, bool wait, struct fault *f);
/* loop_step until loop_stop was called. */
status loop_run(struct loop *l, struct fault *f);
/* loop_run returns after the present callback, or at once if it was not running yet. */
void loop_stop(struct loop *l);
