/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/snapshot.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "serve/front_state.h"
#include "serve/handover.h"
#include "base/banned.h"

void snapshot_drop(struct front *front)
{
    struct front_snapshot *s = &front->snapshot;
    if (s->bytes.at != NULL) bytes_wipe(s->bytes.at, s->bytes.len);
    free(s->bytes.at);
    *s = (struct front_snapshot){};
}

status snapshot_take_ask(struct front *front, slice payload)
{
    struct handover_ask m = {};
    TRY(handover_ask_parse(payload, &m));
    snapshot_drop(front);
    front->snapshot = (struct front_snapshot){ .ask = m.ask, .is_asked = true, .at_end = m.at_end };
    return OK;
}

/* Hands over the next part; behind the last one nothing is kept. */
static status send_part(struct front *front)
{
    uint8_t payload[HANDOVER_HEAD_BYTES + HANDOVER_PART_BYTES];
    struct writer w = writer_of(payload, sizeof payload);
    struct front_snapshot *s = &front->snapshot;
    const size_t left = s->bytes.len - s->sent;
    const size_t len = left < HANDOVER_PART_BYTES ? left : HANDOVER_PART_BYTES;
    const struct handover_part part = { .ask = s->ask,
                                        .number = s->number,
                                        .rules = s->rules,
                                        .left = left - len,
                                        .bytes = { writer_slice(&s->bytes).at + s->sent, len } };
    handover_part_write(&part, &w);
    s->sent += len;
    s->is_asked = false;
    if (part.left == 0) snapshot_drop(front);
    const struct frame frame = { LINK_STATE_PART, writer_slice(&w) };
    const status sent = frame_send(front->options->scribe_fd, frame, front->fault);
    bytes_wipe(payload, sizeof payload);
    return sent;
}

status snapshot_take_more(struct front *front, slice payload)
{
    struct handover_ask m = {};
    TRY(handover_ask_parse(payload, &m));
    struct front_snapshot *s = &front->snapshot;
    if (s->bytes.at == NULL || s->sent == 0 || m.ask != s->ask) return OK; /* it was dropped */
    return send_part(front);
}

/* Everything that was judged is in a batch, and nothing else. */
static status copy_state(struct front *front)
{
    struct front_snapshot *s = &front->snapshot;
    const size_t bytes = judging_state_bytes(front->judging);
    TRY(batcher_flush(front->batcher));
    s->number = batcher_next_number(front->batcher);
    s->rules = *judging_bundle(front->judging);
    const size_t cap = 8 + bytes + 8 + (size_t)POSITIONS_RUNS_MAX * sizeof(struct position_run);
    s->bytes = writer_of(malloc(cap), cap);
    if (s->bytes.at == NULL) return FAIL(E_NOMEM);
    writer_u64(&s->bytes, bytes);
    return judging_state_write(front->judging, &s->bytes);
}

/* A state that cannot be had is none: the scribe is told so, and asks again some time. */
static status copy_or_none(struct front *front)
{
    struct front_snapshot *s = &front->snapshot;
    const bool has_state = front->judging != NULL && judging_state_bytes(front->judging) > 0;
    if (has_state && copy_state(front).code == E_OK) return OK;
    const uint64_t ask = s->ask;
    snapshot_drop(front);
    s->ask = ask;
    return send_part(front);
}

status snapshot_step(struct front *front)
{
    struct front_snapshot *s = &front->snapshot;
    if (!s->is_asked || (s->at_end && !front_is_drained(front))) return OK;
    if (s->bytes.at == NULL) TRY(copy_or_none(front));
    if (!s->is_asked || outbox_stored_through(front->outbox) < s->number) return OK;
    handover_places_write(outbox_positions(front->outbox), &s->bytes);
    TRY(writer_end(&s->bytes));
    return send_part(front);
}

bool snapshot_is_idle(const struct front *front)
{
    return !front->snapshot.is_asked && front->snapshot.bytes.at == NULL;
}

/* ---- at a start ---- */

status snapshot_take_state(struct front *front, slice payload)
{
    struct front_snapshot *s = &front->snapshot;
    if (!front->is_replaying) return FAIL(E_VALUE);
    if (s->bytes.at == NULL) {
        s->bytes = writer_of(malloc(SNAPSHOT_BYTES_MAX), SNAPSHOT_BYTES_MAX);
        if (s->bytes.at == NULL) return FAIL(E_NOMEM);
    }
    writer_bytes(&s->bytes, payload);
    return writer_end(&s->bytes);
}

static status restore(struct front *front, slice state)
{
    slice correlator = {};
    struct handover_places places = {};
    TRY(handover_state_parse(state, &correlator, &places));
    return judging_state_read(front->judging, correlator,
                              &(struct correlator_places){ handover_find, &places });
}

status snapshot_take_state_end(struct front *front, slice payload)
{
    if (payload.len != 0 || front->judging == NULL) return FAIL(E_VALUE);
    const status restored = restore(front, writer_slice(&front->snapshot.bytes));
    const uint8_t is_taken = restored.code == E_OK ? 1 : 0;
    snapshot_drop(front);
    const struct frame frame = { LINK_STATE_TAKEN, { &is_taken, 1 } };
    return frame_send(front->options->scribe_fd, frame, front->fault);
}
