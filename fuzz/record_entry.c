/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of the log. What parses is cut to its granularity, and a body that decodes is what its
 * fields encode to; on failure nothing has changed.
 */
#include <assert.h>
#include "base/bytes.h"
#include "record/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void body_has_one_encoding(const struct schema *s, slice body)
{
    static uint8_t again[ENTRY_BYTES_MAX];
    struct record_field fields[FIELDS_MAX];
    struct writer w = writer_of(again, sizeof again);
    const status decoded = body_decode(s, body, fields);
    if (decoded.code != E_OK || body_encode(s, fields, &w).code != E_OK) return;
    assert(slice_equal(writer_slice(&w), body));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const slice bytes = { data, len };
    struct entry e = { .time_s = 99 };
    struct fault fault = {};
    const status s = entry_parse(bytes, &e, &fault);
    if (s.code == E_OK) {
        assert(e.time_s % e.schema->granularity_s == 0);
        if ((e.schema->flags & KIND_BODY) != 0) body_has_one_encoding(e.schema, e.body);
    } else {
        assert(e.time_s == 99 && fault.text[0] != '\0');
    }
    for (uint8_t kind = 1; kind <= KIND_LAST; kind++) {
        const struct schema *schema = schema_of(kind);
        if (schema != NULL && (schema->flags & KIND_BODY) != 0)
            body_has_one_encoding(schema, bytes);
    }
    return 0;
}
