/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/events: lines of JSON.
 */
#include "intake/protocol/ndjson.h"
#include "serve/input/input.h"
#include "base/banned.h"

static status read_body(struct input *in, slice body, const struct protocol_sink *sink,
                        struct fault *f)
{
    (void)in;
    return ndjson_read(body, sink, f);
}

static struct protocol_answer answer(struct input *in, struct writer *out)
{
    return ndjson_answer(&in->result, out);
}

static size_t answer_bytes(const struct input *in)
{
    (void)in;
    return RESULT_ANSWER_BYTES_MAX;
}

void input_events(struct front *front, struct http_request *r, const struct account *source)
{
    static const struct input_codec codec = { read_body, answer, answer_bytes, NULL };
    struct input *in = input_new(front, r, source, &codec);
    if (in != NULL) input_run(in);
}
