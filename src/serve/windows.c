/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/windows.h"

#include <stdbool.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

/* Invariant: records[n % WINDOW_NUMBERS] is of the source's number n for the WINDOW_NUMBERS numbers
 * up to highest, plus 1; 0 where it was not sent. */
struct window {
    uint64_t source;
    uint64_t highest;
    uint64_t records[WINDOW_NUMBERS];
};

struct windows {
    struct window *at[WINDOWS_MAX]; /* owned, in the order of their first use */
    size_t count;
};

status windows_new(struct windows **ret_windows)
{
    *ret_windows = calloc(1, sizeof **ret_windows);
    return *ret_windows != NULL ? OK : FAIL(E_NOMEM);
}

void windows_free(struct windows *w)
{
    if (w == NULL) return;
    for (size_t i = 0; i < w->count; i++)
        free(w->at[i]);
    free(w);
}

static struct window *window_of(const struct windows *w, uint64_t source)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->at[i]->source == source) return w->at[i];
    }
    return NULL;
}

static bool is_older(const struct window *window, uint64_t sequence)
{
    return window->highest >= WINDOW_NUMBERS && sequence <= window->highest - WINDOW_NUMBERS;
}

status windows_find(const struct windows *w, uint64_t source, uint64_t sequence,
                    uint64_t *ret_record)
{
    const struct window *window = window_of(w, source);
    if (window == NULL || sequence > window->highest) return FAIL(E_NOT_FOUND);
    if (is_older(window, sequence)) return FAIL(E_VALUE);
    const uint64_t record = window->records[sequence % WINDOW_NUMBERS];
    if (record == 0) return FAIL(E_NOT_FOUND);
    *ret_record = record - 1;
    return OK;
}

/* Moves the window up to a new highest number. */
static void advance(struct window *window, uint64_t highest)
{
    if (highest - window->highest >= WINDOW_NUMBERS) {
        __builtin_memset(window->records, 0, sizeof window->records);
    } else {
        for (uint64_t n = window->highest + 1; n <= highest; n++)
            window->records[n % WINDOW_NUMBERS] = 0;
    }
    window->highest = highest;
}

status windows_note(struct windows *w, uint64_t source, uint64_t sequence, uint64_t record)
{
    struct window *window = window_of(w, source);
    if (window == NULL) {
        if (w->count == WINDOWS_MAX) return FAIL(E_LIMIT);
        window = calloc(1, sizeof *window);
        if (window == NULL) return FAIL(E_NOMEM);
        window->source = source;
        w->at[w->count++] = window;
    }
    if (is_older(window, sequence)) return OK;
    if (sequence > window->highest) advance(window, sequence);
    window->records[sequence % WINDOW_NUMBERS] = record + 1;
    return OK;
}
