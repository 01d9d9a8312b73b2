/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/input/input.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "os/clock.h"
#include "record/schema.h"
#include "base/banned.h"

enum metric_reason input_reason(status s)
{
    return s.code == E_LIMIT ? REASON_TOO_LARGE : REASON_MALFORMED;
}

static void count_refusal(struct input *in, enum metric_reason reason)
{
    in->front->metrics.at[METRIC_rejected][in->codec->kind * REASONS + reason]++;
}

static void accept(struct input *in, const struct submission *event, uint64_t number,
                   bool duplicate)
{
    struct ticket *t = &in->ticket;
    if (!in->any || number < t->first_number) t->first_number = number;
    if (!in->any || number > t->last_number) t->last_number = number;
    in->any = true;
    result_accept(&in->result, event->place, duplicate);
    in->front->metrics.at[METRIC_accepted][in->codec->kind]++;
    in->front->metrics.at[METRIC_duplicate][in->codec->kind] += duplicate;
}

static status add(struct input *in, const struct submission *event, uint64_t *ret_number,
                  struct fault *f)
{
    const status s = batcher_add(in->front->batcher, &in->origin, event, ret_number, f);
    if (s.code != E_OK && !protocol_refuses(s)) front_fail(in->front, s);
    in->refusal = input_reason(s);
    return s;
}

/* An event that its sender has numbered is taken once: a retry gets the first answer. */
static status add_numbered(struct input *in, const struct submission *event, struct fault *f)
{
    struct windows *windows = in->front->windows;
    const uint64_t source = in->origin.account->id;
    uint64_t number = 0;
    in->origin.sequence = in->first_sequence + event->place.number;
    const status seen = windows_find(windows, source, in->origin.sequence, &number);
    if (seen.code == E_OK) {
        accept(in, event, number, true);
        return OK;
    }
    if (seen.code != E_NOT_FOUND) {
        in->refusal = REASON_OLD_NUMBER;
        return fault_set(f, FAIL(E_VALUE), "number %llu is older than the last %d of this source",
                         (unsigned long long)in->origin.sequence, WINDOW_NUMBERS);
    }
    TRY(add(in, event, &number, f));
    const status noted = windows_note(windows, source, in->origin.sequence, number);
    if (noted.code != E_OK) {
        front_fail(in->front, noted);
        return noted;
    }
    accept(in, event, number, false);
    return OK;
}

static status take(void *self, const struct submission *event, struct fault *f)
{
    struct input *in = self;
    uint64_t number = 0;
    if (in->origin.is_numbered) return add_numbered(in, event, f);
    TRY(add(in, event, &number, f));
    accept(in, event, number, false);
    return OK;
}

static void refuse(void *self, struct protocol_place place, const struct fault *why)
{
    struct input *in = self;
    result_refuse(&in->result, place, why);
    count_refusal(in, place.is_too_large ? REASON_TOO_LARGE : in->refusal);
    in->refusal = REASON_MALFORMED;
}

void input_reply(struct http_request *r, const struct protocol_answer *reply, const char *level,
                 struct writer *body)
{
    char seconds[16];
    struct writer retry = writer_of(seconds, sizeof seconds - 1);
    struct http_header headers[3] = {};
    size_t count = 0;
    writer_dec(&retry, reply->retry_after_s);
    seconds[retry.len] = '\0';
    if (reply->retry_after_s != 0) {
        headers[count++] = (struct http_header){ "Retry-After", seconds };
    }
    if (reply->product != NULL) {
        headers[count++] = (struct http_header){ "X-Elastic-Product", reply->product };
    }
    if (level != NULL) headers[count++] = (struct http_header){ "Candor-Ack", level };
    const struct http_answer out = { .code = (unsigned)reply->http_status,
                                     .type = reply->content_type,
                                     .body = writer_slice(body),
                                     .body_is = HTTP_OWNED,
                                     .headers = headers,
                                     .header_count = count };
    http_answer(r, &out);
}

static void input_free(struct input *in)
{
    if (in->codec->done != NULL) in->codec->done(in);
    free(in);
}

/* How far the events of an answer that was to wait for witnesses are; NULL: it was not. */
static const char *level_reached(const struct input *in)
{
    const struct ticket *t = &in->ticket;
    if (!in->wants_witnesses || !in->any || !t->has_indices) return NULL;
    const struct link_head head = outbox_log_head(in->front->outbox);
    return t->last_index < head.witnessed      ? "witnessed"
           : t->last_index < head.checkpointed ? "checkpointed"
                                               : "sequenced";
}

static void answer(struct input *in)
{
    const size_t cap = in->codec->answer_bytes(in);
    struct writer w = writer_of(malloc(cap), cap);
    if (w.at == NULL) {
        http_error(in->request, 503, "out of memory");
    } else {
        const struct protocol_answer reply = in->codec->answer(in, &w);
        input_reply(in->request, &reply, level_reached(in), &w);
    }
    input_free(in);
}

static void on_stored(void *with, const struct ticket *t)
{
    struct input *in = with;
    if (in->witness_timer != 0) loop_cancel(in->front->loop, in->witness_timer);
    if (t->has_indices) result_indices(&in->result, t->first_index, t->last_index);
    answer(in);
}

/* Witnesses hold up nobody for ever: the answer says that they have not cosigned yet. */
static void on_late(void *with)
{
    struct input *in = with;
    in->witness_timer = 0;
    outbox_lower(in->front->outbox, &in->ticket, ACCOUNT_CHECKPOINTED);
}

/* What the request asks for, else what its source is set to. */
static uint8_t level_of(const struct http_request *r, const struct account *source)
{
    slice ack = {};
    uint8_t level = ACCOUNT_SEQUENCED;
    if (!http_query(r, "ack", &ack)) return source->level;
    return account_level_named(ack, &level).code == E_OK ? level : ACCOUNT_SEQUENCED;
}

/* A node that asks no witnesses has none to wait for. */
static status await_witnesses(struct input *in)
{
    struct ticket *t = &in->ticket;
    if (in->front->gather == NULL) t->level = ACCOUNT_CHECKPOINTED;
    if (t->level != ACCOUNT_WITNESSED) return OK;
    const int64_t late_ns =
        loop_now_ns(in->front->loop) + INPUT_WITNESSED_MS * (int64_t)CLOCK_NS_PER_MS;
    return loop_at(in->front->loop, late_ns, on_late, in, &in->witness_timer);
}

struct input *input_new(struct front *front, struct http_request *r, const struct account *source,
                        const struct input_codec *codec)
{
    struct input *in = NULL;
    if (outbox_bytes(front->outbox) <= OUTBOX_BYTES_MAX && !front->is_stopping) {
        in = calloc(1, sizeof *in);
    }
    if (in == NULL) {
        front->metrics.at[METRIC_busy][codec->kind]++;
        http_error(r, 503, "the node is busy: come again in a moment");
        return NULL;
    }
    in->codec = codec;
    in->front = front;
    in->request = r;
    in->started_ns = clock_mono_ns();
    in->origin = (struct origin){ .account = source,
                                  .trust = VALUE_trust_token,
                                  .arrived_ns = clock_real_ns() };
    in->ticket = (struct ticket){ .level = level_of(r, source), .done = on_stored, .with = in };
    in->wants_witnesses = in->ticket.level == ACCOUNT_WITNESSED;
    result_begin(&in->result, NULL, 0);
    return in;
}

void input_run(struct input *in)
{
    struct fault f = {};
    const struct protocol_sink sink = { in, take, refuse };
    const status s = in->codec->read(in, http_body(in->request), &sink, &f);
    result_end(&in->result, s, &f);
    in->front->metrics.at[METRIC_received][in->codec->kind] += http_body_received(in->request);
    if (s.code != E_OK && protocol_refuses(s)) count_refusal(in, input_reason(s));
    if (in->any) {
        if (in->wants_witnesses && await_witnesses(in).code != E_OK) {
            in->ticket.level = ACCOUNT_CHECKPOINTED; /* no memory for the timer */
        }
        outbox_wait(in->front->outbox, &in->ticket);
    } else {
        answer(in);
    }
}
