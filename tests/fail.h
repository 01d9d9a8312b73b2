/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/*
 * fail: allocation failures on purpose. A test program links fail_lib and fail_args
 * (tests/meson.build) and then its own malloc, calloc and realloc calls, and those of the libraries
 * of this tree, can be made to fail; those inside shared libraries of others cannot.
 *
 *     static void attempt(void *with)
 *     {
 *         struct thing *t = thing_new();
 *         if (t == NULL) assert_true(fail_happened());
 *         thing_free(t);                              under a sanitizer a leak is a failed test
 *     }
 *     … assert_true(fail_each_allocation(attempt, NULL) > 0);
 */
/* Runs attempt with its 1st allocation failing, then its 2nd, and so on, each both as a single
 * failure and as the first of all that follow, until a run makes fewer allocations. Returns how
 * many points of failure there were; fails the test if there are more than 100,000. */
size_t fail_each_allocation(void (*attempt)(void *with), void *with);
/* Whether an allocation has failed in the running attempt. */
bool fail_happened(void);
