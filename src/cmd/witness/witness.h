/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * The family that vouches for other logs: candor witness.
 */
extern const struct command witness_commands[];
