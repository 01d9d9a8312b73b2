/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"

/*
 * officer: what one person may not do alone. The second one has another name, and is another user
 * of the system or an officer that candor.yaml names.
 */

/* Whether candor.yaml names the officer. */
bool officer_is(const struct keep_config *keep, slice name);
/* Whether name may approve what asker asked for; same_user: both are the same user of the system.
 * E_REFUSED, and the fault says why not. */
status officer_second(const struct keep_config *keep, slice asker, slice name, bool same_user,
                      struct fault *f);
