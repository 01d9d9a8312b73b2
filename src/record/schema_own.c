/* SPDX-License-Identifier: Apache-2.0 */
#include "record/schema_row.h"

#include "base/bytes.h"
#include "base/banned.h"

/* In WebAssembly, which does without the words of the table, verify/wasm/schema_own.c does this. */
bool schema_row_is_own(const struct schema *own, slice text)
{
    uint8_t own_text[SCHEMA_ROW_BYTES_MAX];
    struct writer w = writer_of(own_text, sizeof own_text);
    return schema_row_format(own, &w).code == E_OK && slice_equal(writer_slice(&w), text);
}
