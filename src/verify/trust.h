/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/checkpoint.h"
#include "ledger/policy.h"
#include "verify/answer.h"

/*
 * trust: whom the reader believes: keys given one by one, or a policy with logs, witnesses and a
 * quorum, or both. Nothing is ever verified without a key: an unsigned statement proves nothing.
 */
enum { TRUST_GIVEN_MAX = 64, TRUST_KEYS_MAX = POLICY_KEYS_MAX + TRUST_GIVEN_MAX };

struct trust {
    struct policy policy; /* meaningless if !has_policy */
    bool has_policy;
    struct note_key keys[TRUST_KEYS_MAX]; /* those of the policy first */
    size_t key_count;
    ed25519_check check;
};

/* Reads keys and policy; their bytes must outlive ret_trust. policy is NULL where none is given.
 * E_SYNTAX, E_VALUE, E_LIMIT and what policy_parse says. */
status trust_read(const slice *keys, size_t key_count, const slice *policy, ed25519_check check,
                  struct trust *ret_trust, struct fault *fault);

/* Verifies a checkpoint's note: a key of the log (its name is the origin) must have signed, and the
 * policy's quorum be reached. Adds what it found to the answer. E_USAGE if no key at all was given;
 * E_INVALID if it does not verify; else what note_parse and checkpoint_parse say. */
status trust_checkpoint(const struct trust *t, slice note, struct answer *answer,
                        struct checkpoint *ret_checkpoint, struct fault *fault);
/* A checkpoint that the reader kept: its log must have signed; no quorum is asked, for it was the
 * reader's to accept at the time. */
status trust_kept_checkpoint(const struct trust *t, slice note, struct checkpoint *ret_checkpoint,
                             struct fault *fault);
/* A signed note whose text is no checkpoint: any key given must have signed. */
status trust_note(const struct trust *t, slice note, struct answer *answer, struct fault *fault);
