/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"
#include "serve/account.h"

/*
 * sent_before: what numbered sources had sent before a start, read back from the log, so that a
 * retry after a crash is still known (serve/windows.h).
 */
enum { SENT_BEFORE_ENTRIES_MAX = 1 << 20 /* of the log's end that are looked at */ };

/* One source's numbers: pairs of the source's number u64 and the index u64. */
typedef status (*sent_before_each)(void *with, uint64_t source, slice pairs, struct fault *f);

/* Calls each for every batch of the log's end in which sources have numbered events, the newest
 * batch first. What opening a record fails with, or what each returned. */
status sent_before(struct node *n, const struct accounts *accounts, sent_before_each each,
                   void *with, struct fault *f);
