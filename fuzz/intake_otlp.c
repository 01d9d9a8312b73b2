/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OTLP bodies (third byte: 'p' for protobuf, else JSON): every raw is a JSON object that the
 * readers of events take, a body that is broken takes nothing, and the answer fits.
 */
#include "fuzz/intake_protocol.h"
#include "intake/protocol/otlp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static status take_json(void *self, const struct submission *event, struct fault *fault)
{
    static struct json_parser *parser; /* one that takes 32 levels, as the node's */
    if (parser == NULL) parser = json_parser_new();
    assert(parser != NULL);
    struct json_document d = {};
    struct fault other = {};
    assert(json_parse(parser, event->raw, &d, &other).code == E_OK);
    assert(d.nodes[0].type == JSON_OBJECT);
    return fuzz_take(self, event, fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_sink s;
    static struct protocol_scratch *scratch;
    if (scratch == NULL) scratch = scratch_new();
    assert(scratch != NULL);
    slice input = { data, len };
    struct protocol_sink sink = fuzz_sink_begin(&s, &input);
    sink.take = take_json;
    const bool is_protobuf = input.len > 0 && input.at[0] == 'p';
    const enum otlp_encoding encoding = is_protobuf ? OTLP_PROTOBUF : OTLP_JSON;
    input = slice_from(input, input.len > 0);
    uint8_t *body = fuzz_padded(input);
    struct fault fault = {};
    const status got = otlp_read(scratch, encoding, (slice){ body, input.len }, &sink, &fault);
    free(body);
    if (protocol_refuses(got)) assert(s.next == 0);
    fuzz_sink_end(&s, got, &fault);
    uint8_t room[OTLP_ANSWER_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    assert(otlp_answer(encoding, &s.result, &w).http_status >= 200);
    assert(writer_end(&w).code == E_OK);
    return 0;
}
