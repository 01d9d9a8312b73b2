/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/sandbox.h"

/*
 * confine: how strictly roles are held to their tables. Sanitizers call what no table has.
 */
#ifdef CANDOR_ASAN
#define ROLE_SANDBOX_MODE SANDBOX_OBSERVE
#else
#define ROLE_SANDBOX_MODE SANDBOX_KILL
#endif
