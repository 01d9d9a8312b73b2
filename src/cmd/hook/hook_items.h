/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"

struct reader;
struct query_ask;

/*
 * hook_items: what a webhook sends (serve/hook/hook.h), as the reader makes it.
 */

/* Appends the payload of HOOK_ITEMS to the reader's body: findings and incidents from the index on,
 * without private fields but those that are named, and then behind a recorded look. */
status reader_ask_hook(struct reader *r, const struct query_ask *m, struct fault *f);
