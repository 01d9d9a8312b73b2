/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"

/*
 * keys_hold: the keys of a node while a command copies them. From begin to end nothing is erased:
 * this process holds the directory lock, or the running node knows and has erasures wait.
 */
struct keys_hold;

/* Has the log say, durably, that the keys are copied, by whom and what for. E_BUSY if another
 * command holds the lock or copies too. */
status keys_hold_begin(const char *dir, const char *what, struct keys_hold **ret_hold,
                       struct fault *f);
/* Whether nothing was erased since: E_BUSY if the node stopped waiting, E_CLOSED if it ended. */
status keys_hold_check(struct keys_hold *h, struct fault *f);
/* NULL is allowed. */
void keys_hold_end(struct keys_hold *h);
