/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * interrupt: SIGINT (Ctrl-C) and SIGTERM as a wish to end, for commands that have something to
 * finish first. The second one ends the process at once.
 */

/* From now on the first signal only sets what interrupt_flag points to. */
void interrupt_watch(void);
/* 0, or the number of the signal that came: for file_read_unless. */
const _Atomic int *interrupt_flag(void);
/* Dies of the signal that came, so that who started the process sees it. Returns if none came. */
void interrupt_die(void);
