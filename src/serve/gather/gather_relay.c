/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/gather/gather_relay.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "os/frame.h"
#include "os/loop.h"
#include "os/socket.h"
#include "serve/api.h"
#include "serve/link.h"
#include "serve/query.h"
#include "base/banned.h"

struct gather_relay {
    struct front *front;
    int fd;
    struct frame_input in;
    bool wants_note; /* of more entries than: */
    uint64_t size;
    bool note_asked;
    bool proof_asked;
    struct gather_proof proof; /* that was asked for */
};

static void say(struct gather_relay *r, uint16_t type, slice payload)
{
    const status s = frame_send(r->fd, (struct frame){ type, payload }, r->front->fault);
    if (s.code != E_OK) front_fail(r->front, s);
}

static void on_note(void *with, const struct query_answer *m)
{
    struct gather_relay *r = with;
    r->note_asked = false;
    r->wants_note = false;
    const bool fits = m->status == 200 && m->body.len <= GATHER_TOLD_BYTES_MAX;
    say(r, GATHER_NOTE, fits ? m->body : slice_none()); /* none: it asks again in a moment */
}

void gather_relay_moved(struct gather_relay *r)
{
    struct query_ask ask = { .question = QUERY_NEWEST, .who = slice_none(), .text = slice_none() };
    if (r == NULL || !r->wants_note || r->note_asked) return;
    if (r->front->checkpointed <= r->size) return;
    const struct query_answer no = { .status = 503, .body = slice_none() };
    r->note_asked = api_ask(r->front, &ask, on_note, r).code == E_OK;
    if (!r->note_asked) on_note(r, &no);
}

static void on_proof(void *with, const struct query_answer *m)
{
    uint8_t room[GATHER_PAYLOAD_MAX];
    struct writer w = writer_of(room, sizeof room);
    struct gather_relay *r = with;
    r->proof_asked = false;
    r->proof.is_made = m->status == 200 && m->body.len <= GATHER_TOLD_BYTES_MAX;
    r->proof.path = r->proof.is_made ? m->body : slice_none();
    gather_proof_write(&r->proof, &w);
    say(r, GATHER_PROOF, writer_slice(&w));
}

static status take_next(struct gather_relay *r, slice payload)
{
    struct cursor c = cursor_of(payload);
    TRY(cursor_u64(&c, &r->size));
    TRY(cursor_end(&c));
    if (r->wants_note) return FAIL(E_LIMIT);
    r->wants_note = true;
    gather_relay_moved(r);
    return OK;
}

static status take_prove(struct gather_relay *r, slice payload)
{
    struct cursor c = cursor_of(payload);
    if (r->proof_asked) return FAIL(E_LIMIT);
    r->proof = (struct gather_proof){ .path = slice_none() };
    TRY(cursor_u64(&c, &r->proof.old_size));
    TRY(cursor_u64(&c, &r->proof.new_size));
    TRY(cursor_end(&c));
    struct query_ask ask = { .question = QUERY_CONSISTENCY,
                             .who = slice_none(),
                             .index = r->proof.old_size,
                             .expect = r->proof.new_size,
                             .text = slice_none() };
    const struct query_answer no = { .status = 503, .body = slice_none() };
    r->proof_asked = api_ask(r->front, &ask, on_proof, r).code == E_OK;
    if (!r->proof_asked) on_proof(r, &no);
    return OK;
}

/* The scribe does not believe the front either, but is spared what no gatherer says. */
static status take_told(struct gather_relay *r, slice payload)
{
    struct gather_told m = {};
    TRY(gather_told_parse(payload, &m));
    const struct frame frame = { LINK_COSIGNED, payload };
    return frame_send(r->front->options->scribe_fd, frame, r->front->fault);
}

static status take_frame(void *with, const struct frame *frame)
{
    struct gather_relay *r = with;
    if (frame->type == GATHER_NEXT) return take_next(r, frame->payload);
    if (frame->type == GATHER_PROVE) return take_prove(r, frame->payload);
    if (frame->type == GATHER_TOLD) return take_told(r, frame->payload);
    return FAIL(E_UNKNOWN);
}

static void gatherer_ready(void *with, unsigned events)
{
    struct gather_relay *r = with;
    (void)events;
    const status s = frame_take(&r->in, r->fd, take_frame, r, r->front->fault);
    if (s.code == E_OK) return;
    front_fail(r->front, fault_set(r->front->fault, s, "the gatherer of cosignatures is gone"));
}

status gather_relay_new(struct front *front, int fd, struct gather_relay **ret_relay,
                        struct fault *f)
{
    struct gather_relay *r = calloc(1, sizeof *r);
    if (r == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    r->front = front;
    r->fd = fd;
    status s = frame_input_init(&r->in, GATHER_PAYLOAD_MAX);
    if (s.code == E_OK) s = socket_no_wait(fd, f);
    if (s.code == E_OK) s = loop_watch(front->loop, fd, LOOP_READ, gatherer_ready, r, f);
    if (s.code != E_OK) {
        gather_relay_free(r);
        return s;
    }
    *ret_relay = r;
    return OK;
}

void gather_relay_free(struct gather_relay *r)
{
    if (r == NULL) return;
    frame_input_done(&r->in);
    free(r);
}
