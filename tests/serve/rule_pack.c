/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/rule_pack.h"
#include "tests/cm.h"

static const char rule[] = "title: T\nid: 11111111-1111-4111-8111-111111111111\nlogsource:\n"
                           "  product: candor\ndetection:\n  s:\n    a|expand: '%names%'\n"
                           "  condition: s\nlevel: low\n";
static uint8_t room[8192];

static slice pack_of(const char *text)
{
    struct writer w = writer_of(room, sizeof room);
    rule_pack_begin(&w);
    const struct rule_pack_file list = { RULE_PACK_LIST, slice_text("names"),
                                         slice_text("x\ny\n") };
    const struct rule_pack_file file = { RULE_PACK_RULE, slice_text("a b/c.yml"),
                                         slice_text(text) };
    rule_pack_add(&w, &file);
    rule_pack_add(&w, &list);
    assert_ok(writer_end(&w));
    return writer_slice(&w);
}

static void files_come_back_with_names_and_texts(void **)
{
    struct cursor c = {};
    struct rule_pack_file file = {};
    assert_ok(rule_pack_open(guarded(pack_of(rule)), &c));
    assert_ok(rule_pack_next(&c, &file));
    assert_true(slice_is(file.name, "a b/c.yml") && slice_is(file.text, rule));
    assert_int_equal(file.type, RULE_PACK_RULE);
    assert_ok(rule_pack_next(&c, &file));
    assert_int_equal(file.type, RULE_PACK_LIST);
    assert_fails(rule_pack_next(&c, &file), E_NOT_FOUND);
}

static void a_pack_compiles_with_its_lists(void **)
{
    struct ruleset *rs = NULL;
    struct fault f = {};
    assert_ok(rule_pack_compile(pack_of(rule), &rs, &f));
    assert_int_equal(rs->rule_count, 1);
    assert_int_equal(rs->refused_count, 0);
    ruleset_free(rs);
    assert_ok(rule_pack_compile(pack_of("title: broken\n"), &rs, &f));
    assert_int_equal(rs->refused_count, 1);
    ruleset_free(rs);
}

static void every_cut_of_a_pack_is_refused(void **)
{
    const slice whole = pack_of(rule);
    size_t loaded = 0;
    for (size_t len = 0; len < whole.len; len++) {
        struct cursor c = {};
        struct rule_pack_file file = {};
        status s = rule_pack_open(guarded((slice){ whole.at, len }), &c);
        while (s.code == E_OK)
            s = rule_pack_next(&c, &file);
        loaded += s.code == E_NOT_FOUND; /* the cut is between two files */
    }
    assert_int_equal(loaded, 2);
}

static void broken_heads_are_refused(void **)
{
    static const char *const bad[] = {
        "candor-rules 1\nrule 3\nabc\n",
        "candor-rules 1\nrule 2 a\nabc\n",
        "candor-rules 1\nfile 3 a\nabc\n",
        "candor-rules 1\nrule -1 a\nabc\n",
        "candor-rules 1\nrule 99 a\nabc\n",
        "candor-rules 1\nrule 3 a\tb\nabc\n",
        "candor-rules 1\nrule 9999999999999999999999 a\n",
    };
    struct cursor c = {};
    struct rule_pack_file file = {};
    assert_fails(rule_pack_open(slice_text("candor-rules 2\n"), &c), E_SYNTAX);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_ok(rule_pack_open(guarded(slice_text(bad[i])), &c));
        const status s = rule_pack_next(&c, &file);
        assert_true(s.code != E_OK && s.code != E_NOT_FOUND);
    }
    struct writer w = writer_of(room, sizeof room);
    const struct rule_pack_file evil = { RULE_PACK_RULE, slice_text("a\nrule 1 b"), slice_none() };
    rule_pack_add(&w, &evil);
    assert_fails(writer_end(&w), E_VALUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_come_back_with_names_and_texts),
        cmocka_unit_test(a_pack_compiles_with_its_lists),
        cmocka_unit_test(every_cut_of_a_pack_is_refused),
        cmocka_unit_test(broken_heads_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
