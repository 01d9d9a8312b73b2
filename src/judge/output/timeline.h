/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "judge/finding.h"

/*
 * timeline: how many findings of each level fell into each of at most TIMELINE_BINS equal spans.
 * Memory is fixed: spans widen (each width is a multiple of the one before), so the result does not
 * depend on the order of the findings: it is the smallest width that covers all of them.
 */
enum { TIMELINE_BINS = 48, TIMELINE_LEVELS = LEVEL_CRITICAL + 1 };

struct timeline {
    uint64_t counts[TIMELINE_BINS][TIMELINE_LEVELS];
    int64_t first;    /* of bin 0, in widths since 1970 */
    size_t bin_count; /* 0: no finding with a time */
    int64_t width_s;
    uint64_t untimed; /* findings without a time */
};

/* An empty one. */
struct timeline timeline_of(void);
/* Counts a finding at that time. */
void timeline_add(struct timeline *t, int64_t time_ns, uint8_t level);
/* The start of a bin, in seconds since 1970. */
int64_t timeline_start_s(const struct timeline *t, size_t bin);
/* The findings of a bin, all levels together. */
uint64_t timeline_total(const struct timeline *t, size_t bin);
