/* SPDX-License-Identifier: Apache-2.0 */
#include "os/clock.h"

#include <assert.h>
#include <errno.h>
#include <time.h>
#include "base/banned.h"

static int64_t now_ns(clockid_t id)
{
    struct timespec t = { 0 };
    const int result = clock_gettime(id, &t); /* fails only for a clock that does not exist */
    assert(result == 0);
    return (int64_t)t.tv_sec * CLOCK_NS_PER_S + t.tv_nsec;
}

int64_t clock_real_ns(void)
{
    return now_ns(CLOCK_REALTIME);
}

int64_t clock_mono_ns(void)
{
    return now_ns(CLOCK_MONOTONIC);
}

int64_t clock_cpu_ns(void)
{
    return now_ns(CLOCK_PROCESS_CPUTIME_ID);
}

void clock_sleep_until(int64_t at_ns)
{
    const struct timespec at = { at_ns / CLOCK_NS_PER_S, at_ns % CLOCK_NS_PER_S };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
        continue;
}
