/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * The family that vouches for other logs: candor witness.
 */
extern const struct command witness_commands[];

/* Run log anchor and witness policy; the exit status. */
int run_log_anchor(const struct invocation *inv);
int run_witness_policy(const struct invocation *inv);
