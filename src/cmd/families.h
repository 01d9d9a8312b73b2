/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * families: every command of the program, in the order of the help text.
 */
struct family {
    const char *title;
    const struct command *commands; /* ends with an empty row */
};

extern const struct family families[]; /* ends with an empty row */
