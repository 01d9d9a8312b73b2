/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * admin_commands: what each command of this folder does; the rows are in admin_commands.c.
 */
int run_source_add(const struct invocation *inv);
int run_source_list(const struct invocation *inv);
int run_source_change(const struct invocation *inv);
int run_source_rotate(const struct invocation *inv);
int run_source_remove(const struct invocation *inv);
int run_user_add(const struct invocation *inv);
int run_user_list(const struct invocation *inv);
int run_user_reset(const struct invocation *inv);
int run_user_disable(const struct invocation *inv);
int run_openapi(const struct invocation *inv);
int run_rules_activate(const struct invocation *inv);

extern const struct command admin_commands[];
