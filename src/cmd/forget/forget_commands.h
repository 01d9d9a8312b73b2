/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * forget_commands: the family of commands that take values out of a log, or keep them from going.
 */
extern const struct command forget_commands[];

/* candor erase */
int run_erase(const struct invocation *inv);
/* candor erase approve */
int run_erase_approve(const struct invocation *inv);
/* candor hold add */
int run_hold_add(const struct invocation *inv);
/* candor hold remove */
int run_hold_remove(const struct invocation *inv);
/* candor hold list */
int run_hold_list(const struct invocation *inv);
