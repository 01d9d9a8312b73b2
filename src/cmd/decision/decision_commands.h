/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * decision_commands: enforcements, notices, orders, appeals and declared figures from standard
 * input.
 */
extern const struct command decision_commands[];
