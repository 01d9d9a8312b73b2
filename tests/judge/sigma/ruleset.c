/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/ruleset.h"

#include <stdio.h>
#include "base/writer.h"
#include "tests/cm.h"

enum { FIELDS_MAX = 300, TEXT_BYTES = 32 * 1024 };

/* A rule with fields f0 to f<count - 1>, each asked for its own number. */
static void write_rule(struct writer *w, const char *name, size_t count)
{
    writer_printf(w, "title: %s\nname: %s\nlogsource: {product: x}\ndetection:\n  s:\n", name,
                  name);
    for (size_t i = 0; i < count; i++)
        writer_printf(w, "    f%zu: v%zu\n", i, i);
    writer_text(w, "  condition: s\n");
}

/* The tables grow by doubling: every size is met, with names that are old ones at its edge. */
static void tables_are_whole_at_every_size(void **)
{
    static uint8_t text[TEXT_BYTES];
    for (size_t count = 1; count <= FIELDS_MAX; count++) {
        struct ruleset *rs = ruleset_new();
        struct writer w = writer_of(text, sizeof text);
        assert_non_null(rs);
        write_rule(&w, "all", count);
        writer_text(&w, "---\n");
        write_rule(&w, "again", 1);
        assert_ok(writer_end(&w));
        assert_ok(ruleset_add(rs, slice_text("f"), writer_slice(&w)));
        assert_ok(ruleset_finish(rs));
        assert_int_equal(rs->rule_count, 2);
        assert_int_equal(rs->field_count, count);
        assert_int_equal(rs->predicate_count, count);
        for (size_t i = 0; i < count; i++) {
            char name[16], value[16];
            snprintf(name, sizeof name, "f%zu", i);
            snprintf(value, sizeof value, "v%zu", i);
            assert_true(slice_is(rs->fields[i].name, name));
            assert_int_equal(rs->predicates[i]->field, i);
            assert_true(slice_is(rs->predicates[i]->written, value));
        }
        ruleset_free(rs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(tables_are_whole_at_every_size) };
    return cmocka_run_group_tests_name("judge/sigma/ruleset", tests, NULL, NULL);
}
