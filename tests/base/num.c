/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num.h"
#include "tests/cm.h"

static void sums_and_products_that_do_not_fit_are_refused(void **)
{
    size_t value = 99;
    assert_ok(num_add(SIZE_MAX - 1, 1, &value));
    assert_true(value == SIZE_MAX);
    assert_fails(num_add(SIZE_MAX, 1, &value), E_LIMIT);
    assert_ok(num_mul(SIZE_MAX / 2, 2, &value));
    assert_true(value == SIZE_MAX - 1);
    assert_fails(num_mul(SIZE_MAX / 2 + 1, 2, &value), E_LIMIT);
}

static void unsigned_numbers_are_plain_digits_up_to_64_bits(void **)
{
    static const struct {
        const char *text;
        int32_t code;
        uint64_t value;
    } cases[] = {
        { "0", E_OK, 0 },
        { "7", E_OK, 7 },
        { "18446744073709551615", E_OK, UINT64_MAX },
        { "18446744073709551616", E_LIMIT, 0 },
        { "99999999999999999999999999", E_LIMIT, 0 },
        { "", E_SYNTAX, 0 },
        { "00", E_SYNTAX, 0 },
        { "01", E_SYNTAX, 0 },
        { "+1", E_SYNTAX, 0 },
        { "-1", E_SYNTAX, 0 },
        { " 1", E_SYNTAX, 0 },
        { "1 ", E_SYNTAX, 0 },
        { "1.0", E_SYNTAX, 0 },
        { "1e3", E_SYNTAX, 0 },
        { "0x1", E_SYNTAX, 0 },
        { "99999999999999999999999999x", E_SYNTAX, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t value = 99;
        assert_fails(num_parse_u64(guarded(slice_text(cases[i].text)), &value), cases[i].code);
        assert_int_equal(value, cases[i].code == E_OK ? cases[i].value : 99);
    }
}

static void signed_numbers_reach_both_ends_and_no_further(void **)
{
    static const struct {
        const char *text;
        int32_t code;
        int64_t value;
    } cases[] = {
        { "-1", E_OK, -1 },
        { "9223372036854775807", E_OK, INT64_MAX },
        { "9223372036854775808", E_LIMIT, 0 },
        { "-9223372036854775808", E_OK, INT64_MIN },
        { "-9223372036854775809", E_LIMIT, 0 },
        { "-", E_SYNTAX, 0 },
        { "--1", E_SYNTAX, 0 },
        { "-01", E_SYNTAX, 0 },
        { "", E_SYNTAX, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t value = 99;
        assert_fails(num_parse_i64(guarded(slice_text(cases[i].text)), &value), cases[i].code);
        assert_true(value == (cases[i].code == E_OK ? cases[i].value : 99));
    }
}

static void hexadecimal_is_exact_in_length_and_either_case(void **)
{
    uint8_t bytes[2] = { 9, 9 };
    assert_fails(num_parse_hex(guarded(slice_text("0g12")), bytes, 2), E_SYNTAX);
    assert_fails(num_parse_hex(guarded(slice_text("012")), bytes, 2), E_SYNTAX);
    assert_fails(num_parse_hex(guarded(slice_text("01")), bytes, 2), E_SYNTAX);
    assert_fails(num_parse_hex(guarded(slice_text("012345")), bytes, 2), E_SYNTAX);
    assert_fails(num_parse_hex(guarded(slice_text("0x12")), bytes, 2), E_SYNTAX);
    assert_int_equal(bytes[0], 9);
    assert_ok(num_parse_hex(guarded(slice_text("aFB0")), bytes, 2));
    assert_int_equal(bytes[0], 0xaf);
    assert_int_equal(bytes[1], 0xb0);
    assert_ok(num_parse_hex(slice_none(), bytes, 0));
    for (int c = 0; c < 256; c++) {
        const uint8_t pair[2] = { '0', (uint8_t)c };
        const bool digit = strchr("0123456789abcdefABCDEF", c) != NULL && c != 0;
        assert_fails(num_parse_hex(guarded((slice){ pair, 2 }), bytes, 1), digit ? E_OK : E_SYNTAX);
    }
}

static void times_are_a_number_and_a_unit(void **)
{
    uint32_t s = 7;
    assert_fails(num_parse_seconds(guarded(slice_text("")), 100, &s), E_SYNTAX);
    assert_fails(num_parse_seconds(guarded(slice_text("5")), 100, &s), E_SYNTAX);
    assert_fails(num_parse_seconds(guarded(slice_text("s")), 100, &s), E_SYNTAX);
    assert_fails(num_parse_seconds(guarded(slice_text("-1s")), 100, &s), E_SYNTAX);
    assert_fails(num_parse_seconds(guarded(slice_text("5 m")), 100, &s), E_SYNTAX);
    assert_fails(num_parse_seconds(guarded(slice_text("5w")), 100, &s), E_SYNTAX);
    assert_fails(num_parse_seconds(guarded(slice_text("101s")), 100, &s), E_LIMIT);
    assert_fails(num_parse_seconds(guarded(slice_text("2m")), 100, &s), E_LIMIT);
    assert_fails(num_parse_seconds(guarded(slice_text("99999999999d")), UINT32_MAX, &s), E_LIMIT);
    assert_int_equal(s, 7);
    assert_ok(num_parse_seconds(guarded(slice_text("0s")), 100, &s));
    assert_int_equal(s, 0);
    assert_ok(num_parse_seconds(guarded(slice_text("15m")), 900, &s));
    assert_int_equal(s, 900);
    assert_ok(num_parse_seconds(guarded(slice_text("2d")), UINT32_MAX, &s));
    assert_int_equal(s, 172800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_products_that_do_not_fit_are_refused),
        cmocka_unit_test(unsigned_numbers_are_plain_digits_up_to_64_bits),
        cmocka_unit_test(signed_numbers_reach_both_ends_and_no_further),
        cmocka_unit_test(hexadecimal_is_exact_in_length_and_either_case),
        cmocka_unit_test(times_are_a_number_and_a_unit),
    };
    return cmocka_run_group_tests_name("base/num", tests, NULL, NULL);
}
