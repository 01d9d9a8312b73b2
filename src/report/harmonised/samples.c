/* SPDX-License-Identifier: Apache-2.0 */
#include "report/harmonised/samples.h"

#include <stdlib.h>
#include "base/banned.h"

void samples_done(struct samples *s)
{
    free(s->at);
    *s = (struct samples){};
}

status samples_add(struct samples *s, uint32_t line, uint32_t column, uint32_t seconds)
{
    if (s->count == s->cap) {
        const size_t cap = s->cap == 0 ? 1024 : 2 * s->cap;
        if (cap > SAMPLES_MAX) return FAIL(E_LIMIT);
        struct sample *more = realloc(s->at, cap * sizeof *more);
        if (more == NULL) return FAIL(E_NOMEM);
        s->at = more;
        s->cap = cap;
    }
    s->at[s->count++] = (struct sample){ line, column, seconds };
    return OK;
}

static int by_key(const struct sample *x, const struct sample *y)
{
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    if (x->column != y->column) return x->column < y->column ? -1 : 1;
    return 0;
}

static int by_key_and_time(const void *a, const void *b)
{
    const struct sample *x = a;
    const struct sample *y = b;
    const int key = by_key(x, y);
    if (key != 0 || x->seconds == y->seconds) return key;
    return x->seconds < y->seconds ? -1 : 1;
}

void samples_sort(struct samples *s)
{
    if (s->count > 1) qsort(s->at, s->count, sizeof *s->at, by_key_and_time);
}

/* The first sample that is not before the key. */
static size_t first_of(const struct samples *s, const struct sample *key)
{
    size_t low = 0;
    size_t high = s->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (by_key(&s->at[middle], key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool samples_median(const struct samples *s, uint32_t line, uint32_t column,
                    uint64_t *ret_hundredths)
{
    enum { HALF_HOURS = 7200 }; /* of the sum of two, in seconds, to the mean in hours */
    const struct sample key = { line, column, 0 };
    const struct sample next = { line, column + 1, 0 };
    const size_t first = first_of(s, &key);
    const size_t count = first_of(s, &next) - first;
    if (count == 0) return false;
    const uint64_t low = s->at[first + (count - 1) / 2].seconds;
    const uint64_t high = s->at[first + count / 2].seconds;
    *ret_hundredths = ((low + high) * 100 + HALF_HOURS / 2) / HALF_HOURS;
    return true;
}
