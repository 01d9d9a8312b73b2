/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/cursor.h"
#include "base/writer.h"

/*
 * gather: cosignatures of witnesses, gathered beside the running log (c2sp.org/tlog-witness).
 *
 * The gatherer is a process of its own: it may use the network and reaches neither log nor key. It
 * asks the front for the newest checkpoint and for consistency proofs, which the reader makes, asks
 * the witnesses of the policy, and tells the scribe by way of the front, which believes none of it:
 * a cosignature counts there once it verifies.
 *
 *   to the front      next    size u64: a checkpoint of more entries than that, when there is one
 *                     prove   old size u64 | new size u64
 *                     told    witness u8 | outcome u8 | size u64 | bytes
 *   to the gatherer   note    the signed checkpoint
 *                     proof   old size u64 | new size u64 | 1 if it could be made, u8 | the lines
 *
 * The bytes of `told` are the checkpoint with the witness's signature where it cosigned, else text
 * for people. One question of each kind at a time; `told` is not answered. Witnesses are numbered
 * in the order of the policy.
 */
enum gather_message {
    GATHER_NEXT = 1,
    GATHER_PROVE,
    GATHER_TOLD,
    GATHER_NOTE,
    GATHER_PROOF,
};

enum {
    GATHER_WITNESSES_MAX = 32,
    GATHER_TOLD_BYTES_MAX = 16 * 1024,
    GATHER_PAYLOAD_MAX = GATHER_TOLD_BYTES_MAX + 64,
    GATHER_PATH_BYTES_MAX = 1024,
};

enum gather_outcome {
    GATHER_COSIGNED = 1,
    GATHER_FAILED,
    GATHER_AHEAD,        /* it says that it cosigned size entries: more than the log has */
    GATHER_CONTRADICTED, /* it saw another history */
};

struct gather_told {
    uint8_t witness;
    uint8_t outcome;
    uint64_t size; /* of the checkpoint that was asked about, or what is ahead of it */
    slice bytes;
};

struct gather_proof {
    uint64_t old_size;
    uint64_t new_size;
    bool is_made;
    slice path;
};

/* Where the policy is, and the authorities of witnesses' certificates; "": none. */
struct gather_config {
    char policy[GATHER_PATH_BYTES_MAX];
    char ca[GATHER_PATH_BYTES_MAX];
};

/* Each appends a payload, and parses a whole one; slices are views. E_SHORT, E_TRAILING, E_LIMIT,
 * E_VALUE. */
void gather_told_write(const struct gather_told *m, struct writer *w);
status gather_told_parse(slice payload, struct gather_told *ret_message);
void gather_proof_write(const struct gather_proof *m, struct writer *w);
status gather_proof_parse(slice payload, struct gather_proof *ret_message);
