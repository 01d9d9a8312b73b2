/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "tests/cm.h"

static bool is_zero(const uint8_t *at, size_t len)
{
    while (len > 0 && at[len - 1] == 0)
        len--;
    return len == 0;
}

static void allocations_are_zeroed_aligned_and_apart(void **)
{
    struct arena a = arena_of(4 * 1024 * 1024);
    uint8_t *last = NULL;
    for (size_t len = 0; len < 1000; len++) {
        uint8_t *at = arena_take(&a, len);
        assert_non_null(at);
        assert_int_equal((uintptr_t)at % 16, 0);
        assert_true(is_zero(at, len));
        memset(at, 0xee, len);
        if (last != NULL && len > 1) assert_int_equal(last[0], 0xee);
        last = at;
    }
    assert_true(a.used <= a.cap);
    arena_done(&a);
}

static void the_cap_is_exact_and_a_refusal_takes_nothing(void **)
{
    struct arena a = arena_of(64);
    assert_non_null(arena_take(&a, 48));
    assert_null(arena_take(&a, 17));
    assert_int_equal(a.used, 48);
    assert_non_null(arena_take(&a, 16));
    assert_null(arena_take(&a, 1));
    assert_null(arena_take(&a, SIZE_MAX));
    assert_null(arena_take(&a, SIZE_MAX - 15));
    arena_done(&a);
    struct arena none = arena_of(0);
    assert_null(arena_take(&none, 1));
    arena_done(&none);
}

static void an_array_whose_size_wraps_is_refused(void **)
{
    struct arena a = arena_of(SIZE_MAX);
    assert_null(arena_array(&a, SIZE_MAX / 2 + 1, 2));
    assert_null(arena_array(&a, SIZE_MAX, SIZE_MAX));
    uint32_t *numbers = arena_array(&a, 5, sizeof *numbers);
    assert_non_null(numbers);
    assert_int_equal(numbers[4], 0);
    arena_done(&a);
}

static void a_copy_has_a_nul_behind_it(void **)
{
    struct arena a = arena_of(1024);
    const slice copy = arena_copy(&a, guarded(slice_text("text")));
    assert_true(slice_is(copy, "text"));
    assert_int_equal(copy.at[4], 0);
    const slice empty = arena_copy(&a, slice_none());
    assert_non_null(empty.at);
    assert_int_equal(empty.len, 0);
    assert_null(arena_copy(&a, (slice){ copy.at, 2048 }).at);
    assert_null(arena_copy(&a, (slice){ copy.at, SIZE_MAX }).at);
    arena_done(&a);
}

static void a_reset_arena_starts_over_and_zeroes_again(void **)
{
    struct arena a = arena_of(1024 * 1024);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 60; i++) {
            uint8_t *at = arena_take(&a, 10000);
            assert_non_null(at);
            assert_true(is_zero(at, 10000));
            memset(at, 0xff, 10000);
        }
        arena_reset(&a);
        assert_int_equal(a.used, 0);
    }
    arena_done(&a);
    arena_done(&a);
    arena_reset(&a);
    arena_done(NULL);
    assert_non_null(arena_take(&a, 1));
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_zeroed_aligned_and_apart),
        cmocka_unit_test(the_cap_is_exact_and_a_refusal_takes_nothing),
        cmocka_unit_test(an_array_whose_size_wraps_is_refused),
        cmocka_unit_test(a_copy_has_a_nul_behind_it),
        cmocka_unit_test(a_reset_arena_starts_over_and_zeroes_again),
    };
    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
