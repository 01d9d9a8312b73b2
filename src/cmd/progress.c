/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "os/clock.h"
#include "base/banned.h"

enum { FIRST_SHOW_NS = 500'000'000, SHOW_EVERY_NS = 100'000'000 };

struct progress progress_start(const char *verb, uint64_t total, const char *unit)
{
    return (struct progress){
        .verb = verb,
        .unit = unit,
        .total = total,
        .started_ns = clock_mono_ns(),
        .visible = isatty(STDERR_FILENO) == 1,
    };
}

void progress_step(struct progress *p, uint64_t more)
{
    p->done += more;
    if (!p->visible) return;
    const int64_t now_ns = clock_mono_ns();
    if (now_ns - p->started_ns < FIRST_SHOW_NS || now_ns - p->shown_ns < SHOW_EVERY_NS) return;
    p->shown_ns = now_ns;
    const double seconds = (double)(now_ns - p->started_ns) / 1e9;
    fprintf(stderr, "\r%s %" PRIu64, p->verb, p->done);
    if (p->total > 0) fprintf(stderr, " of %" PRIu64, p->total);
    fprintf(stderr, " %s, %.0f a second\033[K", p->unit, (double)p->done / seconds);
}

void progress_end(struct progress *p)
{
    if (p->shown_ns != 0) fprintf(stderr, "\r\033[K");
}
