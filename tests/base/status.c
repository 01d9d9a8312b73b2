/* SPDX-License-Identifier: Apache-2.0 */
#include "base/status.h"
#include "tests/cm.h"

/* The exit statuses that scripts rely on: 0 done, 1 the answer is no, 2 input, 3 the system. */
static void each_family_has_its_exit_status(void **)
{
    assert_int_equal(status_exit(OK), 0);
    assert_int_equal(status_exit(FAIL(E_SYNTAX)), 2);
    assert_int_equal(status_exit(FAIL(E_USAGE)), 2);
    assert_int_equal(status_exit(FAIL(E_NOT_FOUND)), 2);
    assert_int_equal(status_exit(FAIL_AT(E_IO, 5)), 3);
    assert_int_equal(status_exit(FAIL(E_CORRUPT)), 3);
    assert_int_equal(status_exit(FAIL(E_FSYNC)), 3);
    assert_int_equal(status_exit(FAIL(E_INVALID)), 1);
    assert_int_equal(status_exit(FAIL(E_REFUSED)), 1);
}

static void a_code_that_nobody_knows_is_a_failure_of_the_system(void **)
{
    for (int32_t code = -5; code < 100; code++) {
        assert_non_null(status_text(FAIL(code)));
        assert_in_range(status_exit(FAIL(code)), code == E_OK ? 0 : 1, 3);
    }
    assert_int_equal(status_exit(FAIL(12345)), 3);
    assert_string_equal(status_text(FAIL(12345)), "unknown error");
    assert_string_equal(status_text(FAIL(E_FULL)), "no space left");
}

static status first_failure(int32_t first, int32_t second)
{
    TRY(FAIL_AT(first, 1));
    TRY(FAIL_AT(second, 2));
    return OK;
}

static void try_returns_the_first_failure_as_it_is(void **)
{
    assert_ok(first_failure(E_OK, E_OK));
    assert_int_equal(first_failure(E_SHORT, E_LIMIT).code, E_SHORT);
    assert_int_equal(first_failure(E_OK, E_LIMIT).code, E_LIMIT);
    assert_int_equal(first_failure(E_OK, E_LIMIT).detail, 2);
    ignore(first_failure(E_SHORT, E_OK), "to see that it compiles without a warning");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_family_has_its_exit_status),
        cmocka_unit_test(a_code_that_nobody_knows_is_a_failure_of_the_system),
        cmocka_unit_test(try_returns_the_first_failure_as_it_is),
    };
    return cmocka_run_group_tests_name("base/status", tests, NULL, NULL);
}
