/* SPDX-License-Identifier: Apache-2.0 */
#include "base/intern.h"

#include <stdio.h>
#include "tests/cm.h"

static void equal_strings_get_one_number_in_order_of_first_sight(void **)
{
    struct arena arena = arena_of(1 << 20);
    struct intern t = intern_of(&arena);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 1000; i++) {
            char text[16];
            snprintf(text, sizeof text, "name%u", i);
            uint32_t number = 0;
            bool is_new = false;
            assert_ok(intern_add(&t, slice_text(text), &number, &is_new));
            assert_int_equal(number, i);
            assert_int_equal(is_new, round == 0);
            assert_true(slice_is(t.names[number], text));
        }
    }
    assert_int_equal(t.count, 1000);
    intern_done(&t);
    arena_done(&arena);
}

static void only_what_was_added_is_found(void **)
{
    struct arena arena = arena_of(1 << 20);
    struct intern t = intern_of(&arena);
    uint32_t number = 7;
    assert_false(intern_find(&t, slice_text("a"), &number));
    assert_ok(intern_add(&t, slice_none(), &number, NULL));
    assert_ok(intern_add(&t, slice_text("a"), &number, NULL));
    assert_true(intern_find(&t, slice_text("a"), &number));
    assert_int_equal(number, 1);
    assert_true(intern_find(&t, slice_none(), &number));
    assert_int_equal(number, 0);
    assert_false(intern_find(&t, slice_text("b"), &number));
    intern_done(&t);
    arena_done(&arena);
}

static void a_full_arena_is_reported_and_changes_nothing(void **)
{
    struct arena arena = arena_of(64);
    struct intern t = intern_of(&arena);
    uint32_t number = 0;
    assert_ok(intern_add(&t, slice_text("a"), &number, NULL));
    static const uint8_t zeros[100];
    const slice big = { zeros, sizeof zeros };
    assert_fails(intern_add(&t, big, &number, NULL), E_LIMIT);
    assert_int_equal(t.count, 1);
    assert_false(intern_find(&t, big, &number));
    intern_done(&t);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_strings_get_one_number_in_order_of_first_sight),
        cmocka_unit_test(only_what_was_added_is_found),
        cmocka_unit_test(a_full_arena_is_reported_and_changes_nothing),
    };
    return cmocka_run_group_tests_name("base/intern", tests, NULL, NULL);
}
