/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/people.h"
#include <stdlib.h>
#include "simulate/simulate.h"
#include "tests/cm.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void no_two_accounts_are_alike(void **)
{
    enum { STAFF = 60000 };
    struct people p = {};
    assert_ok(people_init(&p, 3, STAFF, 1000000));
    const char **names = test_keep(STAFF * sizeof *names);
    for (uint32_t i = 0; i < STAFF; i++)
        names[i] = p.persons[i].account;
    qsort(names, STAFF, sizeof *names, by_name);
    for (uint32_t i = 1; i < STAFF; i++)
        assert_string_not_equal(names[i - 1], names[i]);
    people_done(&p);
}

static void the_smallest_staff_has_every_role_and_each_has_a_manager(void **)
{
    struct people p = {};
    assert_ok(people_init(&p, 9, SIMULATE_STAFF_MIN, SIMULATE_USERS_MIN));
    uint32_t sum = 0;
    for (uint8_t role = 0; role < ROLES; role++) {
        assert_true(people_count(&p, role, MARKET_ANY) >= 2);
        assert_true(people_count(&p, role, MARKET_HOME) >= 1);
        for (uint8_t m = 0; m < MARKETS; m++)
            sum += people_count(&p, role, m);
    }
    assert_int_equal(sum, SIMULATE_STAFF_MIN);
    assert_int_equal(people_count(&p, ROLE_ANY, MARKET_ANY), SIMULATE_STAFF_MIN);
    for (uint32_t i = 0; i < p.count; i++)
        assert_true(p.persons[i].manager < p.count);
    people_done(&p);
}

static void who_is_picked_has_the_role_and_is_not_gone(void **)
{
    struct people p = {};
    struct stream s = stream_of(4, 4);
    assert_ok(people_init(&p, 4, 300, 50000));
    for (uint32_t i = 2 * ROLES; i < p.count; i += 2)
        p.persons[i].gone = true;
    for (int i = 0; i < 2000; i++) {
        const uint8_t role = (uint8_t)(i % ROLES);
        const uint32_t person = people_pick(&p, &s, role, (uint8_t)(i % MARKETS), i * 1000000LL);
        assert_int_equal(p.persons[person].role, role);
        assert_int_not_equal(people_pick_other(&p, &s, person, role, 0), person);
    }
    people_done(&p);
}

static void a_successor_has_the_place_and_another_name(void **)
{
    struct people p = {};
    assert_ok(people_init(&p, 5, 100, 5000));
    const struct person before = p.persons[50];
    p.persons[50].gone = true;
    people_replace(&p, 50);
    assert_string_not_equal(p.persons[50].account, before.account);
    assert_int_equal(p.persons[50].role, before.role);
    assert_int_equal(p.persons[50].market, before.market);
    assert_int_equal(p.persons[50].manager, before.manager);
    assert_int_equal(p.persons[50].employment, 101);
    assert_false(p.persons[50].gone);
    people_done(&p);
}

static void users_are_a_function_of_their_number(void **)
{
    struct people p = {};
    struct stream s = stream_of(6, 6);
    assert_ok(people_init(&p, 6, 100, 6437));
    uint32_t employees = 0;
    for (uint32_t user = 0; user < p.users; user++)
        employees += user_is_employee(&p, user);
    assert_int_equal(employees, 100);
    for (uint32_t i = 0; i < p.count; i++)
        assert_true(user_is_employee(&p, p.persons[i].private_user));
    for (int i = 0; i < 5000; i++) {
        const uint32_t user = user_pick(&p, &s, (uint8_t)(i % MARKETS));
        assert_true(user < p.users);
        assert_int_equal(user_market(user), i % MARKETS);
    }
    assert_true(user_is_public_figure(user_public_figure(&p, &s)));
    people_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_accounts_are_alike),
        cmocka_unit_test(the_smallest_staff_has_every_role_and_each_has_a_manager),
        cmocka_unit_test(who_is_picked_has_the_role_and_is_not_gone),
        cmocka_unit_test(a_successor_has_the_place_and_another_name),
        cmocka_unit_test(users_are_a_function_of_their_number),
    };
    return cmocka_run_group_tests_name("simulate/people", tests, NULL, NULL);
}
