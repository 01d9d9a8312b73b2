/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions and filters: a question that is taken has terms in their one form, a filter that is
 * taken answers within its bytes.
 */
#include <assert.h>
#include "base/bytes.h"
#include "view/filter.h"
#include "view/terms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_term(slice term)
{
    assert(term.len > 0 && term.len <= TERM_BYTES_MAX);
    for (size_t i = 0; i < term.len; i++)
        assert(term.at[i] < 'A' || term.at[i] > 'Z');
}

static void each(void *, slice term)
{
    check_term(term);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const slice bytes = { data, len };
    struct question q = {};
    struct fault f = {};
    struct filter filter = {};
    if (question_parse(bytes, &q, &f).code == E_OK) {
        assert(q.count > 0 && q.count <= QUESTION_TERMS_MAX);
        for (size_t i = 0; i < q.count; i++)
            check_term(q.terms[i]);
    } else {
        assert(f.text[0] != '\0');
    }
    const size_t half = len / 2;
    terms_of_field((slice){ data, half }, slice_from(bytes, half), each, NULL);
    if (filter_parse(bytes, &filter).code == E_OK) (void)filter_may_have(&filter, bytes);
    return 0;
}
