/* SPDX-License-Identifier: Apache-2.0 */
#include "os/user.h"

#include <unistd.h>
#include "tests/cm.h"

static void a_user_has_a_name_or_at_least_a_number(void **)
{
    char name[USER_NAME_MAX + 1] = "";
    user_name(0, name);
    assert_string_equal(name, "root");
    user_name(4294960000u, name);
    assert_string_equal(name, "4294960000");
    assert_int_equal(user_own(), geteuid());
    struct user_names names = {};
    user_names_of(&names, 4294960000u, name);
    assert_string_equal(name, "4294960000");
    user_names_ask(&names);
    user_names_of(&names, 0, name);
    assert_string_equal(name, "root");
    user_names_of(&names, 1, name);
    assert_string_equal(name, "daemon");
    user_names_of(&names, 4294960000u, name);
    assert_string_equal(name, "4294960000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_has_a_name_or_at_least_a_number),
    };
    return cmocka_run_group_tests_name("os/user", tests, NULL, NULL);
}
