/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NDJSON bodies: every event is one line or element, and the answer always fits and is JSON.
 */
#include "fuzz/intake_protocol.h"
#include "intake/protocol/ndjson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct json_parser *parser;
    static struct fuzz_sink s;
    static uint8_t room[RESULT_ANSWER_BYTES_MAX];
    if (parser == NULL) parser = json_parser_new();
    assert(parser != NULL);
    slice input = { data, len };
    const struct protocol_sink sink = fuzz_sink_begin(&s, &input);
    uint8_t *body = fuzz_padded(input);
    struct fault fault = {};
    fuzz_sink_end(&s, ndjson_read((slice){ body, input.len }, &sink, &fault), &fault);
    free(body);
    struct writer w = writer_of(room, sizeof room);
    assert(ndjson_answer(&s.result, &w).http_status >= 200);
    struct json_document d = {};
    assert(writer_end(&w).code == E_OK);
    assert(json_parse(parser, writer_slice(&w), &d, &fault).code == E_OK);
    return 0;
}
