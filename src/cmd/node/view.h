/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"
#include "ledger/head.h"

/*
 * view: a log opened for reading together with its published checkpoint, each held against the
 * other, and with the newest checkpoint that witnesses cosigned.
 */
struct view {
    struct node node;
    struct log_head head;
    struct log_head cosigned; /* size 0: none */
};

/* *ret_view must stay where it is. E_NOT_FOUND, E_CORRUPT and what opening fails with. */
status view_open(const char *dir, struct view *ret_view, struct fault *f);
/* Reads the cosigned checkpoint anew; none where the node has no witnesses, or one that cannot be
 * of this log. */
void view_look_for_cosigned(struct view *v);
/* The checkpoint to prove entries below size with: the cosigned one if it has them, else the
 * newest.
 */
const struct log_head *view_head_for(const struct view *v, uint64_t size);
/* What the public is shown: the cosigned one where there is one, else the newest. */
const struct log_head *view_public_head(const struct view *v);
/* The newest, with the cosignatures if it has any. */
const struct log_head *view_newest_head(const struct view *v);
/* Appends the proof (c2sp.org/tlog-proof) that the entry is in the log, under the cosigned
 * checkpoint where that has it. E_NOT_FOUND where no checkpoint has it yet. */
status view_prove(const struct view *v, uint64_t index, struct writer *w, struct fault *f);
void view_close(struct view *v);
