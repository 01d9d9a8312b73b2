/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of the judge after a start, and what it has to forget (serve/replay.h).
 */
#include "base/bytes.h"
#include "serve/front_state.h"
#include "serve/replay.h"
#include "base/banned.h"

static status ask(struct front *front, uint64_t reach_s)
{
    uint8_t room[8];
    struct writer w = writer_of(room, sizeof room);
    replay_ask_write(reach_s, &w);
    const struct frame frame = { LINK_REPLAY_ASK, writer_slice(&w) };
    return frame_send(front->options->scribe_fd, frame, front->fault);
}

status recall_state(struct front *front,
                    status (*take_frame)(void *front, const struct frame *frame))
{
    struct frame frame = {};
    const uint64_t reach_s = front->judging == NULL ? 0 : judging_reach_s(front->judging);
    front->is_replaying = reach_s > 0;
    if (front->is_replaying) TRY(ask(front, reach_s));
    while (front->is_replaying && !front->is_stopping) {
        TRY(frame_receive(&front->in, front->options->scribe_fd, &frame, front->fault));
        TRY(take_frame(front, &frame));
    }
    while (frame_next(&front->in, &frame).code == E_OK)
        TRY(take_frame(front, &frame)); /* what came with the last one */
    return OK;
}

/* What comes after other rules were activated is of no use to them. */
status recall_take(struct front *front, slice payload)
{
    struct cursor c = cursor_of(payload);
    while (front->is_replaying && cursor_left(&c) > 0) {
        struct recorded event = {};
        TRY(replay_event_take(&c, &event));
        TRY(batcher_again(front->batcher, &event));
    }
    return OK;
}

status recall_take_end(struct front *front, slice payload)
{
    front->is_replaying = false;
    return payload.len == 0 ? OK : FAIL(E_TRAILING);
}

/* What is to be forgotten: indices, while the judge knows its events by their numbers. */
struct erased {
    const struct outbox *outbox;
    slice runs;
};

static bool is_erased(void *user, uint64_t number)
{
    const struct erased *e = user;
    uint64_t index = 0;
    /* One that is not stored yet cannot be erased; one too old to be looked up may be. */
    if (positions_find(outbox_positions(e->outbox), number, &index).code != E_OK) {
        return number < outbox_stored_through(e->outbox);
    }
    return replay_runs_have(e->runs, index);
}

status recall_take_forget(struct front *front, slice payload)
{
    struct erased erased = { front->outbox, payload };
    TRY(replay_runs_check(payload));
    snapshot_drop(front);
    if (front->judging != NULL) (void)judging_forget(front->judging, is_erased, &erased);
    return OK;
}
