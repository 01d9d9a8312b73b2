/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * role_reader: the process that may open what is private (cmd/node/reader.h). Descriptor 3 is its
 * socket to the front; it ends when the front does.
 */
/* dir: the node's directory. The exit status. */
int role_reader(const char *dir);
