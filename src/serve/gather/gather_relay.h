/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/front_state.h"
#include "serve/gather/gather.h"

/*
 * gather_relay: the front between the gatherer of cosignatures, the reader and the scribe.
 */
struct gather_relay;

/* fd: the socket to the gatherer, borrowed. E_NOMEM. */
status gather_relay_new(struct front *front, int fd, struct gather_relay **ret_relay,
                        struct fault *f);
/* NULL is allowed. */
void gather_relay_free(struct gather_relay *r);
/* The log has grown. NULL is allowed. */
void gather_relay_moved(struct gather_relay *r);
