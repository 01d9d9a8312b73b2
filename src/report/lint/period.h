/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/lint/set.h"

/*
 * period: the days that a set is about and was published on.
 */
struct set_period {
    bool has_start, has_end, has_published, has_before;
    int64_t start, end, published, before; /* days since 1970-01-01 */
};

/* A day as YYYY-MM-DD. False if it is none. */
bool period_day(slice text, int64_t *ret_day);
/* "2026-01-01/2026-06-30". False if it is no two days. */
bool period_days(slice text, int64_t *ret_start, int64_t *ret_end);
/* What part 1 says, or where it says nothing the first row of another part. */
struct set_period period_of(const struct set *s);
