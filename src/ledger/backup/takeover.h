/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/backup/backup.h"
#include "ledger/backup/regain.h"
#include "ledger/policy.h"

/*
 * takeover: the entries that a log lacks, from a copy that has no openings (mirror.h). Their values
 * do not come back, and that is never silent: the blocks say so in the segment, and until a gap
 * record names the entries, LAYOUT_GAP is there.
 *
 *   1. the checkpoint is signed by the log's key, and cosigned as the policy asks
 *   2. a tree over the entries of this log, then those of the copy, is the one that was signed, and
 *      on the way the one that the signer has signed; every erasure among them can be carried out
 *   3. LAYOUT_SEEN: from here on nothing is signed before all of them are there; LAYOUT_GAP
 *   4. the entries are written as batches without openings, each lot held against step 2 once more
 *   5. the checkpoint
 *
 * A crash leaves the log as it was, or with some of the entries: run again, it goes on.
 * Memory: 32 bytes for 256 entries.
 */

/* Makes the log as long as the checkpoint of the mirror o->from. policy is NULL where nobody has to
 * have cosigned it. E_REFUSED if the copy has less, another history or an erasure whose set is not
 * here, or keys are newer than the log; E_INVALID for a checkpoint that is not signed or cosigned;
 * E_CORRUPT for a log or copy that is damaged; E_FULL, E_FSYNC, E_CANCELLED: run again. */
status takeover_copy(const struct backup_order *o, const struct policy *policy,
                     struct regain_result *ret_result, struct fault *f);
