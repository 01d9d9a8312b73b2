/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenTelemetry: POST /v1/logs, as JSON or as Protocol Buffers, answered in the same encoding.
 */
#include <stdlib.h>
#include "base/bytes.h"
#include "serve/input/input.h"
#include "serve/input/refusal.h"
#include "base/banned.h"

/* JSON where the request does not say. */
static status encoding_of(const struct http_request *r, enum otlp_encoding *ret_encoding)
{
    slice type = slice_none();
    *ret_encoding = OTLP_JSON;
    if (!http_header(r, "Content-Type", &type)) return OK;
    return otlp_encoding_parse(type, ret_encoding);
}

static status read_body(struct input *in, slice body, const struct protocol_sink *sink,
                        struct fault *f)
{
    return otlp_read(in->front->scratch, in->otlp, body, sink, f);
}

static struct protocol_answer answer(struct input *in, struct writer *out)
{
    return otlp_answer(in->otlp, &in->result, out);
}

static size_t answer_bytes(const struct input *in)
{
    (void)in;
    return OTLP_ANSWER_BYTES_MAX;
}

static void refuse_with(struct http_request *r, int http_status, const char *reason)
{
    enum otlp_encoding encoding = OTLP_JSON;
    struct writer w = writer_of(malloc(OTLP_ANSWER_BYTES_MAX), OTLP_ANSWER_BYTES_MAX);
    if (w.at == NULL) {
        http_error(r, 503, "out of memory");
        return;
    }
    ignore(encoding_of(r, &encoding), "JSON then");
    const struct protocol_answer reply = otlp_refusal(encoding, http_status, reason, &w);
    input_reply(r, &reply, NULL, &w);
}

void refuse_otlp(struct http_request *r)
{
    refuse_with(r, 401, "a valid token is required: Authorization: Bearer TOKEN");
}

void input_otlp(struct front *front, struct http_request *r, const struct account *source)
{
    static const struct input_codec codec = { INPUT_OTLP, read_body, answer, answer_bytes, NULL };
    enum otlp_encoding encoding = OTLP_JSON;
    if (encoding_of(r, &encoding).code != E_OK) {
        refuse_with(r, 415, "Content-Type must be application/json or application/x-protobuf");
        return;
    }
    struct input *in = input_new(front, r, source, &codec);
    if (in == NULL) return;
    in->otlp = encoding;
    input_run(in);
}
