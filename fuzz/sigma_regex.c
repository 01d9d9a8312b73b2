/* SPDX-License-Identifier: Apache-2.0 */
/* judge/sigma/regex: an expression up to a line end, then a value; it compiles or is refused, and
 * matching never reads beyond the value. */
#include "judge/sigma/regex.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/text.h"
#include "base/banned.h"

enum { EXPRESSION_MAX = 64, VALUE_MAX = 4096 }; /* larger ones only compile more slowly */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void match(const struct scan_set *set, uint32_t flags, slice value)
{
    struct regex_scratch scratch = {};
    if (regex_scratch_init(&scratch).code != E_OK) return;
    if (scan_scratch_fit(scratch.scan, set).code == E_OK) {
        const bool first = regex_match(set, flags, &scratch, value);
        assert(regex_match(set, flags, &scratch, value) == first);
    }
    regex_scratch_done(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const char *code = "";
    struct fault fault = {};
    struct scan_set *set = NULL;
    if (len < 2 || len > VALUE_MAX) return 0;
    const uint8_t *end = memchr(data + 1, '\n', len - 1);
    if (end == NULL) return 0;
    const slice expression = { data + 1, (size_t)(end - data) - 1 };
    const slice value = { end + 1, len - expression.len - 2 };
    if (expression.len > EXPRESSION_MAX || !text_is_utf8(expression)) return 0;
    if (regex_check(expression, &code, &fault).code != E_OK) return 0;
    const uint32_t flags = regex_scan_flags(expression, data[0] & 7);
    const struct scan_pattern pattern = { .expression = expression, .flags = flags };
    if (scan_set_new(&pattern, 1, &set, &fault).code != E_OK) return 0;
    match(set, flags, value);
    scan_set_free(set);
    return 0;
}
