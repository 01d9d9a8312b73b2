/* SPDX-License-Identifier: Apache-2.0 */
/* Two lists of cells, a NUL between them: a list does not differ from itself, and what changed from
 * one to the other changed from the other to the one. */
#include <assert.h>
#include <string.h>
#include "base/bytes.h"
#include "report/changes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct changes there = {};
    struct changes back = {};
    struct fault f = {};
    const uint8_t *end = len == 0 ? NULL : memchr(data, 0, len);
    const size_t first = end == NULL ? len : (size_t)(end - data);
    const slice a = { data, first };
    const slice b = first == len ? a : (slice){ data + first + 1, len - first - 1 };
    if (changes_find(a, b, NULL, 0, &there, &f).code != E_OK) {
        assert(there.at == NULL && f.text[0] != '\0');
        return 0;
    }
    assert(first < len || there.count == 0);
    const status s = changes_find(b, a, NULL, 0, &back, &f);
    assert(s.code == E_OK && back.count == there.count);
    assert(back.rewritten == there.rewritten);
    changes_done(&there);
    changes_done(&back);
    return 0;
}
