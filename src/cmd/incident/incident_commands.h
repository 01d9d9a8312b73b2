/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * incident_commands: what each command of this folder does; the rows are in incident_commands.c.
 */
int run_incident_open(const struct invocation *inv);
int run_incident_update(const struct invocation *inv);
int run_incident_close(const struct invocation *inv);
int run_incident_list(const struct invocation *inv);
int run_incident_show(const struct invocation *inv);

extern const struct command incident_commands[];
