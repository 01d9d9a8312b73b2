/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/backup/gaps.h"

/*
 * loss: private values that no key of keys/ opens although no erasure took them: after a disaster
 * the newest copy of the keys can be older than records. Nothing is opened for writing in that
 * state, until somebody accepts the loss: then the tables of the groups concerned say for each of
 * those blocks that its key is lost, and everything else lives with it as with an erased one.
 *
 * A group whose file is damaged is not lost: it is in a copy of the keys, or its file has to be
 * moved away by hand.
 */

/* The entries in such blocks, into a zeroed struct. Reads the whole log once. E_CORRUPT if a
 * group's file is damaged; E_NOMEM, and as archive_batch. */
status loss_find(struct archive *a, struct keys *keys, struct gap_ranges *ret_ranges,
                 struct fault *f);
/* Marks their keys as lost, group by group, each durably and whole or not at all. A crash leaves
 * some of them marked: run again. LAYOUT_GAP has to be durable before. E_FULL, E_FSYNC. */
status loss_accept(struct archive *a, struct keys *keys, struct fault *f);
