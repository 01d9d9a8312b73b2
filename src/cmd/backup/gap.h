/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"

/*
 * gap: a log that got entries without their private values says so in records of its own, before
 * anything else is added to it (ledger/backup/gaps.h).
 */

/* Records the entries that no gap record names yet, where LAYOUT_GAP says that there are some, and
 * removes it once the records are signed. The node is open for writing. */
status gap_settle(struct node *n, struct fault *f);
