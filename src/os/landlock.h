/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/sandbox.h"

/*
 * landlock: the half of sandbox_enter that restricts paths, TCP and signals.
 */
/* Restricts the thread to the role's paths and fills what was reached in *level. Without Landlock
 * in the kernel nothing happens and landlock_abi stays 0. */
status landlock_enter(const struct sandbox *sandbox, struct sandbox_level *level, struct fault *f);
