/* SPDX-License-Identifier: Apache-2.0 */
#include "os/random.h"

#include "tests/cm.h"

/* A byte position that never changes over 64 draws has a chance of 256^-63. */
static void every_byte_is_drawn_and_none_beyond(void **)
{
    enum { LEN = 1000 };
    uint8_t first[LEN], next[LEN + 1];
    bool changed[LEN] = { 0 };
    assert_ok(random_bytes(first, LEN));
    for (int draw = 0; draw < 63; draw++) {
        next[LEN] = 0xaa;
        assert_ok(random_bytes(next, LEN));
        assert_int_equal(next[LEN], 0xaa);
        for (size_t i = 0; i < LEN; i++)
            changed[i] = changed[i] || next[i] != first[i];
    }
    for (size_t i = 0; i < LEN; i++)
        assert_true(changed[i]);
}

static void no_bytes_is_no_work(void **)
{
    uint8_t byte = 7;
    assert_ok(random_bytes(&byte, 0));
    assert_int_equal(byte, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_drawn_and_none_beyond),
        cmocka_unit_test(no_bytes_is_no_work),
    };
    return cmocka_run_group_tests_name("os/random", tests, NULL, NULL);
}
