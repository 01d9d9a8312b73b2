/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/sandbox.h"

/*
 * role_front: the process that meets foreign bytes (serve/front.h). Descriptor 3 is its socket to
 * the scribe, 4 the memory in which batches travel, 5 its socket to the reader.
 */
/* dir: the node's directory. The exit status. */
int role_front(const char *dir);
/* Gives up what the front gives up. As sandbox_enter. */
status role_front_confine(const char *dir, struct sandbox_level *ret_level, struct fault *f);
