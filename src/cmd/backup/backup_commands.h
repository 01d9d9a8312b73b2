/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * The family that makes copies of a node and brings it back from them (docs/backup.md).
 */
extern const struct command backup_commands[];

/* Each runs one command. */
int run_backup(const struct invocation *inv);
int run_restore(const struct invocation *inv);
int run_recover(const struct invocation *inv);
