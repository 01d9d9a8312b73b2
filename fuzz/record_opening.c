/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Openings: the first byte chooses the kind. What decodes encodes to the same bytes, and keeps its
 * root when any field of it is erased.
 */
#include <assert.h>
#include "base/bytes.h"
#include "record/facts.h"
#include "record/recompute.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const salt salts[FIELDS_MAX] = { { { 1 } } };

static void erasing_keeps_the_root(const struct schema *s, struct opening *o, uint8_t field)
{
    static struct opening_proofs proofs;
    const hash before = opening_root(s, o, salts);
    const status erased =
        opening_erase(s, o, (uint8_t)(1 + field % s->field_count), salts, &proofs);
    assert(erased.code == E_OK || erased.code == E_ERASED);
    const hash after = opening_root(s, o, salts);
    assert(bytes_equal(before.bytes, after.bytes, sizeof after.bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t again[1 << 21];
    if (len < 1) return 0;
    const struct schema *s = schema_of((uint8_t)(1 + data[0] % KIND_LAST));
    const slice bytes = { data + 1, len - 1 };
    struct opening o = { .form = 99 };
    if (opening_decode(s, bytes, &o).code != E_OK) {
        assert(o.form == 99);
        return 0;
    }
    struct writer w = writer_of(again, sizeof again);
    assert(opening_encode(s, &o, &w).code == E_OK);
    assert(slice_equal(writer_slice(&w), bytes));
    if (s->kind == KIND_fact) {
        struct record_field fields[FACT_FIELDS_MAX];
        const struct fact *fact = NULL;
        const status read = fact_read(o.fields, &fact, fields);
        assert((read.code == E_OK) == (fact != NULL));
    }
    erasing_keeps_the_root(s, &o, data[len - 1]);
    return 0;
}
