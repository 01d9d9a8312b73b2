/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge/sigma: whole rule files. Every document compiles or is refused with a diagnostic; what
 * compiled can be asked about an event, with and without a trace, with one answer.
 */
#include <assert.h>
#include "base/bytes.h"
#include "judge/sigma/naive.h"
#include "judge/sigma/ruleset.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct event_field field(const char *name, const char *text, uint8_t type)
{
    const slice n = slice_text(name);
    return (struct event_field){
        .name = n, .text = slice_text(text), .name_hash = event_name_hash(n), .type = type
    };
}

static void ask(const struct ruleset *rs)
{
    const struct event_field fields[] = { field("A", "1", EVENT_NUMBER),
                                          field("B", "C:\\Windows\\cmd.exe -x", EVENT_TEXT),
                                          field("A", "\xff\xe2\x84\xaa", EVENT_TEXT),
                                          field("T", "2024-01-31T23:30:00+02:00", EVENT_TEXT),
                                          field("N", "", EVENT_NULL) };
    const struct event event = { .fields = fields,
                                 .field_count = COUNT_OF(fields),
                                 .raw = slice_none(),
                                 .logsource = { .product = slice_none(), .service = slice_none() },
                                 .parsed = true };
    struct naive *n = naive_new(rs);
    for (size_t i = 0; n != NULL && i < rs->rule_count; i++) {
        struct trace_entry entries[64];
        struct trace trace = { .entries = entries, .cap = COUNT_OF(entries) };
        if (rs->rules[i]->kind != RULE_DETECTION) continue;
        const bool plain = sigma_naive_match(n, rs->rules[i], &event, NULL);
        assert(sigma_naive_match(n, rs->rules[i], &event, &trace) == plain);
    }
    naive_free(n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ruleset *rs = ruleset_new();
    if (rs == NULL) return 0;
    const slice text = { len == 0 ? (const uint8_t *)"" : data, len };
    status s = ruleset_list(rs, slice_text("List"), slice_text("v*"));
    if (s.code == E_OK) s = ruleset_add(rs, slice_text("f"), text);
    if (s.code == E_OK) s = ruleset_finish(rs);
    if (s.code == E_OK) {
        assert(rs->rule_count + rs->refused_count == rs->document_count);
        assert(rs->refused_count == 0 || rs->error_count != 0);
        ask(rs);
    }
    ruleset_free(rs);
    return 0;
}
