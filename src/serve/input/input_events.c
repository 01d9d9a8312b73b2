/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/events: lines of JSON. With Candor-Sequence, the sender's number of the first line, each
 * event is recorded once however often it is sent.
 */
#include "intake/protocol/ndjson.h"
#include "intake/protocol/sequence.h"
#include "serve/input/input.h"
#include "base/banned.h"

enum { EVENTS_MAX = HTTP_BODY_BYTES_MAX }; /* more than a body can hold */

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
    static const struct input_codec codec = { INPUT_EVENTS, read_body, answer, answer_bytes, NULL };
    struct fault f = {};
    slice text = {};
    uint64_t first = 0;
    const bool numbered = http_header(r, "Candor-Sequence", &text);
    if (numbered && sequence_parse(text, EVENTS_MAX, &first, &f).code != E_OK) {
        http_error(r, 400, "Candor-Sequence: %s", f.text);
        return;
    }
    struct input *in = input_new(front, r, source, &codec);
    if (in == NULL) return;
    in->origin.is_numbered = numbered;
    in->first_sequence = first;
    input_run(in);
}
