/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"
#include "tests/cm.h"

static void the_text_is_formatted_and_the_status_handed_on(void **)
{
    struct fault f = {};
    const status s = fault_set(&f, FAIL_AT(E_SYNTAX, 7), "%s:%d: no", "rule.yml", 3);
    assert_int_equal(s.code, E_SYNTAX);
    assert_int_equal(s.detail, 7);
    assert_string_equal(f.text, "rule.yml:3: no");
    assert_fails(fault_within(&f, s, "loading"), E_SYNTAX);
    assert_string_equal(f.text, "loading: rule.yml:3: no");
}

/* What is quoted may be an attacker's: no control character reaches a terminal. */
static void control_characters_are_defused(void **)
{
    struct fault f = {};
    assert_fails(fault_set(&f, FAIL(E_VALUE), "a\x1b[31m\r\n\t\x7f%s", "\a"), E_VALUE);
    assert_string_equal(f.text, "a?[31m?????");
    assert_fails(fault_within(&f, FAIL(E_VALUE), "\x1b"), E_VALUE);
    assert_string_equal(f.text, "?: a?[31m?????");
}

static void a_text_that_is_too_long_is_cut_at_its_end(void **)
{
    char text[1000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    struct fault f = {};
    assert_fails(fault_set(&f, FAIL(E_LIMIT), "start %s", text), E_LIMIT);
    assert_int_equal(strlen(f.text), sizeof f.text - 1);
    assert_memory_equal(f.text, "start xxx", 9);
    assert_fails(fault_within(&f, FAIL(E_LIMIT), text), E_LIMIT);
    assert_int_equal(strlen(f.text), sizeof f.text - 1);
    assert_memory_equal(f.text + 200, ": start xxx", 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_is_formatted_and_the_status_handed_on),
        cmocka_unit_test(control_characters_are_defused),
        cmocka_unit_test(a_text_that_is_too_long_is_cut_at_its_end),
    };
    return cmocka_run_group_tests_name("base/fault", tests, NULL, NULL);
}
