/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HEC bodies (third byte: event, raw or ack): the answer always fits and is JSON, and the number of
 * an event that is not right is the number of those before it.
 */
#include "fuzz/intake_protocol.h"
#include "intake/protocol/hec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct protocol_scratch *scratch(void)
{
    static struct protocol_scratch *only;
    if (only == NULL) only = scratch_new();
    assert(only != NULL);
    return only;
}

static void read_events(bool raw, slice body, struct fuzz_sink *s, const struct protocol_sink *sink)
{
    uint8_t room[HEC_ANSWER_BYTES_MAX];
    struct fault fault = {};
    struct hec h = hec_of(scratch());
    const status got =
        raw ? hec_read_raw(&h, body, sink, &fault) : hec_read_event(&h, body, sink, &fault);
    fuzz_sink_end(s, got, &fault);
    if (h.has_invalid) {
        assert(h.invalid_number == s->result.accepted && s->result.rejected == 1);
    }
    struct writer w = writer_of(room, sizeof room);
    struct json_document d = {};
    assert(hec_answer(&h, &s->result, &w).http_status >= 200 && writer_end(&w).code == E_OK);
    assert(json_parse(scratch()->json, writer_slice(&w), &d, &fault).code == E_OK);
}

static void read_acks(slice body)
{
    static uint64_t ids[HEC_ACKS_MAX];
    static uint8_t room[HEC_ACK_ANSWER_BYTES_MAX];
    static const bool durable[HEC_ACKS_MAX];
    struct fault fault = {};
    size_t count = 0;
    if (hec_ack_read(scratch(), body, ids, &count, &fault).code != E_OK) {
        assert(fault.text[0] != '\0');
        return;
    }
    struct writer w = writer_of(room, sizeof room);
    assert(hec_ack_answer(ids, durable, count, &w).http_status == 200);
    assert(writer_end(&w).code == E_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_sink s;
    slice input = { data, len };
    const struct protocol_sink sink = fuzz_sink_begin(&s, &input);
    const uint8_t kind = input.len > 0 ? input.at[0] : 'e';
    input = slice_from(input, input.len > 0);
    uint8_t *body = fuzz_padded(input);
    if (kind == 'a') {
        read_acks((slice){ body, input.len });
    } else {
        read_events(kind == 'r', (slice){ body, input.len }, &s, &sink);
    }
    free(body);
    return 0;
}
