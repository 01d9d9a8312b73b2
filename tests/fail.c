/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fail.h"

#include <stdlib.h>
#include "tests/cm.h"

enum { POINTS_MAX = 100'000 };

static size_t countdown; /* allocations until the one that fails; 0: none will */
static bool lasting;     /* all after it fail too */
static bool happened;

void *__real_malloc(size_t len);
void *__real_calloc(size_t count, size_t len);
void *__real_realloc(void *at, size_t len);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t count, size_t len);
void *__wrap_realloc(void *at, size_t len);

static bool fails_now(void)
{
    if (happened && lasting) return true;
    if (countdown == 0 || --countdown != 0) return false;
    happened = true;
    return true;
}

void *__wrap_malloc(size_t len)
{
    return fails_now() ? NULL : __real_malloc(len);
}

void *__wrap_calloc(size_t count, size_t len)
{
    return fails_now() ? NULL : __real_calloc(count, len);
}

void *__wrap_realloc(void *at, size_t len)
{
    return fails_now() ? NULL : __real_realloc(at, len);
}

bool fail_happened(void)
{
    return happened;
}

static bool run(void (*attempt)(void *with), void *with, size_t nth, bool all_after)
{
    happened = false;
    lasting = all_after;
    countdown = nth;
    attempt(with);
    const bool reached = happened;
    countdown = 0;
    happened = lasting = false;
    return reached;
}

size_t fail_each_allocation(void (*attempt)(void *with), void *with)
{
    for (size_t nth = 1; nth <= POINTS_MAX; nth++) {
        if (!run(attempt, with, nth, false)) return nth - 1;
        run(attempt, with, nth, true);
    }
    fail_msg("more than %d allocations in one attempt", POINTS_MAX);
    return 0;
}
