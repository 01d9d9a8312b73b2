/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/backup/backup.h"

/*
 * regain: the entries that a log lacks, from another copy of it: a backup, or a node's folder. They
 * come with their openings. Nothing is taken that the log's own key did not sign, and nothing that
 * differs from what the log has or from what its signer signed.
 */
struct regain_result {
    uint64_t before;  /* entries that the log had; 0 if it could not be read */
    uint64_t entries; /* and has now */
    uint64_t written; /* bytes */
};

/* Makes the log as long as the other copy's checkpoint: sets, segments, then the checkpoint.
 * E_REFUSED if the copy has less, or another history; E_INVALID for a checkpoint that the key did
 * not sign; E_CORRUPT if the copy is damaged; E_FULL, E_FSYNC, E_CANCELLED: run again. */
status regain_copy(const struct backup_order *o, struct regain_result *ret_result, struct fault *f);
