/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/sandbox.h"

/*
 * confine: how strictly roles are held to their tables. Sanitizers call what no table has, and the
 * leak checker reads /proc, which a confined process cannot: it has its look before.
 */
#ifdef CANDOR_ASAN
#include <sanitizer/lsan_interface.h>
#define ROLE_SANDBOX_MODE SANDBOX_OBSERVE
#define confine_last_leak_check() __lsan_do_leak_check()
#else
#define ROLE_SANDBOX_MODE SANDBOX_KILL
#define confine_last_leak_check() ((void)0)
#endif
