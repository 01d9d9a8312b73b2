/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/* candor verify; ends with an empty row. */
extern const struct command verify_commands[];
