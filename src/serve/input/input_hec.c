/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splunk's HTTP Event Collector: /services/collector …
 *
 * A request with a channel gets an ack id. Every answer means that the events are durable already,
 * so the question for an ack is answered yes for each id that was given out since the start.
 */
#include <stdlib.h>
#include "base/bytes.h"
#include "intake/protocol/sequence.h"
#include "serve/input/input.h"
#include "serve/input/refusal.h"
#include "base/banned.h"

static size_t answer_bytes(const struct input *in)
{
    (void)in;
    return HEC_ANSWER_BYTES_MAX;
}

static struct protocol_answer answer(struct input *in, struct writer *out)
{
    return hec_answer(&in->hec, &in->result, out);
}

static status read_event(struct input *in, slice body, const struct protocol_sink *sink,
                         struct fault *f)
{
    return hec_read_event(&in->hec, body, sink, f);
}

static status read_raw(struct input *in, slice body, const struct protocol_sink *sink,
                       struct fault *f)
{
    return hec_read_raw(&in->hec, body, sink, f);
}

static void reply_code(struct http_request *r, enum hec_code code)
{
    struct writer w = writer_of(malloc(HEC_ANSWER_BYTES_MAX), HEC_ANSWER_BYTES_MAX);
    if (w.at == NULL) {
        http_error(r, 503, "out of memory");
        return;
    }
    const struct protocol_answer reply = hec_reply(code, &w);
    input_reply(r, &reply, NULL, &w);
}

/* The channel of a request, in its header or its query; false if it has none. */
static bool channel_text(const struct http_request *r, slice *ret_text)
{
    return http_header(r, "X-Splunk-Request-Channel", ret_text) ||
           http_query(r, "channel", ret_text);
}

/* Says what it holds of every event that does not say it; false for what cannot be. */
static bool take_query(const struct http_request *r, struct hec *h)
{
    const struct {
        const char *name;
        slice *text;
    } texts[] = { { "host", &h->host },
                  { "source", &h->source },
                  { "sourcetype", &h->sourcetype },
                  { "index", &h->index } };
    slice time = {};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (!http_query(r, texts[i].name, texts[i].text)) continue;
        if (texts[i].text->len > PROTOCOL_HINT_BYTES_MAX) return false;
    }
    return !http_query(r, "time", &time) || hec_take_time(h, time).code == E_OK;
}

static void run(struct front *front, struct http_request *r, const struct account *source,
                const struct input_codec *codec)
{
    slice channel = {};
    uint8_t id[CHANNEL_BYTES];
    const bool has_channel = channel_text(r, &channel);
    if (has_channel && channel_parse(channel, id).code != E_OK) {
        reply_code(r, HEC_CHANNEL_INVALID);
        return;
    }
    struct hec hec = hec_of(front->scratch);
    if (!take_query(r, &hec)) {
        reply_code(r, HEC_INVALID_DATA);
        return;
    }
    struct input *in = input_new(front, r, source, codec);
    if (in == NULL) return;
    in->hec = hec;
    in->result.has_ack = has_channel;
    if (has_channel) in->result.ack_id = front->next_ack++;
    input_run(in);
}

void input_hec_event(struct front *front, struct http_request *r, const struct account *source)
{
    static const struct input_codec codec = { INPUT_HEC, read_event, answer, answer_bytes, NULL };
    run(front, r, source, &codec);
}

void input_hec_raw(struct front *front, struct http_request *r, const struct account *source)
{
    static const struct input_codec codec = { INPUT_HEC, read_raw, answer, answer_bytes, NULL };
    run(front, r, source, &codec);
}

static status answer_acks(struct front *front, struct http_request *r, uint64_t *ids, bool *durable,
                          struct fault *f)
{
    size_t count = 0;
    TRY(hec_ack_read(front->scratch, http_body(r), ids, &count, f));
    struct writer w = writer_of(malloc(HEC_ACK_ANSWER_BYTES_MAX), HEC_ACK_ANSWER_BYTES_MAX);
    if (w.at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    for (size_t i = 0; i < count; i++)
        durable[i] = ids[i] >= front->first_ack && ids[i] < front->next_ack;
    const struct protocol_answer reply = hec_ack_answer(ids, durable, count, &w);
    input_reply(r, &reply, NULL, &w);
    return OK;
}

void input_hec_ack(struct front *front, struct http_request *r, const struct account *source)
{
    slice channel = {};
    struct fault f = {};
    (void)source;
    if (!channel_text(r, &channel)) {
        reply_code(r, HEC_CHANNEL_MISSING);
        return;
    }
    uint64_t *ids = calloc(HEC_ACKS_MAX, sizeof *ids);
    bool *durable = calloc(HEC_ACKS_MAX, sizeof *durable);
    status s = FAIL(E_NOMEM);
    if (ids != NULL && durable != NULL) s = answer_acks(front, r, ids, durable, &f);
    if (s.code != E_OK) reply_code(r, s.code == E_NOMEM ? HEC_BUSY : HEC_INVALID_DATA);
    free(ids);
    free(durable);
}

void input_hec_health(struct front *front, struct http_request *r, const struct account *source)
{
    (void)source;
    const bool busy = front->is_stopping || outbox_bytes(front->outbox) > OUTBOX_BYTES_MAX;
    reply_code(r, busy ? HEC_UNHEALTHY : HEC_HEALTHY);
}

void refuse_hec(struct http_request *r)
{
    static const char *const schemes[] = { "Splunk ", "Bearer ", "Basic ", "ApiKey " };
    slice header = slice_none();
    enum hec_code code = HEC_TOKEN_REQUIRED;
    if (http_query(r, "token", &header)) code = HEC_QUERY_TOKEN;
    header = slice_none();
    if (http_header(r, "Authorization", &header)) code = HEC_INVALID_AUTHORIZATION;
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        if (slice_starts(header, slice_text(schemes[i]))) code = HEC_INVALID_TOKEN;
    }
    reply_code(r, code);
}
