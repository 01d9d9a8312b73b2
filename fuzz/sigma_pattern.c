/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge/sigma/pattern: the first byte is the form, then the pattern up to a line end, then the
 * value. The linear matcher must agree with the naive one.
 */
#include "judge/sigma/pattern.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "judge/sigma/fold.h"
#include "judge/sigma/item.h"
#include "base/banned.h"

enum { VALUE_MAX = 4096 }; /* the naive matcher is quadratic */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct arena arena = arena_of((size_t)16 << 20);
    struct alternative parts = {};
    struct pattern p = {};
    struct fault fault = {};
    if (len < 2 || len > VALUE_MAX) return 0;
    const uint8_t *end = memchr(data + 1, '\n', len - 1);
    if (end == NULL) return 0;
    const slice text = { data + 1, (size_t)(end - data) - 1 };
    const slice value = { end + 1, len - text.len - 2 };
    status s = value_parse(&arena, text, false, &parts);
    if (s.code == E_OK)
        s = pattern_build(&arena, parts.parts, parts.count, data[0] & 3, &p, &fault);
    uint8_t *formed = malloc(text_form_bound(value.len));
    if (s.code == E_OK && formed != NULL) {
        const slice ready = { formed, text_form_write(value, p.form, formed) };
        assert(ready.len <= text_form_bound(value.len));
        assert(pattern_match(&p, ready) == pattern_match_naive(&p, value));
    }
    free(formed);
    arena_done(&arena);
    return 0;
}
