/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"

/*
 * hook_positions: how far each webhook is, kept by the scribe in the file "hooks": lines "NAME
 * INDEX", made durable once a second at most. A hook that is not in it begins with what comes next.
 * After a crash a position may be an older one: then something is sent again.
 */
#define HOOKS_FILE "hooks"

struct hook_positions {
    uint64_t next[HOOKS_MAX]; /* in the order of candor.yaml */
    int64_t saved_at_ns;
    bool is_dirty; /* not in the file yet */
};

/* Reads them; entries of the log so far are where a new hook begins. */
status hook_positions_load(const struct node *n, uint64_t entries, struct hook_positions *ret_p,
                           struct fault *f);
/* Writes them, if they are not in the file yet. A full disk is no failure. */
status hook_positions_save(const struct node *n, struct hook_positions *p, struct fault *f);
/* The sender has come to there; what it gave up becomes a gap record. E_VALUE if that cannot be. */
status hook_positions_move(struct node *n, struct hook_positions *p, const struct hook_at *m,
                           struct fault *f);
