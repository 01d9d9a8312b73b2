/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/json.h"
#include "tests/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/writer.h"
#include "lib/json_repair.h"

static struct json_parser *parser;

static int setup(void **)
{
    parser = json_parser_new();
    return parser == NULL ? -1 : 0;
}

static int teardown(void **)
{
    json_parser_free(parser);
    return 0;
}

static status parse(slice text, struct json_document *d)
{
    struct fault fault = {};
    const status s = json_parse(parser, guarded(text), d, &fault);
    assert_int_equal(fault.text[0] == '\0', s.code == E_OK);
    return s;
}

static void a_document_is_nodes_in_its_own_order(void **)
{
    struct json_document d = {};
    assert_ok(parse(
        slice_text(" {\"a\":[1,-2,{\"b\\u00e9\":\"x\\ny\"}],\"c\":null,\"d\":true,\"e\":false,"
                   "\"f\":1.5,\"g\":18446744073709551615,\"h\":{}} \n"),
        &d));
    static const struct {
        uint8_t type;
        uint32_t end;
        const char *key;
    } want[] = {
        { JSON_OBJECT, 12, "" },  { JSON_ARRAY, 6, "a" }, { JSON_INT, 3, "" },
        { JSON_INT, 4, "" },      { JSON_OBJECT, 6, "" }, { JSON_STRING, 6, "b\xc3\xa9" },
        { JSON_NULL, 7, "c" },    { JSON_TRUE, 8, "d" },  { JSON_FALSE, 9, "e" },
        { JSON_DOUBLE, 10, "f" }, { JSON_UINT, 11, "g" }, { JSON_OBJECT, 12, "h" },
    };
    assert_int_equal(d.count, COUNT_OF(want));
    for (size_t i = 0; i < d.count; i++) {
        assert_int_equal(d.nodes[i].type, want[i].type);
        assert_int_equal(d.nodes[i].end, want[i].end);
        assert_true(slice_is(d.nodes[i].key, want[i].key));
    }
    assert_true(d.nodes[3].number.i == -2);
    assert_true(slice_is(d.nodes[5].text, "x\ny"));
    assert_true(d.nodes[9].number.d == 1.5);
    assert_true(d.nodes[10].number.u == UINT64_MAX);
    assert_ptr_equal(json_member(&d, d.nodes, "c"), d.nodes + 6);
    assert_null(json_member(&d, d.nodes, "b"));
    assert_null(json_member(&d, d.nodes + 2, "a"));
}

static void scalars_are_documents_too(void **)
{
    static const struct {
        const char *text;
        uint8_t type;
    } cases[] = {
        { "0", JSON_INT },       { "\"\"", JSON_STRING }, { "null", JSON_NULL },
        { "[]", JSON_ARRAY },    { "true", JSON_TRUE },   { "false", JSON_FALSE },
        { "-1e3", JSON_DOUBLE }, { "{}", JSON_OBJECT },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_document d = {};
        assert_ok(parse(slice_text(cases[i].text), &d));
        assert_int_equal(d.count, 1);
        assert_int_equal(d.nodes[0].type, cases[i].type);
        assert_int_equal(d.nodes[0].end, 1);
    }
}

static void what_is_no_json_is_refused_where_it_breaks(void **)
{
    static const struct {
        const char *text;
        int code;
        int offset;
    } cases[] = {
        { "", E_SYNTAX, 0 },
        { "  ", E_SYNTAX, 2 },
        { "{", E_SYNTAX, 1 },
        { "[1,]", E_SYNTAX, 3 },
        { "[1 2]", E_SYNTAX, 3 },
        { "{\"a\"}", E_SYNTAX, 4 },
        { "{\"a\":1,}", E_SYNTAX, 7 },
        { "{a:1}", E_SYNTAX, 1 },
        { "{\"a\":1}x", E_SYNTAX, 7 },
        { "{\"a\":1}{\"a\":1}", E_SYNTAX, 7 },
        { "[1}", E_SYNTAX, 2 },
        { "nul", E_SYNTAX, 0 },
        { "[tru]", E_SYNTAX, 1 },
        { "\"abc", E_SYNTAX, 4 },
        { "\"a\nb\"", E_SYNTAX, 2 },
        { "\"a\\x\"", E_SYNTAX, 2 },
        { "[\"\\u12g4\"]", E_SYNTAX, 2 },
        { "\"\\", E_SYNTAX, 1 },
        { "01", E_SYNTAX, 1 },
        { "[1.]", E_SYNTAX, 3 },
        { "[-]", E_SYNTAX, 2 },
        { "[1e]", E_SYNTAX, 3 },
        { "[.5]", E_SYNTAX, 1 },
        { "[+1]", E_SYNTAX, 1 },
        { "[NaN]", E_SYNTAX, 1 },
        { "\xff", E_UTF8, 0 },
        { "[\"ab\xc3\"]", E_UTF8, 4 },
        { "[\"\xed\xa0\x80\"]", E_UTF8, 2 },
        { "[\"\xc0\x80\"]", E_UTF8, 2 },
        { "1e999", E_LIMIT, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_document d = { .count = 99 };
        const status s = parse(slice_text(cases[i].text), &d);
        print_message("case %zu: %s\n", i, cases[i].text);
        assert_int_equal(s.code, cases[i].code);
        assert_int_equal(s.detail, cases[i].offset);
        assert_int_equal(d.count, 99);
    }
}

/* Every prefix of a good document is bad, and the reader goes on with the next good one. */
static void a_cut_document_is_refused(void **)
{
    const slice whole = slice_text("{\"a\":[1,2.5e3,\"x\\u0041\",{\"b\":null}],\"c\":true}");
    for (size_t len = 0; len < whole.len; len++) {
        struct json_document d = {};
        assert_fails(parse((slice){ whole.at, len }, &d), E_SYNTAX);
        assert_ok(parse(whole, &d));
    }
}

static void depth_is_capped_at_its_bound(void **)
{
    char text[2 * JSON_DEPTH_MAX + 2];
    for (size_t depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        struct json_document d = {};
        const status s = parse((slice){ (const uint8_t *)text, 2 * depth }, &d);
        assert_int_equal(s.code, depth == JSON_DEPTH_MAX ? E_OK : E_LIMIT);
        if (s.code == E_OK) assert_int_equal(d.count, JSON_DEPTH_MAX);
    }
}

static void a_deep_parser_has_a_bound_of_its_own(void **)
{
    char text[2 * JSON_DEEP_MAX + 3];
    struct json_parser *deep = json_parser_new_deep();
    assert_non_null(deep);
    for (size_t depth = JSON_DEEP_MAX; depth <= JSON_DEEP_MAX + 1; depth++) {
        struct json_document d = {};
        struct fault fault = {};
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        const status s = json_parse(deep, (slice){ (uint8_t *)text, 2 * depth }, &d, &fault);
        assert_fails(s, depth == JSON_DEEP_MAX ? E_OK : E_LIMIT);
        text[2 * depth - 1] = '}';
        ignore(json_parse(deep, (slice){ (uint8_t *)text, 2 * depth }, &d, &fault), "below");
        if (depth > JSON_DEEP_MAX) continue;
        assert_string_equal(fault.text,
                            "JSON: a comma or a closing bracket is expected at byte 255");
    }
    json_parser_free(deep);
}

static void integers_above_64_bits_keep_their_digits(void **)
{
    struct json_document d = {};
    assert_ok(parse(slice_text("{\"a\":-9223372036854775808,\"b\":-9223372036854775809,"
                               "\"1e5\":\"12345678901234567890123\",\"c\":12345678901234567890123,"
                               "\"d\":[1.25,18446744073709551616]}"),
                    &d));
    assert_true(d.nodes[1].number.i == INT64_MIN);
    assert_int_equal(d.nodes[2].type, JSON_DOUBLE);
    assert_true(slice_is(d.nodes[2].text, "-9223372036854775809"));
    assert_true(slice_is(d.nodes[3].text, "12345678901234567890123"));
    assert_int_equal(d.nodes[3].type, JSON_STRING);
    assert_true(slice_is(d.nodes[4].text, "12345678901234567890123"));
    assert_true(d.nodes[4].number.d > 1.2e22 && d.nodes[4].number.d < 1.3e22);
    assert_true(slice_is(d.nodes[6].text, ""));
    assert_true(slice_is(d.nodes[7].text, "18446744073709551616"));
}

static void half_a_surrogate_pair_is_the_replacement_character(void **)
{
    struct json_document d = {};
    assert_ok(
        parse(slice_text("[\"a\\ud83db\",\"\\udE00\",\"\\ud83d\\ude00\",\"\\\\ud800\"]"), &d));
    assert_true(slice_is(d.nodes[1].text, "a\xef\xbf\xbd"
                                          "b"));
    assert_true(slice_is(d.nodes[2].text, "\xef\xbf\xbd"));
    assert_true(slice_is(d.nodes[3].text, "\xf0\x9f\x98\x80"));
    assert_true(slice_is(d.nodes[4].text, "\\ud800"));
}

static void members_of_one_name_are_all_there(void **)
{
    struct json_document d = {};
    assert_ok(parse(slice_text("{\"a\":1,\"b\":2,\"a\":3}"), &d));
    assert_int_equal(d.count, 4);
    assert_ptr_equal(json_member(&d, d.nodes, "a"), d.nodes + 1);
    assert_true(d.nodes[3].number.i == 3);
}

static void a_document_above_the_size_limit_is_refused(void **)
{
    const size_t len = (size_t)JSON_DOCUMENT_BYTES_MAX + 1;
    uint8_t *text = malloc(len);
    assert_non_null(text);
    memset(text, ' ', len);
    text[0] = '1';
    struct json_document d = {};
    struct fault fault = {};
    assert_fails(json_parse(parser, (slice){ text, len }, &d, &fault), E_LIMIT);
    assert_ok(json_parse(parser, (slice){ text, len - 1 }, &d, &fault));
    memset(text, '[', len);
    for (size_t i = 1; i + 1 < len; i++)
        text[i] = i % 2 == 0 ? ',' : '0';
    text[len - 3] = ' ';
    text[len - 2] = ']';
    assert_fails(json_parse(parser, (slice){ text, len - 1 }, &d, &fault), E_LIMIT);
    free(text);
}

/* The locator is a second reader of the grammar: it finds nothing wrong exactly where simdjson does
 * not, over every change of one byte of a document with all its constructs. */
static void the_locator_agrees_on_every_one_byte_change(void **)
{
    const char *whole = "{\"a\":[1,-2.5e+3,\"x\\u0041\\n\",{}],\"c\":true,\"d\":[],\"e\":null}";
    static const char replacements[] = "{}[],:\"\\ 01-+.eEtn\n\x01/u";
    uint8_t text[128];
    const size_t len = strlen(whole);
    for (size_t i = 0; i < len; i++) {
        for (size_t r = 0; r + 1 < sizeof replacements; r++) {
            const char *what = NULL;
            struct json_document d = {};
            bytes_copy(text, sizeof text, slice_text(whole));
            text[i] = (uint8_t)replacements[r];
            const slice changed = { text, len };
            const status s = parse(changed, &d);
            (void)json_locate(guarded(changed), JSON_DEPTH_MAX, &what);
            if ((s.code == E_OK) != (what == NULL)) print_message("%.*s\n", (int)len, text);
            assert_true((s.code == E_OK) == (what == NULL));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_nodes_in_its_own_order),
        cmocka_unit_test(scalars_are_documents_too),
        cmocka_unit_test(what_is_no_json_is_refused_where_it_breaks),
        cmocka_unit_test(a_cut_document_is_refused),
        cmocka_unit_test(depth_is_capped_at_its_bound),
        cmocka_unit_test(a_deep_parser_has_a_bound_of_its_own),
        cmocka_unit_test(integers_above_64_bits_keep_their_digits),
        cmocka_unit_test(half_a_surrogate_pair_is_the_replacement_character),
        cmocka_unit_test(members_of_one_name_are_all_there),
        cmocka_unit_test(a_document_above_the_size_limit_is_refused),
        cmocka_unit_test(the_locator_agrees_on_every_one_byte_change),
    };
    return cmocka_run_group_tests_name("lib/json", tests, setup, teardown);
}
