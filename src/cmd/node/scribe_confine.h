/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/sandbox.h"

/*
 * scribe_confine: what the scribe gives up, in two steps, because it starts the other processes and
 * the thread that writes. They inherit the first step, and take more from themselves.
 */

/* Before any thread or process is started: from then on nothing is written but below dir.
 * E_NOT_FOUND if it is not there. */
status scribe_confine_files(const char *dir, struct sandbox_level *ret_level, struct fault *f);
/* Once all processes run: no new one, no network, in every thread. ret_level is what the first step
 * gave, and takes the rest. */
status scribe_confine_calls(struct sandbox_level *ret_level, struct fault *f);
