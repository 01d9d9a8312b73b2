/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/logs: OpenTelemetry's logs over HTTP, as JSON or as Protocol Buffers.
 */
#include <stdlib.h>
#include "base/bytes.h"
#include "serve/input/input.h"
#include "base/banned.h"

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

void input_otlp(struct front *front, struct http_request *r, const struct account *source)
{
    static const struct input_codec codec = { read_body, answer, answer_bytes, NULL };
    slice type = {};
    enum otlp_encoding encoding = OTLP_JSON;
    if (!http_header(r, "Content-Type", &type) ||
        otlp_encoding_parse(type, &encoding).code != E_OK) {
        http_error(r, 415, "Content-Type: application/json or application/x-protobuf");
        return;
    }
    struct input *in = input_new(front, r, source, &codec);
    if (in == NULL) return;
    in->otlp = encoding;
    input_run(in);
}
