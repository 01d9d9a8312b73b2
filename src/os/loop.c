/* SPDX-License-Identifier: Apache-2.0 */
#include "os/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include "os/clock.h"
#include "os/failed.h"
#include "os/timers.h"
#include "base/banned.h"

/*
 * An event carries descriptor and watch number. A callback may end a watch, close its descriptor
 * and watch a new one with the same number while events for the old one are still in the batch:
 * those have another watch number and are dropped.
 */
struct watch {
    void (*call)(void *with, unsigned events);
    void *with;
    uint32_t number; /* 0: not watched */
};

struct loop {
    int epoll;
    int signals; /* signalfd or -1 */
    bool stopped;
    uint32_t watched; /* watch numbers given so far */
    struct loop_clock clock;
    void (*on_signal)(void *with, int signal_number);
    void *on_signal_with;
    struct timers timers;
    struct watch watches[LOOP_FD_MAX];
};

static int64_t monotonic(void *)
{
    return clock_mono_ns();
}

status loop_new(const struct loop_clock *clock, struct loop **ret_loop, struct fault *f)
{
    struct loop *l = calloc(1, sizeof *l);
    if (l == NULL) return failed_os(f, ENOMEM, "make", "an event loop");
    l->signals = -1;
    l->clock = clock == NULL ? (struct loop_clock){ .now_ns = monotonic } : *clock;
    timers_init(&l->timers);
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll < 0) {
        const status s = failed_os(f, errno, "make", "an event loop");
        free(l);
        return s;
    }
    *ret_loop = l;
    return OK;
}

void loop_free(struct loop *l)
{
    if (l == NULL) return;
    if (l->signals >= 0) close(l->signals);
    close(l->epoll);
    free(l);
}

status loop_watch(struct loop *l, int fd, unsigned events,
                  void (*call)(void *with, unsigned events), void *with, struct fault *f)
{
    if (fd < 0 || fd >= LOOP_FD_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "cannot watch descriptor %d: at most %d are watched", fd,
                         LOOP_FD_MAX);
    }
    struct watch *watch = &l->watches[fd];
    if (++l->watched == 0) l->watched = 1;
    struct epoll_event event = { .data.u64 = (uint64_t)l->watched << 32 | (uint32_t)fd };
    if ((events & LOOP_READ) != 0) event.events |= EPOLLIN | EPOLLRDHUP;
    if ((events & LOOP_WRITE) != 0) event.events |= EPOLLOUT;
    if ((events & LOOP_HANGUP) != 0) event.events |= EPOLLRDHUP;
    const int how = watch->number == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(l->epoll, how, fd, &event) != 0) {
        return failed_os(f, errno, "watch", "a descriptor");
    }
    *watch = (struct watch){ .call = call, .with = with, .number = l->watched };
    return OK;
}

void loop_unwatch(struct loop *l, int fd)
{
    if (fd < 0 || fd >= LOOP_FD_MAX || l->watches[fd].number == 0) return;
    epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL); /* fails only if it was closed already */
    l->watches[fd] = (struct watch){ 0 };
}

status loop_at(struct loop *l, int64_t at_ns, void (*call)(void *with), void *with,
               uint64_t *ret_timer)
{
    return timers_add(&l->timers, at_ns, call, with, ret_timer);
}

void loop_cancel(struct loop *l, uint64_t timer)
{
    timers_cancel(&l->timers, timer);
}

static void take_signal(void *with, unsigned)
{
    struct loop *l = with;
    struct signalfd_siginfo info = { 0 };
    if (read(l->signals, &info, sizeof info) != (ssize_t)sizeof info) return;
    l->on_signal(l->on_signal_with, (int)info.ssi_signo);
}

status loop_on_stop_signal(struct loop *l, void (*call)(void *with, int signal_number), void *with,
                           struct fault *f)
{
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    if (sigprocmask(SIG_BLOCK, &stop, NULL) != 0) return failed_os(f, errno, "block", "signals");
    l->signals = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
    if (l->signals < 0) return failed_os(f, errno, "receive", "signals");
    l->on_signal = call;
    l->on_signal_with = with;
    return loop_watch(l, l->signals, LOOP_READ, take_signal, l, f);
}

int64_t loop_now_ns(const struct loop *l)
{
    return l->clock.now_ns(l->clock.self);
}

/* How long to sleep: not at all, until the next deadline, or (NULL) until something happens. */
static const struct timespec *patience(const struct loop *l, bool wait, struct timespec *until)
{
    int64_t next_ns = 0;
    *until = (struct timespec){ 0 };
    if (!wait) return until;
    if (!timers_next(&l->timers, &next_ns)) return NULL;
    const int64_t now_ns = loop_now_ns(l);
    if (next_ns <= now_ns) return until;
    int64_t left_ns = 0;
    if (__builtin_sub_overflow(next_ns, now_ns, &left_ns)) left_ns = INT64_MAX;
    until->tv_sec = left_ns / CLOCK_NS_PER_S;
    until->tv_nsec = left_ns % CLOCK_NS_PER_S;
    return until;
}

static void dispatch(struct loop *l, const struct epoll_event *event)
{
    const struct watch *watch = &l->watches[(uint32_t)event->data.u64];
    if (watch->number == 0 || watch->number != event->data.u64 >> 32) return;
    unsigned events = 0;
    if ((event->events & (EPOLLIN | EPOLLRDHUP)) != 0) events |= LOOP_READ;
    if ((event->events & EPOLLOUT) != 0) events |= LOOP_WRITE;
    if ((event->events & EPOLLRDHUP) != 0) events |= LOOP_HANGUP;
    if ((event->events & (EPOLLHUP | EPOLLERR)) != 0) events |= LOOP_ENDED;
    watch->call(watch->with, events);
}

/* Timers that callbacks add here wait for the next step, or the loop might never look at
 * descriptors. */
static void run_timers(struct loop *l)
{
    const int64_t now_ns = loop_now_ns(l);
    struct timer timer = { 0 };
    for (uint32_t left = l->timers.count; left != 0 && !l->stopped; left--) {
        if (!timers_take(&l->timers, now_ns, &timer)) return;
        timer.call(timer.with);
    }
}

status loop_step(struct loop *l, bool wait, struct fault *f)
{
    struct epoll_event events[LOOP_BATCH];
    struct timespec until;
    const int count = epoll_pwait2(l->epoll, events, LOOP_BATCH, patience(l, wait, &until), NULL);
    if (count < 0 && errno != EINTR) return failed_os(f, errno, "wait for", "events");
    for (int i = 0; i < count && !l->stopped; i++)
        dispatch(l, &events[i]);
    run_timers(l);
    return OK;
}

status loop_run(struct loop *l, struct fault *f)
{
    status s = OK;
    while (s.code == E_OK && !l->stopped)
        s = loop_step(l, true, f);
    l->stopped = false;
    return s;
}

void loop_stop(struct loop *l)
{
    l->stopped = true;
}
