/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * decision_commands: enforcements, notices, orders and appeals from standard input.
 */
extern const struct command decision_commands[];
