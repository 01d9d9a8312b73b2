/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/sandbox.h"

/*
 * seccomp: the half of sandbox_enter that restricts system calls.
 */
/* Installs the filter for all threads: the role's rows, then the common ones. E_LIMIT,
 * E_UNSUPPORTED. */
status seccomp_enter(const struct sandbox *sandbox, struct fault *f);
