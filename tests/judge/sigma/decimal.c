/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/decimal.h"

#include "tests/cm.h"

static void numbers_compare_exactly(void **)
{
    /* ascending; equal ones stand in one row */
    static const char *const rows[][4] = {
        { "-1e400" },
        { "-9223372036854775809" },
        { "-42.5", "-425e-1" },
        { "-42" },
        { "-0.001", "-1e-3" },
        { "0", "-0", "0.000", "0e99" },
        { "1e-400" },
        { "0.1", "1e-1", "0.10" },
        { "0.1000000000000000000000000001" },
        { "9" },
        { "10", "1e1", "10.0", "+10" },
        { "42", "4.2e1", "042", "420e-1" },
        { "9007199254740992" },
        { "9007199254740993" },
        { "1e999999999999999999" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t j = 0; j < COUNT_OF(rows); j++) {
            for (size_t k = 0; k < 4 && rows[i][k] != NULL; k++) {
                for (size_t l = 0; l < 4 && rows[j][l] != NULL; l++) {
                    struct decimal a = {}, b = {};
                    assert_ok(decimal_parse(guarded(slice_text(rows[i][k])), &a));
                    assert_ok(decimal_parse(guarded(slice_text(rows[j][l])), &b));
                    const int order = decimal_compare(&a, &b);
                    const int want = (i > j) - (i < j);
                    if ((order > 0) - (order < 0) != want)
                        fail_msg("%s, %s: %d", rows[i][k], rows[j][l], order);
                }
            }
        }
    }
}

static void texts_that_are_no_whole_number_are_refused(void **)
{
    static const char *const bad[] = { "",    "-",     "+",    ".",  ".5",   "5.",
                                       "1e",  "1e+",   "0x10", " 1", "1 ",   "1,000",
                                       "1_0", "1.2.3", "--1",  "e5", "1e5x", "NaN" };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct decimal n = { .exponent = 99 };
        assert_fails(decimal_parse(guarded(slice_text(bad[i])), &n), E_SYNTAX);
        assert_int_equal(n.exponent, 99);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_compare_exactly),
        cmocka_unit_test(texts_that_are_no_whole_number_are_refused),
    };
    return cmocka_run_group_tests_name("judge/sigma/decimal", tests, NULL, NULL);
}
