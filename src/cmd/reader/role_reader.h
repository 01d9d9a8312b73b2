/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/sandbox.h"

/*
 * role_reader: the process that may open what is private (cmd/reader/reader.h). Descriptor 3 is its
 * socket to the front; it ends when the front does.
 */
/* dir: the node's directory. The exit status. */
int role_reader(const char *dir);
/* Gives up what the reader gives up. As sandbox_enter. */
status role_reader_confine(const char *dir, struct sandbox_level *ret_level, struct fault *f);
