/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events over HTTP: a codec of intake/protocol takes the body apart, the batcher takes its events,
 * and the sender is answered when the outbox says that they are stored.
 */
#include <stdlib.h>
#include "base/bytes.h"
#include "intake/protocol/ndjson.h"
#include "os/clock.h"
#include "serve/front_state.h"
#include "record/schema.h"
#include "base/banned.h"

/* One request until it is answered. */
struct input {
    struct front *front;
    struct http_request *request;
    struct origin origin;
    struct ticket ticket;
    struct protocol_result result;
    bool any; /* an event was taken: the ticket has numbers */
};

static status take(void *self, const struct submission *event, struct fault *f)
{
    struct input *in = self;
    uint64_t number = 0;
    const status s = batcher_add(in->front->batcher, &in->origin, event, &number, f);
    if (s.code != E_OK) {
        if (!protocol_refuses(s)) front_fail(in->front, s);
        return s;
    }
    if (!in->any) in->ticket.first_number = number;
    in->ticket.last_number = number;
    in->any = true;
    result_accept(&in->result, event->place, false);
    return OK;
}

static void refuse(void *self, struct protocol_place place, const struct fault *why)
{
    struct input *in = self;
    result_refuse(&in->result, place, why);
}

static void answer(struct input *in)
{
    char seconds[16];
    uint8_t *bytes = malloc(RESULT_ANSWER_BYTES_MAX);
    if (bytes == NULL) {
        http_error(in->request, 503, "out of memory");
        free(in);
        return;
    }
    struct writer w = writer_of(bytes, RESULT_ANSWER_BYTES_MAX);
    const struct protocol_answer reply = ndjson_answer(&in->result, &w);
    struct writer retry = writer_of(seconds, sizeof seconds - 1);
    writer_dec(&retry, reply.retry_after_s);
    seconds[retry.len] = '\0';
    const struct http_header header = { "Retry-After", seconds };
    const struct http_answer out = { .code = (unsigned)reply.http_status,
                                     .type = reply.content_type,
                                     .body = writer_slice(&w),
                                     .body_is = HTTP_OWNED,
                                     .headers = &header,
                                     .header_count = reply.retry_after_s != 0 ? 1 : 0 };
    http_answer(in->request, &out);
    free(in);
}

static void on_stored(void *with, uint64_t first_index, uint64_t last_index)
{
    struct input *in = with;
    result_indices(&in->result, first_index, last_index);
    answer(in);
}

/* What the request asks for, else what its source is set to. */
static bool wants_checkpoint(const struct http_request *r, const struct account *source)
{
    slice ack = {};
    if (!http_query(r, "ack", &ack)) return source->level == ACCOUNT_CHECKPOINTED;
    return slice_is(ack, "checkpointed");
}

static struct input *input_new(struct front *front, struct http_request *r,
                               const struct account *source)
{
    struct input *in = calloc(1, sizeof *in);
    if (in == NULL) return NULL;
    in->front = front;
    in->request = r;
    in->origin = (struct origin){ .account = source,
                                  .trust = VALUE_trust_token,
                                  .arrived_ns = clock_real_ns() };
    in->ticket = (struct ticket){ .checkpointed = wants_checkpoint(r, source),
                                  .done = on_stored,
                                  .with = in };
    result_begin(&in->result, NULL, 0);
    return in;
}

void input_events(struct front *front, struct http_request *r, const struct account *source)
{
    struct fault f = {};
    if (outbox_bytes(front->outbox) > OUTBOX_BYTES_MAX || front->is_stopping) {
        http_error(r, 503, "the node is busy: come again in a moment");
        return;
    }
    struct input *in = input_new(front, r, source);
    if (in == NULL) {
        http_error(r, 503, "out of memory");
        return;
    }
    const struct protocol_sink sink = { in, take, refuse };
    const status s = ndjson_read(http_body(r), &sink, &f);
    result_end(&in->result, s, &f);
    if (in->any) {
        outbox_wait(front->outbox, &in->ticket);
    } else {
        answer(in);
    }
}
