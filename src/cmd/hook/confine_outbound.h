/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include "base/fault.h"
#include "os/sandbox.h"

/*
 * confine_outbound: the confinement of a process that asks servers on the internet and reaches
 * nothing of the node.
 */
enum { CONFINE_FILES_MAX = 16 };

/* From here on: sockets to the internet, the names and certificates of the system, and these files
 * (NULL ones are left out), and no other path. */
status confine_outbound(const char *const *files, size_t count, struct sandbox_level *ret_level,
                        struct fault *f);
