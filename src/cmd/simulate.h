/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/* candor simulate; ends with an empty row. */
extern const struct command simulate_commands[];
