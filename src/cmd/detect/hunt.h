/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/* candor hunt; ends with an empty row. */
extern const struct command hunt_commands[];
