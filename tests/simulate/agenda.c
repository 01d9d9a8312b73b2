/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/agenda.h"
#include "simulate/random.h"
#include "tests/cm.h"

static struct step at(int64_t time, uint16_t what)
{
    return (struct step){ .at = time, .what = what };
}

static void an_empty_agenda_gives_nothing(void **)
{
    struct agenda a = {};
    struct step step = at(7, 7);
    assert_false(agenda_take(&a, INT64_MAX, &step));
    assert_int_equal(step.what, 7);
    agenda_done(&a);
}

static void steps_come_in_order_of_time_and_equal_ones_as_they_were_put(void **)
{
    struct agenda a = {};
    struct stream random = stream_of(1, 1);
    enum { COUNT = 20000, TIMES = 97 };
    for (uint32_t i = 0; i < COUNT; i++) {
        const struct step step = at(stream_below(&random, TIMES), (uint16_t)i);
        assert_ok(agenda_put(&a, &step));
    }
    struct step last = at(-1, 0), step = {};
    size_t count = 0;
    while (agenda_take(&a, TIMES, &step)) {
        assert_true(step.at > last.at || (step.at == last.at && step.order > last.order));
        last = step;
        count++;
    }
    assert_int_equal(count, COUNT);
    agenda_done(&a);
}

static void nothing_is_taken_before_its_time(void **)
{
    struct agenda a = {};
    struct step step = at(100, 1);
    assert_ok(agenda_put(&a, &step));
    assert_false(agenda_take(&a, 100, &step));
    assert_true(agenda_take(&a, 101, &step));
    assert_false(agenda_take(&a, 101, &step));
    agenda_done(&a);
}

static void what_does_not_fit_is_left_out_and_counted(void **)
{
    struct agenda a = {};
    struct step step = at(5, 1);
    for (size_t i = 0; i < (size_t)AGENDA_STEPS_MAX + 3; i++) {
        step.at = (int64_t)i;
        assert_ok(agenda_put(&a, &step));
    }
    assert_int_equal(a.count, AGENDA_STEPS_MAX);
    assert_int_equal(a.left_out, 3);
    assert_true(agenda_take(&a, 1, &step));
    assert_int_equal(step.at, 0);
    agenda_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_agenda_gives_nothing),
        cmocka_unit_test(steps_come_in_order_of_time_and_equal_ones_as_they_were_put),
        cmocka_unit_test(nothing_is_taken_before_its_time),
        cmocka_unit_test(what_does_not_fit_is_left_out_and_counted),
    };
    return cmocka_run_group_tests_name("simulate/agenda", tests, NULL, NULL);
}
