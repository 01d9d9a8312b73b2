/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"

/*
 * snapshots: what the judge remembered at a point of the log, so that a start judges again only
 * what came behind it. Two files in turn, each sealed under its own key (view/sealed.h):
 *
 *   view/0.snapshot   "candor snapshot v1\n" | index u64 | root [32] | rules [32] | length u64 |
 *                     nonce [12] | sealed state | tag [16]; all before the nonce is sealed too
 *   keys/0.snapshot   32 random bytes
 *
 * Entries before the index are judged in the state and none from it on; root is of the tree over
 * them, so that a snapshot of another log, or of a past that this log does not have, is known;
 * rules is the hash of the pack that judged. The state is the front's (serve/handover.h). A
 * snapshot holds no truth: one that cannot be used means that more is judged again. It holds values
 * of events: an erasure removes the keys of both before anything else.
 */
enum {
    SNAPSHOTS = 2,
    SNAPSHOT_STATE_BYTES_MAX = 72 << 20, /* CORRELATOR_BYTES_DEFAULT and what stands beside it */
};

struct snapshot_head {
    uint64_t index;
    hash root;
    hash rules;
    uint64_t state_bytes;
};

/* One that is there: its head reads well; whether its state does, loading says. */
struct snapshot_found {
    unsigned slot;
    struct snapshot_head head;
};

/* What a log and its rules have to say about a head. */
struct snapshot_claim {
    struct archive *archive; /* settled */
    hash rules;
};

/* Those that are there, the newest first; ret_count how many. */
void snapshots_find(const struct store *s, struct snapshot_found ret_found[SNAPSHOTS],
                    size_t *ret_count);
/* Whether the snapshot is of this log, within it, and of these rules. E_INVALID, with the reason in
 * the fault. */
status snapshot_check(const struct snapshot_found *found, const struct snapshot_claim *claim,
                      struct fault *f);
/* The state, of head.state_bytes, in memory that the caller wipes and frees. As sealed_load; one
 * changed bit anywhere is E_INVALID. */
status snapshot_load(const struct store *s, const struct snapshot_found *found, uint8_t **ret_state,
                     struct fault *f);
/* Writes one in the place of the older one; the newest stays until it is durable. May run in a
 * thread of its own. As sealed_save. */
status snapshots_save(const struct store *s, struct snapshot_head head, slice state,
                      struct fault *f);
/* Removes the keys and all of them, or the one in a slot; durable on return. */
status snapshots_forget(const struct store *s, struct fault *f);
status snapshot_forget(const struct store *s, unsigned slot, struct fault *f);
/* The root of the log's first index entries. As tree_node. */
status snapshot_root(struct archive *archive, uint64_t index, hash *ret_root);
/* Exactly the bytes of a head. E_SHORT, E_TRAILING, E_UNKNOWN, E_LIMIT. */
status snapshot_head_parse(slice bytes, struct snapshot_head *ret_head);
