/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"
#include "serve/metrics.h"

/*
 * cosigning: what the scribe keeps of witnesses. A cosignature counts once it verifies under the
 * policy's key of that witness, on a checkpoint that this log's key has signed; a checkpoint is
 * cosigned once the policy's quorum has cosigned it.
 *
 *   log/cosigned      the newest cosigned checkpoint, with every cosignature of it; durable before
 *                     anybody is told that an entry is witnessed
 *   witnesses         how each witness stands, for people: lines of WITNESSES_FILE below
 *   witnesses.evidence  what witnesses said that contradicts this log, a line each; never removed
 */
#define WITNESSES_FILE "witnesses"
#define WITNESSES_EVIDENCE "witnesses.evidence"

enum { COSIGNING_ERROR_BYTES_MAX = 256, COSIGNING_EVIDENCE_BYTES_MAX = 64 * 1024 };

/* How a witness stands. */
struct cosigning_witness {
    uint64_t size;    /* of the last checkpoint that it cosigned; 0: none */
    uint64_t time_s;  /* of that cosignature */
    int64_t failed_s; /* when it failed last, and not cosigned since; 0: it has not */
    uint8_t outcome;  /* enum gather_outcome of the last time */
    char error[COSIGNING_ERROR_BYTES_MAX]; /* then */
};

struct cosigning;

/* Reads the policy that the configuration names and what was kept, and says on standard error what
 * is weak about the policy. NULL where there are no witnesses, or nothing may be signed. What
 * gather_policy_load fails with. */
status cosigning_open(struct node *n, struct cosigning **ret_cosigning, struct fault *f);
/* NULL is allowed. */
void cosigning_free(struct cosigning *c);
/* Takes a message of the gatherer. E_LIMIT, E_INVALID: it is none that an honest gatherer sends.
 * E_FSYNC and its like if what is kept cannot be made durable; a full disk is no failure. */
status cosigning_take(struct cosigning *c, slice payload, struct fault *f);
/* Entries under the newest cosigned checkpoint. NULL is allowed: 0. */
uint64_t cosigning_size(const struct cosigning *c);
/* Sets the metrics of witnesses. NULL is allowed. */
void cosigning_numbers(const struct cosigning *c, struct metrics *m);
/* One line of the file of witnesses, without its newline: "SIZE TIME FAILED OUTCOME NAME[ ERROR]".
 * E_SYNTAX. */
status cosigning_line_parse(slice line, slice *ret_name, struct cosigning_witness *ret_witness);
