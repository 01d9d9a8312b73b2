/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * manual: manual pages and shell completion, written from the rows that also parse and explain the
 * commands, so that they cannot disagree. The build runs these through "candor help --man" and
 * friends; people meet the results as candor(1), candor-log-prove(1) and the Tab key.
 */

/* The manual page of one command, or of the program for NULL, as man(7) source on stdout. In the
 * details of a command an indented line is set as it is; blank lines part paragraphs. */
void manual_page(const struct command *command);
/* The name of every command, one a line. */
void manual_names(void);
/* A completion script for bash. */
void manual_completion(void);
