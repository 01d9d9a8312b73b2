/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/intake/collect.h"

#include <stdio.h>
#include <stdlib.h>

static void lines_are_events(void **)
{
    assert_collects(INTAKE_AUTO,
                    "{\"a\":1,\"b\":\"x\"}\n\n  {\"a\":null,\"c\":true}\r\n{\"d\":-1.50}",
                    "1:1@0 // a=1 b=\"x\"\n"
                    "3:2@17 // a=null c=true\n"
                    "4:3@40 // d=-1.5\n");
}

static void nested_values_have_dotted_names_without_positions(void **)
{
    assert_collects(
        INTAKE_JSON,
        "{\"a\":{\"b\":[{\"c\":1},{\"c\":[2,3]},4],\"d\":{}},\"e.f\":5,\"g\":{\"h.i\":[]}}",
        "1:1@0 // a={} a.b=[] a.b={} a.b.c=1 a.b={} a.b.c=[] a.b.c=2 a.b.c=3 a.b=4 "
        "a.d={} .e.f=5 g={} g.h.i=[]\n");
}

static void numbers_are_canonical_decimal(void **)
{
    assert_collects(INTAKE_JSON,
                    "{\"a\":1.0,\"b\":1e3,\"c\":0.1,\"d\":18446744073709551615,\"e\":-0,"
                    "\"f\":123456789012345678901,\"g\":1e300,\"h\":-9223372036854775808}",
                    "1:1@0 // a=1 b=1000 c=0.1 d=18446744073709551615 e=0 f=123456789012345678901 "
                    "g=1e+300 h=-9223372036854775808\n");
}

static void arrays_and_tall_objects_are_taken_apart(void **)
{
    assert_collects(INTAKE_AUTO, "[{\"a\":1},\n {\"a\":2}]\n", "1:1@1 // a=1\n2:2@11 // a=2\n");
    assert_collects(INTAKE_AUTO, "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n",
                    "1:1@0 // a=1\n4:2@13 // a=2\n");
    assert_collects(INTAKE_AUTO, "{\"a\":1}{\"a\":2} {\"a\":3}",
                    "1:1@0 // a=1\n1:2@7 // a=2\n1:3@15 // a=3\n");
    assert_collects(INTAKE_AUTO,
                    "{\"x\":[{\"n\":1}],\"Records\":[{\"a\":1},{\"a\":2}],\"y\":{\"z\":1}}\n"
                    "{\"Records\":[]}[{\"a\":3}]",
                    "1:1@26 // a=1\n1:2@34 // a=2\n2:3@71 // a=3\n");
    assert_collects(INTAKE_AUTO, "[]", "");
    assert_collects(INTAKE_AUTO, "[{\"a\":[{\"a\":1}]}]", "1:1@1 // a=[] a={} a.a=1\n");
}

static void lines_may_wrap_events_too(void **)
{
    assert_collects(INTAKE_AUTO, "{\"b\":0}\n{\"Records\":[{\"a\":1},7,{\"a\":2}]}\n[{\"a\":3}]\n",
                    "1:1@0 // b=0\n2:2.1@8 // a=1\n2:2.2@8 // a=2\n3:3.1@40 // a=3\n");
}

static void a_broken_line_is_told_and_the_rest_goes_on(void **)
{
    assert_collects(INTAKE_AUTO,
                    "{\"a\":1}\n{\"a\":1,}\n{\"a\":\nnonsense\n7\n{\"a\":2}\n{\"a\":\"cu",
                    "1:1@0 // a=1\n"
                    "2:2@8 ! JSON: a string is expected at byte 7\n"
                    "2:2@8 raw {\"a\":1,}\n"
                    "3:3@17 ! JSON: the text ends where a value is expected at byte 5\n"
                    "3:3@17 raw {\"a\":\n"
                    "4:4@23 ! JSON: a value is expected at byte 0\n"
                    "4:4@23 raw nonsense\n"
                    "5:5@32 ! JSON: an event must be an object\n"
                    "5:5@32 raw 7\n"
                    "6:6@34 // a=2\n"
                    "7:7@42 ! JSON: the text ends inside a string at byte 8\n"
                    "7:7@42 raw {\"a\":\"cu\n");
}

static void a_broken_element_is_told_and_the_rest_goes_on(void **)
{
    assert_collects(INTAKE_AUTO, "[{\"a\":1},{\"a\":tru},5,{\"a\":2}]",
                    "1:1@1 // a=1\n"
                    "1:2@9 ! JSON: a value is expected at byte 5\n"
                    "1:2@9 raw {\"a\":tru}\n"
                    "1:3@19 ! JSON: an event must be an object\n"
                    "1:3@19 raw 5\n"
                    "1:4@21 // a=2\n");
    assert_collects(INTAKE_AUTO, "[{\"a\":1},{\"a\":",
                    "1:1@1 // a=1\n"
                    "1:2@9 ! JSON: the input ends inside a value\n"
                    "1:2@9 raw {\"a\":\n");
    assert_collects(INTAKE_AUTO, "[{\"a\":1},",
                    "1:1@1 // a=1\n"
                    "1:2@9 ! JSON: the input ends inside an array\n");
    assert_collects(INTAKE_AUTO, "{\"Records\":[{\"a\":1}],\"b\":",
                    "1:1@12 // a=1\n"
                    "1:2@25 ! JSON: the input ends inside a value\n");
}

static void an_elasticsearch_export_is_its_source(void **)
{
    assert_collects(INTAKE_AUTO,
                    "{\"_index\":\"i\",\"_source\":{\"a\":1}}\n{\"_source\":{\"a\":1}}\n",
                    "1:1@0 // a=1\n2:2@33 // _source={} _source.a=1\n");
}

/* Text of len bytes: head, then fill, then tail. */
static slice padded(const char *head, size_t len, char fill, const char *tail)
{
    char *text = test_keep(len);
    memset(text, fill, len);
    bytes_copy(text, len, slice_text(head));
    bytes_copy(text + len - strlen(tail), strlen(tail), slice_text(tail));
    return (slice){ (const uint8_t *)text, len };
}

static void a_line_above_the_limit_is_told_and_skipped(void **)
{
    const slice at = padded("{\"a\":\"", EVENT_BYTES_MAX + 9, 'x', "\"}\n{\"b\":1}\n");
    const char *text = collect_in_steps(INTAKE_AUTO, (slice){ at.at, at.len }, 100000);
    assert_non_null(strstr(text, "1:1@0 ! the event is above a limit"));
    assert_non_null(strstr(text, "2:2@1048577 // b=1\n"));
    const slice above = padded("{\"a\":\"", EVENT_BYTES_MAX + 10, 'x', "\"}\n{\"b\":1}\n");
    text = collect_in_steps(INTAKE_AUTO, above, 100000);
    assert_string_equal(text, "1:1@0 ! JSON: a value of more than 1 MiB\n2:2@1048578 // b=1\n");
    const slice second = padded("{}\n{\"a\":\"", EVENT_BYTES_MAX + 13, 'x', "\"}\n{\"b\":1}\n");
    text = collect_in_steps(INTAKE_AUTO, second, 100000);
    assert_string_equal(text, "1:1@0 //\n"
                              "2:2@3 ! a line of more than 1 MiB\n"
                              "3:3@1048581 // b=1\n");
    const slice tall = padded("{\n", EVENT_BYTES_MAX + 1000000, 'x', "\n{\"b\":1}\n");
    text = collect_in_steps(INTAKE_JSON, tall, 100000);
    assert_non_null(strstr(text, " // b=1\n"));
}

static void a_value_above_the_limit_is_cut_at_a_code_point(void **)
{
    const slice at = padded("{\"a\":\"", EVENT_VALUE_BYTES_MAX + 8, 'x', "\"}");
    assert_null(strstr(collect(INTAKE_JSON, at), "!"));
    const slice above = padded("{\"a\":\"", EVENT_VALUE_BYTES_MAX + 9, 'x', "\xc3\xa9\"}");
    const char *text = collect(INTAKE_JSON, above);
    assert_non_null(strstr(text, "1:1@0 ! the event is above a limit"));
    const char *value = strstr(text, "<a=\"");
    assert_non_null(value);
    assert_int_equal(strlen(value), strlen("<a=\"\"\n") + EVENT_VALUE_BYTES_MAX - 1);
}

static void fields_above_the_limit_are_left_out_and_told(void **)
{
    for (int count = EVENT_FIELDS_MAX; count <= EVENT_FIELDS_MAX + 1; count++) {
        char *text = calloc(1, 32 * (size_t)count + 8);
        size_t len = 0;
        for (int i = 0; i < count; i++) {
            len += (size_t)sprintf(text + len, "%c\"f%d\":%d", i == 0 ? '{' : ',', i, i);
        }
        text[len++] = '}';
        const char *out = collect(INTAKE_JSON, (slice){ (uint8_t *)text, len });
        assert_true((strstr(out, "!") != NULL) == (count > EVENT_FIELDS_MAX));
        assert_non_null(strstr(out, " f1023=1023\n"));
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_events),
        cmocka_unit_test(nested_values_have_dotted_names_without_positions),
        cmocka_unit_test(numbers_are_canonical_decimal),
        cmocka_unit_test(arrays_and_tall_objects_are_taken_apart),
        cmocka_unit_test(lines_may_wrap_events_too),
        cmocka_unit_test(a_broken_line_is_told_and_the_rest_goes_on),
        cmocka_unit_test(a_broken_element_is_told_and_the_rest_goes_on),
        cmocka_unit_test(an_elasticsearch_export_is_its_source),
        cmocka_unit_test(a_line_above_the_limit_is_told_and_skipped),
        cmocka_unit_test(a_value_above_the_limit_is_cut_at_a_code_point),
        cmocka_unit_test(fields_above_the_limit_are_left_out_and_told),
    };
    return cmocka_run_group_tests_name("intake/json", tests, NULL, NULL);
}
