/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include "tests/cm.h"

static struct arena arena;

static struct yaml_file good(const char *text)
{
    struct yaml_file file = {};
    struct fault fault = {};
    const status s = yaml_read(guarded(slice_text(text)), &arena, &file, &fault);
    if (s.code != E_OK) fail_msg("%s: %s", text, fault.text);
    return file;
}

static void plain_scalars_have_the_types_of_yaml_1_2(void **)
{
    static const struct {
        const char *text;
        uint8_t type;
    } cases[] = {
        { "x: null", YAML_NULL },       { "x: ~", YAML_NULL },        { "x:", YAML_NULL },
        { "x: true", YAML_BOOL },       { "x: FALSE", YAML_BOOL },    { "x: yes", YAML_TEXT },
        { "x: off", YAML_TEXT },        { "x: 42", YAML_INT },        { "x: -7", YAML_INT },
        { "x: +7", YAML_INT },          { "x: 0x1F", YAML_INT },      { "x: 0o17", YAML_INT },
        { "x: 0xfg", YAML_TEXT },       { "x: 017", YAML_INT },       { "x: 1.5", YAML_FLOAT },
        { "x: 1e3", YAML_FLOAT },       { "x: 1.", YAML_FLOAT },      { "x: .5", YAML_FLOAT },
        { "x: .inf", YAML_FLOAT },      { "x: 1.2.3", YAML_TEXT },    { "x: 1e", YAML_TEXT },
        { "x: 2024-01-31", YAML_TEXT }, { "x: 12:30", YAML_TEXT },    { "x: 1_000", YAML_TEXT },
        { "x: '42'", YAML_TEXT },       { "x: \"true\"", YAML_TEXT }, { "x: !!str 42", YAML_TEXT },
        { "x: [1, 2]", YAML_LIST },     { "x: {a: 1}", YAML_MAP },    { "x: |\n  1\n", YAML_TEXT },
        { "x: +", YAML_TEXT },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct yaml_file file = good(cases[i].text);
        const struct yaml_node *x = yaml_member(file.documents[0], "x");
        assert_non_null(x);
        if (x->type != cases[i].type) fail_msg("%s is %s", cases[i].text, yaml_type_name(x));
    }
}

static void whole_numbers_are_read_in_every_base(void **)
{
    static const struct {
        const char *text;
        int32_t code;
        int64_t value;
    } cases[] = {
        { "0", E_OK, 0 },
        { "-9223372036854775808", E_OK, INT64_MIN },
        { "+9223372036854775807", E_OK, INT64_MAX },
        { "9223372036854775808", E_LIMIT, 0 },
        { "0x7fffffffffffffff", E_OK, INT64_MAX },
        { "0x8000000000000000", E_LIMIT, 0 },
        { "0o17", E_OK, 15 },
        { "007", E_OK, 7 },
        { "1.0", E_VALUE, 0 },
        { "text", E_VALUE, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct yaml_file file = good(cases[i].text);
        int64_t value = 99;
        assert_fails(yaml_int(file.documents[0], &value), cases[i].code);
        assert_int_equal(value, cases[i].code == E_OK ? cases[i].value : 99);
    }
}

static void every_node_knows_its_line_and_column(void **)
{
    const struct yaml_file file = good("a: 1\nb:\n  - x\n  - {k: 'v'}\n---\n# second\nc: 2\n");
    assert_int_equal(file.count, 2);
    const struct yaml_node *list = yaml_member(file.documents[0], "b");
    assert_int_equal(list->members[0].value->line, 3);
    assert_int_equal(list->members[0].value->column, 5);
    const struct yaml_node *v = yaml_member(list->members[1].value, "k");
    assert_int_equal(v->line, 4);
    assert_int_equal(v->column, 9);
    assert_int_equal(yaml_member(file.documents[1], "c")->line, 7);
    assert_null(yaml_member(file.documents[0], "c"));
    assert_null(yaml_member(list, "b"));
}

static void aliases_stand_for_their_anchor(void **)
{
    const struct yaml_file file = good("a: &x [1, 2]\nb: *x\nc: [*x, *x]\n");
    assert_ptr_equal(yaml_member(file.documents[0], "a"), yaml_member(file.documents[0], "b"));
}

static void bad_texts_are_refused_at_their_place(void **)
{
    static const struct {
        const char *text;
        int32_t code;
        uint32_t line;
        size_t documents;
    } cases[] = {
        { "a: 1\nb: 2\na: 3\n", E_DUPLICATE, 3, 0 },
        { "a: 1\n---\nb: [1\n", E_SYNTAX, 4, 1 },
        { "a: 1\n\tb: 2\n", E_SYNTAX, 2, 0 },
        { "a: *x\n", E_SYNTAX, 1, 0 },
        { "a: &x [*x]\n", E_SYNTAX, 1, 0 },
        { "<<: {a: 1}\n", E_SYNTAX, 1, 0 },
        { "a: !!int 3\n", E_SYNTAX, 1, 0 },
        { "? [a]\n: 1\n", E_SYNTAX, 1, 0 },
        { "a: \xff\n", E_UTF8, 1, 0 },
        { "a: 1\nb: \xc3\x28\n", E_UTF8, 2, 0 },
        { "a: \x01\n", E_SYNTAX, 1, 0 },
        { "a: 'x\n", E_SYNTAX, 2, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct yaml_file file = {};
        struct fault fault = {};
        const status s = yaml_read(guarded(slice_text(cases[i].text)), &arena, &file, &fault);
        if (s.code != cases[i].code || file.line != cases[i].line) {
            fail_msg("%s: %d at line %u: %s", cases[i].text, s.code, file.line, fault.text);
        }
        assert_int_equal(file.count, cases[i].documents);
        assert_true(fault.text[0] != 0);
    }
}

static status read_made(char *text, size_t len)
{
    struct yaml_file file = {};
    struct fault fault = {};
    return yaml_read((slice){ (uint8_t *)text, len }, &arena, &file, &fault);
}

static void depth_is_limited_to_32(void **)
{
    for (size_t depth = YAML_DEPTH_MAX; depth <= YAML_DEPTH_MAX + 1; depth++) {
        char text[2 * (YAML_DEPTH_MAX + 1)];
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_fails(read_made(text, 2 * depth), depth == YAML_DEPTH_MAX ? E_OK : E_LIMIT);
    }
    static char deep[YAML_BYTES_MAX];
    memset(deep, '[', sizeof deep);
    assert_fails(read_made(deep, sizeof deep), E_LIMIT);
    memset(deep, '-', sizeof deep);
    for (size_t i = 1; i < sizeof deep; i += 2)
        deep[i] = ' ';
    assert_fails(read_made(deep, sizeof deep), E_LIMIT);
}

static void aliases_and_what_they_stand_for_are_limited(void **)
{
    for (size_t count = YAML_ALIASES_MAX; count <= YAML_ALIASES_MAX + 1; count++) {
        char text[8 * (YAML_ALIASES_MAX + 4)];
        int len = snprintf(text, sizeof text, "a: &x 1\nb: [");
        for (size_t i = 0; i < count; i++) {
            len += snprintf(text + len, sizeof text - (size_t)len, "*x, ");
        }
        len += snprintf(text + len, sizeof text - (size_t)len, "]\n");
        assert_fails(read_made(text, (size_t)len), count == YAML_ALIASES_MAX ? E_OK : E_LIMIT);
    }
    char bomb[4096];
    int len = snprintf(bomb, sizeof bomb, "a0: &a0 [x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 8; i++) {
        len += snprintf(bomb + len, sizeof bomb - (size_t)len,
                        "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i, i - 1, i - 1,
                        i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    }
    assert_fails(read_made(bomb, (size_t)len), E_LIMIT);
}

static void a_large_map_is_searched_for_duplicates_too(void **)
{
    static char text[64 * 1024];
    int len = 0;
    for (int i = 0; i < 2000; i++) {
        len += snprintf(text + len, sizeof text - (size_t)len, "key%d: %d\n", i, i);
    }
    assert_ok(read_made(text, (size_t)len));
    len += snprintf(text + len, sizeof text - (size_t)len, "key7: again\n");
    assert_fails(read_made(text, (size_t)len), E_DUPLICATE);
}

static void size_is_limited_to_a_mebibyte(void **)
{
    static char text[YAML_BYTES_MAX + 1];
    memset(text, ' ', sizeof text);
    text[0] = 'a';
    assert_ok(read_made(text, YAML_BYTES_MAX));
    assert_fails(read_made(text, YAML_BYTES_MAX + 1), E_LIMIT);
}

static int arena_reset_each(void **)
{
    arena_reset(&arena);
    return 0;
}

int main(void)
{
    arena = arena_of((size_t)256 << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(plain_scalars_have_the_types_of_yaml_1_2, arena_reset_each),
        cmocka_unit_test_teardown(whole_numbers_are_read_in_every_base, arena_reset_each),
        cmocka_unit_test_teardown(every_node_knows_its_line_and_column, arena_reset_each),
        cmocka_unit_test_teardown(aliases_stand_for_their_anchor, arena_reset_each),
        cmocka_unit_test_teardown(bad_texts_are_refused_at_their_place, arena_reset_each),
        cmocka_unit_test_teardown(depth_is_limited_to_32, arena_reset_each),
        cmocka_unit_test_teardown(aliases_and_what_they_stand_for_are_limited, arena_reset_each),
        cmocka_unit_test_teardown(a_large_map_is_searched_for_duplicates_too, arena_reset_each),
        cmocka_unit_test_teardown(size_is_limited_to_a_mebibyte, arena_reset_each),
    };
    const int failed = cmocka_run_group_tests_name("lib/yaml", tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
