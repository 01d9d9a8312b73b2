/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/sha256.h"
#include "base/writer.h"

/*
 * snapshot: what the front gives the scribe of its judge's state, and gets back at a start
 * (serve/handover.h). The state is copied between two batches, in one piece and without looking at
 * it; it leaves in parts once every event that it has judged is stored, because only then the log
 * has places for them.
 */
enum { SNAPSHOT_BYTES_MAX = 72 << 20 }; /* of one that a start is given */

struct front;

/* A copy of the judge's state on its way. */
struct front_snapshot {
    uint64_t ask;        /* what it is the answer to */
    bool is_asked;       /* and nothing of it was sent yet */
    bool at_end;         /* wait until everything is answered */
    struct writer bytes; /* owned; NULL: not copied yet, or all of it sent */
    uint64_t number;     /* records below were judged */
    hash rules;
    size_t sent;
};

/* Hands the state over as far as it was asked for; after each turn. */
status snapshot_step(struct front *front);
bool snapshot_is_idle(const struct front *front);
/* Wipes what is under way. */
void snapshot_drop(struct front *front);
/* LINK_STATE_ASK, LINK_STATE_MORE, LINK_STATE, LINK_STATE_END. */
status snapshot_take_ask(struct front *front, slice payload);
status snapshot_take_more(struct front *front, slice payload);
status snapshot_take_state(struct front *front, slice payload);
status snapshot_take_state_end(struct front *front, slice payload);
