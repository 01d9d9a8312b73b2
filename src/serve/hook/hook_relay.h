/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/front_state.h"
#include "serve/hook/hook.h"

/*
 * hook_relay: the front between the sender of webhooks, the reader and the scribe.
 */
struct hook_relay;

/* fd: the socket to the sender, borrowed. E_NOMEM. */
status hook_relay_new(struct front *front, int fd, struct hook_relay **ret_relay, struct fault *f);
/* NULL is allowed. */
void hook_relay_free(struct hook_relay *r);
/* How far each hook is, as the scribe says: u64 each. E_SHORT, E_LIMIT. */
status hook_relay_positions(struct front *front, slice payload);
