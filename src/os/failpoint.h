/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * failpoint: named places where a test kills the process, as kill -9 would. They exist only in the
 * program that tests/cmd/kill.py drives, which is built with CANDOR_FAILPOINTS; in candor itself a
 * failpoint is nothing at all.
 *
 * CANDOR_FAILPOINT=NAME:N in the environment kills the process when it comes to NAME for the Nth
 * time, after one line on standard error. CANDOR_FAILPOINT=list names each place on standard error
 * when the process comes by.
 */
#ifdef CANDOR_FAILPOINTS
/* Does not return if this is the place and the time. */
void failpoint(const char *name);
#else
/* Nothing. */
static inline void failpoint(const char *)
{
}
#endif
