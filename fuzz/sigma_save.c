/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge/sigma/save: saved rule sets, which a cache holds. An input that begins with "saved\n" is
 * the bytes of one, read without the checksum that a cache puts around them; any other is YAML,
 * which is compiled, saved, restored and saved again to the same bytes, and then restored with
 * bytes changed here and there. Whatever is restored can be asked.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "judge/sigma/naive.h"
#include "judge/sigma/save/save.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { SAVED_BYTES = 1024 * 1024, CHANGES = 8 };

static const char mark[] = "saved\n";

static void ask(const struct ruleset *rs)
{
    const slice name = slice_text("A");
    const struct event_field field = { .name = name,
                                       .text = slice_text("value-1"),
                                       .name_hash = event_name_hash(name),
                                       .type = EVENT_TEXT };
    const struct event event = { .fields = &field,
                                 .field_count = 1,
                                 .raw = slice_none(),
                                 .logsource = { .product = slice_none(), .service = slice_none() },
                                 .parsed = true };
    struct naive *n = naive_new(rs);
    for (size_t i = 0; n != NULL && i < rs->rule_count; i++) {
        if (rs->rules[i]->kind == RULE_DETECTION)
            (void)sigma_naive_match(n, rs->rules[i], &event, NULL);
    }
    naive_free(n);
}

static void restore(slice bytes)
{
    struct ruleset *rs = NULL;
    if (ruleset_restore(bytes, &rs).code != E_OK) return;
    ask(rs);
    ruleset_free(rs);
}

/* Changes that follow from the input, so that a run can be repeated. */
static void restore_changed(struct writer saved, slice input)
{
    for (uint32_t i = 0, random = (uint32_t)input.len; saved.len != 0 && i < CHANGES; i++) {
        random = random * 1664525u + 1013904223u + input.at[i % input.len];
        uint8_t *byte = &saved.at[(random >> 8) % saved.len];
        const uint8_t was = *byte;
        *byte ^= (uint8_t)(random >> 24 | 1);
        restore(writer_slice(&saved));
        *byte = was;
    }
}

static void round_trip(const struct ruleset *rs, slice input)
{
    uint8_t *first = malloc(SAVED_BYTES), *second = malloc(SAVED_BYTES);
    struct writer w = writer_of(first, SAVED_BYTES), again = writer_of(second, SAVED_BYTES);
    struct ruleset *restored = NULL;
    if (first != NULL && second != NULL && ruleset_save(rs, &w).code == E_OK &&
        ruleset_restore(writer_slice(&w), &restored).code == E_OK) {
        const status s = ruleset_save(restored, &again);
        assert(s.code == E_OK && slice_equal(writer_slice(&w), writer_slice(&again)));
        ruleset_free(restored);
        restore_changed(w, input);
    }
    free(first);
    free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0) return 0;
    const slice input = { data, len };
    if (slice_starts(input, slice_text(mark))) {
        restore(slice_from(input, sizeof mark - 1));
        return 0;
    }
    struct ruleset *rs = ruleset_new();
    if (rs == NULL) return 0;
    status s = ruleset_add(rs, slice_text("f"), input);
    if (s.code == E_OK) s = ruleset_finish(rs);
    if (s.code == E_OK) round_trip(rs, input);
    ruleset_free(rs);
    return 0;
}
