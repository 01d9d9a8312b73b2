/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * role_front: the process that meets foreign bytes (serve/front.h). Descriptor 3 is its socket to
 * the scribe, 4 the memory in which batches travel, 5 its socket to the reader.
 */
/* dir: the node's directory. The exit status. */
int role_front(const char *dir);
