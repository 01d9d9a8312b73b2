/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_writer.h"
#include <math.h>
#include "base/text.h"
#include "tests/cm.h"

static uint8_t room[4096];

static struct writer start(void)
{
    return writer_of(room, sizeof room);
}

static void commas_and_colons_come_by_themselves(void **)
{
    struct writer w = start();
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_key(&j, "a");
    json_array(&j);
    json_u64(&j, UINT64_MAX);
    json_i64(&j, INT64_MIN);
    json_array(&j);
    json_array_end(&j);
    json_object(&j);
    json_object_end(&j);
    json_null(&j);
    json_array_end(&j);
    json_member_text(&j, "b", "x");
    json_member_string(&j, "c", slice_text("y"));
    json_member_u64(&j, "d", 0);
    json_member_bool(&j, "e", true);
    json_key_slice(&j, slice_text("f"));
    json_raw(&j, slice_text("{\"g\":[]}"));
    json_object_end(&j);
    assert_ok(writer_end(&w));
    assert_true(slice_is(writer_slice(&w),
                         "{\"a\":[18446744073709551615,-9223372036854775808,[],{},"
                         "null],\"b\":\"x\",\"c\":\"y\",\"d\":0,\"e\":true,"
                         "\"f\":{\"g\":[]}}"));
}

static void strings_are_escaped_and_always_utf8(void **)
{
    static const struct {
        const char *text;
        const char *json;
    } cases[] = {
        { "", "\"\"" },
        { "a\"b\\c/", "\"a\\\"b\\\\c/\"" },
        { "\n\r\t\x01\x1f\x7f", "\"\\n\\r\\t\\u0001\\u001f\\u007f\"" },
        { "h\xc3\xa4", "\"h\xc3\xa4\"" },
        { "\xff"
          "a",
          "\"\xef\xbf\xbd"
          "a\"" },
        { "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
        { "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct writer w = start();
        struct json_writer j = json_writer_of(&w);
        json_string(&j, guarded(slice_text(cases[i].text)));
        assert_true(slice_is(writer_slice(&w), cases[i].json));
        assert_true(text_is_utf8(writer_slice(&w)));
    }
}

static void bytes_are_written_as_base64(void **)
{
    struct writer w = start();
    struct json_writer j = json_writer_of(&w);
    json_array(&j);
    json_base64(&j, guarded((slice){ (const uint8_t *)"\0\xff\x10z", 4 }));
    json_base64(&j, slice_none());
    json_array_end(&j);
    assert_true(slice_is(writer_slice(&w), "[\"AP8Qeg==\",\"\"]"));
}

static void doubles_are_the_shortest_that_read_back(void **)
{
    static const struct {
        double value;
        const char *json;
    } cases[] = {
        { 0.1, "0.1" },
        { 1.0, "1" },
        { -2.5, "-2.5" },
        { 1e300, "1e+300" },
        { 1.0 / 3, "0.3333333333333333" },
        { NAN, "null" },
        { INFINITY, "null" },
        { -INFINITY, "null" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct writer w = start();
        struct json_writer j = json_writer_of(&w);
        json_double(&j, cases[i].value);
        assert_true(slice_is(writer_slice(&w), cases[i].json));
    }
}

static void a_buffer_that_is_too_small_is_an_error_at_every_cut(void **)
{
    for (size_t cap = 0; cap <= 16; cap++) {
        struct writer w = writer_of(room, cap);
        struct json_writer j = json_writer_of(&w);
        json_object(&j);
        json_member_text(&j, "key", "v\n");
        json_member_u64(&j, "n", 1);
        json_object_end(&j);
        assert_fails(writer_end(&w), E_LIMIT);
        assert_true(w.len <= cap);
    }
}

static void nesting_goes_to_its_documented_depth(void **)
{
    struct writer w = start();
    struct json_writer j = json_writer_of(&w);
    for (int depth = 1; depth < JSON_WRITER_DEPTH_MAX; depth++)
        json_array(&j);
    for (int depth = 1; depth < JSON_WRITER_DEPTH_MAX; depth++)
        json_array_end(&j);
    json_null(&j);
    assert_ok(writer_end(&w));
    assert_int_equal(w.len, 2 * (JSON_WRITER_DEPTH_MAX - 1) + 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_colons_come_by_themselves),
        cmocka_unit_test(strings_are_escaped_and_always_utf8),
        cmocka_unit_test(bytes_are_written_as_base64),
        cmocka_unit_test(doubles_are_the_shortest_that_read_back),
        cmocka_unit_test(a_buffer_that_is_too_small_is_an_error_at_every_cut),
        cmocka_unit_test(nesting_goes_to_its_documented_depth),
    };
    return cmocka_run_group_tests_name("base/json_writer", tests, NULL, NULL);
}
