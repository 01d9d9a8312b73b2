/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/recall/replay_log.h"

/*
 * recalling: the front's question for the state of its judge at a start, and its answer: a
 * snapshot, recorded events, or both (cmd/recall/replay_log.h). Asked once, and not after the front
 * has met its first foreign byte.
 */
struct erased_set;

struct recalling {
    struct node *node; /* borrowed */
    struct replay_order order;
    struct replay_log *replay; /* NULL: nothing under way */
    bool has_asked;
};

/* Frees what is under way. */
void recalling_done(struct recalling *r);
/* LINK_REPLAY_ASK. E_DENIED: not any more. */
status recalling_ask(struct recalling *r, slice payload, bool is_ready, struct fault *f);
/* LINK_STATE_TAKEN. E_VALUE. */
status recalling_answer(struct recalling *r, slice payload);
/* Whether there is something to hand over now. */
bool recalling_goes_on(const struct recalling *r);
/* Tells the front which of its events were erased; room for their runs. E_LIMIT. */
status recalling_forget(struct recalling *r, const struct erased_set *set, struct writer *room,
                        struct fault *f);
/* Hands over some of it; behind the last one says so, to the front and in a line. */
status recalling_step(struct recalling *r, struct fault *f);
