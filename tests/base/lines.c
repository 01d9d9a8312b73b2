/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lines.h"
#include "tests/cm.h"

static void lines_and_words_come_in_order(void **)
{
    struct lines l = lines_of(guarded(slice_text("one two\n\nthree\n")));
    slice word = slice_none();
    assert_int_equal(l.number, 0);
    assert_ok(lines_next(&l));
    assert_ok(lines_word(&l, &word));
    assert_true(slice_is(word, "one"));
    assert_fails(lines_end(&l), E_TRAILING);
    assert_ok(lines_expect(&l, "two"));
    assert_ok(lines_end(&l));
    assert_fails(lines_word(&l, &word), E_SYNTAX);
    assert_ok(lines_next(&l));
    assert_ok(lines_end(&l));
    assert_fails(lines_word(&l, &word), E_SYNTAX);
    assert_ok(lines_next(&l));
    assert_int_equal(l.number, 3);
    assert_fails(lines_expect(&l, "thre"), E_SYNTAX);
    assert_fails(lines_next(&l), E_SHORT);
    assert_int_equal(l.number, 3);
}

static void a_line_has_one_spelling(void **)
{
    static const char *const bad[] = { " one\n", "one \n", " \n", "one  two\n", "\n" };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct lines l = lines_of(guarded(slice_text(bad[i])));
        slice word = slice_text("untouched");
        assert_ok(lines_next(&l));
        status s = lines_word(&l, &word);
        if (s.code == E_OK) s = lines_word(&l, &word);
        assert_fails(s, E_SYNTAX);
        assert_false(slice_is(word, ""));
    }
    struct lines open = lines_of(guarded(slice_text("no end")));
    assert_fails(lines_next(&open), E_SHORT);
    assert_int_equal(open.number, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_words_come_in_order),
        cmocka_unit_test(a_line_has_one_spelling),
    };
    return cmocka_run_group_tests_name("base/lines", tests, NULL, NULL);
}
