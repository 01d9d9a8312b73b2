/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>

/*
 * clock: the only place that asks what time it is. Judges and the ledger are given times.
 */
#define CLOCK_NS_PER_S INT64_C(1000000000)
#define CLOCK_NS_PER_MS INT64_C(1000000)

/* UTC since 1970-01-01, in nanoseconds, without leap seconds. May jump either way when it is set.
 */
int64_t clock_real_ns(void);
/* Nanoseconds since some moment before the start of the process; never goes back. Sleep of the
 * machine is not counted. */
int64_t clock_mono_ns(void);
/* Processor time that the threads of the process have used together. */
int64_t clock_cpu_ns(void);
/* Sleeps until clock_mono_ns() has come to at_ns; at once if it has. */
void clock_sleep_until(int64_t at_ns);
