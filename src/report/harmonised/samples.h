/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * samples: times in seconds under a key, for their medians.
 */
enum { SAMPLES_MAX = 1 << 28 };

struct sample {
    uint32_t line;
    uint32_t column;
    uint32_t seconds;
};

struct samples {
    struct sample *at; /* owned */
    size_t count;
    size_t cap;
};

/* Releases them. */
void samples_done(struct samples *s);
/* Another time under the key. E_NOMEM, E_LIMIT. */
status samples_add(struct samples *s, uint32_t line, uint32_t column, uint32_t seconds);
/* Before any median is asked for. */
void samples_sort(struct samples *s);
/* The median under the key in hundredths of an hour, the nearest; of an even number of times it is
 * the mean of the two in the middle. False if there is none. */
bool samples_median(const struct samples *s, uint32_t line, uint32_t column,
                    uint64_t *ret_hundredths);
