/* SPDX-License-Identifier: Apache-2.0 */
/* Schema rows: what parses is written as the same bytes again. */
#include <assert.h>
#include "base/bytes.h"
#include "record/schema_row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct schema_row row;
    static uint8_t again[SCHEMA_ROW_BYTES_MAX];
    const slice text = { data, len };
    struct fault fault = {};
    if (schema_row_parse(text, &row, &fault).code != E_OK) {
        assert(fault.text[0] != '\0');
        return 0;
    }
    struct writer w = writer_of(again, sizeof again);
    assert(schema_row_format(&row.schema, &w).code == E_OK);
    assert(slice_equal(writer_slice(&w), text));
    return 0;
}
