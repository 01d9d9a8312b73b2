/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * The family that vouches for other logs: candor witness.
 */
extern const struct command witness_commands[];

/* Runs log anchor; the exit status. */
int run_log_anchor(const struct invocation *inv);
