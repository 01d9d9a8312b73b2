/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "verify/answer.h"
#include "verify/trust.h"

/*
 * leaf: that an entry is in a log, by a c2sp.org/tlog-proof. Inclusion proofs are that and no more;
 * bundles and count proofs end with one.
 */
struct leaf {
    uint64_t index;
    struct checkpoint checkpoint; /* a view into the proof */
};

/* Verifies the checkpoint of the proof and that the entry is at its index; adds the facts and what
 * was proven. E_INVALID if it does not hold; else what the parsers and trust_checkpoint say. */
status leaf_verify(const struct trust *t, slice proof, slice entry, struct answer *answer,
                   struct leaf *ret_leaf, struct fault *fault);
