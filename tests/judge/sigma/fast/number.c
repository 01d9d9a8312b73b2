/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/number.h"

#include "tests/cm.h"

static const char *const numbers[] = {
    "0",
    "-0",
    "0.0",
    "00",
    "1",
    "1.0",
    "01",
    "+1",
    "10e-1",
    "-1",
    "42",
    "4.2e1",
    "420e-1",
    "4.2",
    "42e-1",
    "0.042",
    "1e39",
    "1e40",
    "1e41",
    "10e40",
    "100000000000000000000000000000000000000000",
    "1234567890123456789012345678901234567890",
    "0.1",
    "0.10",
    "1e-1",
    "9007199254740993",
    "9007199254740992",
    "1e400",
    "10e399",
};

static void equal_numbers_have_one_text(void **)
{
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        for (size_t j = 0; j < COUNT_OF(numbers); j++) {
            struct decimal a = {}, b = {};
            uint8_t left[NUMBER_TEXT_BYTES_MAX], right[NUMBER_TEXT_BYTES_MAX];
            assert_ok(decimal_parse(slice_text(numbers[i]), &a));
            assert_ok(decimal_parse(slice_text(numbers[j]), &b));
            const bool same = slice_equal(number_text(&a, left), number_text(&b, right));
            assert_int_equal(same, decimal_compare(&a, &b) == 0);
        }
    }
}

static void a_plain_number_is_its_own_text(void **)
{
    static const char *const others[] = {
        "", "-", "-0", "00", "01", "+1", "1.0", "1e1", "x", "1x"
    };
    size_t plain = 0;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct decimal number = {};
        uint8_t room[NUMBER_TEXT_BYTES_MAX];
        if (!number_is_plain(slice_text(numbers[i]))) continue;
        assert_ok(decimal_parse(slice_text(numbers[i]), &number));
        assert_true(slice_equal(number_text(&number, room), slice_text(numbers[i])));
        plain++;
    }
    assert_in_range(plain, 5, COUNT_OF(numbers) - 5);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_false(number_is_plain(slice_text(others[i])));
}

static void too_many_digits_have_no_text(void **)
{
    struct decimal number = {};
    uint8_t room[NUMBER_TEXT_BYTES_MAX];
    assert_ok(decimal_parse(slice_text("12345678901234567890123456789012345678901"), &number));
    assert_int_equal(number_text(&number, room).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_numbers_have_one_text),
        cmocka_unit_test(a_plain_number_is_its_own_text),
        cmocka_unit_test(too_many_digits_have_no_text),
    };
    return cmocka_run_group_tests_name("judge/sigma/fast/number", tests, NULL, NULL);
}
