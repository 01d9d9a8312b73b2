/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/erase/erased_set.h"
#include "ledger/ledger.h"

/*
 * erase: carrying an erasure out (design section 5). The steps of a whole one:
 *
 *   1. erasures_put: the set's file is durable
 *   2. its entry is logged: sequenced. From here on it will be carried out, by whom ever
 *   3. ledger_erase: for each key group concerned, blocks that change are written anew without the
 *      values and synced (rewrites.h), then the group turns to a fresh key (rotation.h)
 *   4. keys/applied says so
 *
 * A start repeats 3 and 4 for every erasure behind keys/applied; what is gone already stays gone.
 * No segment changes: entries, tree and proofs stay byte-identical.
 */
enum { ERASE_BLOCKS_PER_TURN = 512 }; /* written anew between two rotations of a group */

/* Carries out every erasure in the log behind those that were; from is the index of the first entry
 * among which a new one can be. Everything that was added to the log has to be written, and no
 * batch begun: batches that wait hold keys under a group key that goes. E_FULL leaves the rest for
 * the next call. After E_FSYNC, E_IO, E_CORRUPT the ledger is stopped. */
status ledger_erase(struct ledger *l, uint64_t from, struct fault *f);
/* The same when the log is opened: what a crash or a restore of older keys left to be done. On a
 * full disk it is left once more, and reading private values stays refused. */
status ledger_erase_rest(struct ledger *l, struct fault *f);
