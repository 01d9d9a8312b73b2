/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulk bodies: a request that is broken takes nothing, and the answer has every item, fits its
 * bound and is JSON.
 */
#include "fuzz/intake_protocol.h"
#include "intake/protocol/bulk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct protocol_scratch *scratch(void)
{
    static struct protocol_scratch *only;
    if (only == NULL) only = scratch_new();
    assert(only != NULL);
    return only;
}

static void check_answer(const struct bulk *b, const struct fuzz_sink *s)
{
    const size_t cap = bulk_answer_bytes(b);
    uint8_t *room = malloc(cap);
    assert(room != NULL);
    struct writer w = writer_of(room, cap);
    struct json_document d = {};
    struct fault fault = {};
    const struct protocol_answer a = bulk_answer(b, &s->result, &w);
    assert(writer_end(&w).code == E_OK);
    assert(json_parse(scratch()->json, writer_slice(&w), &d, &fault).code == E_OK);
    const struct json_node *items = json_member(&d, &d.nodes[0], "items");
    assert((items != NULL) == (a.http_status == 200));
    size_t count = 0;
    if (items != NULL) {
        for (size_t i = (size_t)(items - d.nodes) + 1; i < items->end; i = d.nodes[i].end)
            count++;
        assert(count == b->count);
    }
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_sink s;
    slice input = { data, len };
    const struct protocol_sink sink = fuzz_sink_begin(&s, &input);
    uint8_t *body = fuzz_padded(input);
    struct fault fault = {};
    struct bulk b = bulk_of(scratch(), slice_text("i"));
    const status got = bulk_read(&b, (slice){ body, input.len }, &sink, &fault);
    free(body);
    if (protocol_refuses(got)) assert(s.next == 0);
    fuzz_sink_end(&s, got, &fault);
    check_answer(&b, &s);
    bulk_done(&b);
    return 0;
}
