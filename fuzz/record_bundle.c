/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles: every value of what is accepted prints, and failure changes nothing. */
#include <assert.h>
#include "base/bytes.h"
#include "base/text.h"
#include "record/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct arena arena;
    uint8_t room[512];
    struct bundle b = { .proof = { data, SIZE_MAX } };
    struct fault fault = {};
    arena.cap = BUNDLE_ARENA_BYTES_MAX;
    arena_reset(&arena);
    if (bundle_check((slice){ data, len }, &arena, &b, &fault).code != E_OK) {
        assert(b.proof.len == SIZE_MAX && fault.text[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < b.entry.schema->field_count; i++) {
        struct writer w = writer_of(room, sizeof room);
        bundle_value_print(b.fields[i], 100, &w);
        assert(writer_end(&w).code == E_OK && text_is_utf8(writer_slice(&w)));
    }
    return 0;
}
