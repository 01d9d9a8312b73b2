/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include "base/fault.h"

/*
 * role_level: how far a process of a node can be confined on this machine. A process that does
 * nothing else gives up what the role gives up, and says over descriptor 3 what was reached.
 */
enum { ROLE_LEVEL_BYTES_MAX = 256 };

/* The processes; dir: the node's directory. The exit status. */
int role_level_front(const char *dir);
int role_level_reader(const char *dir);
int role_level_scribe(const char *dir);
int role_level_outbound(const char *dir);

/* Starts the process "level-…" and takes what it says, a line for people. E_CLOSED if it ended
 * without a word, or what it failed with. */
status role_level_ask(const char *role, const char *dir, char ret_text[ROLE_LEVEL_BYTES_MAX],
                      struct fault *f);
