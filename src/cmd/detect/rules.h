/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/* candor rules check, candor rules explain. */
extern const struct command rules_commands[];
