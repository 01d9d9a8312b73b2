/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/gather/gather_policy.h"

/*
 * gatherer: asks the witnesses of a policy for cosignatures, round by round
 * (serve/gather/gather.h).
 *
 * A round is about one checkpoint, so that the cosignatures of it come together: every witness that
 * is not failing is asked for it, each in a thread of its own. A round is over once all of them
 * have answered, a moment after the quorum was reached, or when it has lasted too long; the next
 * one is about the newest checkpoint then, at most one each GATHERER_ROUND_MS. A witness that does
 * not answer or refuses is asked again after a wait that doubles up to GATHERER_WAIT_MS_MAX.
 */
enum {
    GATHERER_ROUND_MS = 1000,
    GATHERER_GRACE_MS = 300, /* for those that have not answered when the quorum is reached */
    GATHERER_ROUND_MS_MAX = 15'000,
    GATHERER_WAIT_MS_MAX = 60'000,
    GATHERER_SIZES_MAX = 3, /* answers 409 of one witness about one checkpoint */
};

/* Serves until the front is gone. front_fd: the socket to it; wake_fd: an eventfd. ca: a PEM file,
 * or NULL. E_NOMEM, or E_UNKNOWN and its like if the front breaks the protocol. */
status gatherer_run(const struct gather_policy *policy, const char *ca, int front_fd, int wake_fd,
                    struct fault *f);
