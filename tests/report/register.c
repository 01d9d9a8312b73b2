/* SPDX-License-Identifier: Apache-2.0 */
#include "report/register.h"

#include "base/timestamp.h"
#include "tests/cm.h"

enum { TOLD_MAX = 16, NS_PER_S = 1000000000 };

static struct register_failure told[TOLD_MAX];
static size_t told_count;

static void tell(void *with, const struct register_failure *failure)
{
    assert_true(with == &told && told_count < TOLD_MAX);
    told[told_count++] = *failure;
}

static uint64_t seconds(const char *text)
{
    int64_t ns = 0;
    assert_ok(timestamp_parse_iso(slice_text(text), &ns));
    return (uint64_t)(ns / NS_PER_S);
}

static struct registered published(const char *period, uint64_t version, const char *time)
{
    struct registered r = { .version = version, .time_s = seconds(time) };
    assert_ok(report_period_parse(slice_text(period), &r.period));
    return r;
}

static void look(struct registered *at, size_t count, const char *now)
{
    const struct report_register r = { .at = at, .count = count };
    told_count = 0;
    register_failures(&r, seconds(now), tell, &told);
}

static void is_told(size_t nth, enum register_failure_kind kind, const char *period)
{
    assert_true(nth < told_count);
    assert_int_equal(told[nth].kind, kind);
    assert_string_equal(told[nth].period.name, period);
}

static void a_report_is_late_the_second_after_two_months(void **)
{
    struct registered at[] = { published("2026-H1", 1, "2026-09-01T00:00:00Z") };
    look(at, 1, "2026-09-02T00:00:00Z");
    assert_int_equal(told_count, 0);
    at[0].time_s++;
    look(at, 1, "2026-09-02T00:00:00Z");
    assert_int_equal(told_count, 1);
    is_told(0, REGISTER_LATE, "2026-H1");
    assert_int_equal(told[0].late_s, 1);
    assert_int_equal(told[0].due_s, seconds("2026-09-01T00:00:00Z"));
}

static void a_report_between_others_and_one_that_is_due_are_missing(void **)
{
    struct registered at[] = { published("2026-H2", 1, "2027-01-15T00:00:00Z"),
                               published("2025-H2", 1, "2026-02-15T00:00:00Z") };
    look(at, 2, "2027-08-31T00:00:00Z");
    assert_int_equal(told_count, 1);
    is_told(0, REGISTER_MISSING, "2026-H1");
    assert_null(told[0].report);
    look(at, 2, "2028-03-02T00:00:00Z");
    assert_int_equal(told_count, 3);
    is_told(1, REGISTER_MISSING, "2027-H1");
    is_told(2, REGISTER_MISSING, "2027-H2");
    assert_int_equal(told[2].late_s, 24 * 3600);
}

static void restatements_are_told_and_do_not_count_as_late(void **)
{
    struct registered at[] = { published("2025", 1, "2026-01-20T00:00:00Z"),
                               published("2025", 2, "2026-07-01T00:00:00Z") };
    look(at, 2, "2026-12-31T00:00:00Z");
    assert_int_equal(told_count, 1);
    is_told(0, REGISTER_RESTATED, "2025");
    assert_int_equal(told[0].report->version, 2);
}

static void periods_of_another_length_are_never_missing(void **)
{
    struct registered at[] = { published("2025", 1, "2026-01-20T00:00:00Z"),
                               published("2024-H1", 1, "2024-10-01T00:00:00Z") };
    look(at, 2, "2026-12-31T00:00:00Z");
    assert_int_equal(told_count, 1);
    is_told(0, REGISTER_LATE, "2024-H1");
}

static void nothing_published_is_no_failure(void **)
{
    look(NULL, 0, "2026-12-31T00:00:00Z");
    assert_int_equal(told_count, 0);
}

static void the_end_of_time_is_reached(void **)
{
    struct registered at[] = { published("2098-H1", 1, "2098-07-20T00:00:00Z"),
                               published("2099-H2", 1, "2099-12-31T00:00:00Z") };
    look(at, 2, "2110-01-01T00:00:00Z");
    is_told(0, REGISTER_MISSING, "2098-H2");
}

static void versions_are_found_by_period(void **)
{
    struct registered at[] = { published("2025", 1, "2026-01-20T00:00:00Z"),
                               published("2025-H2", 1, "2026-01-20T00:00:00Z"),
                               published("2025", 2, "2026-07-01T00:00:00Z") };
    const struct report_register r = { .at = at, .count = 3 };
    assert_ptr_equal(register_newest(&r, &at[0].period), &at[2]);
    assert_ptr_equal(register_newest(&r, &at[1].period), &at[1]);
    assert_ptr_equal(register_version(&r, &at[0].period, 1), &at[0]);
    assert_null(register_version(&r, &at[1].period, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_late_the_second_after_two_months),
        cmocka_unit_test(a_report_between_others_and_one_that_is_due_are_missing),
        cmocka_unit_test(restatements_are_told_and_do_not_count_as_late),
        cmocka_unit_test(periods_of_another_length_are_never_missing),
        cmocka_unit_test(nothing_published_is_no_failure),
        cmocka_unit_test(the_end_of_time_is_reached),
        cmocka_unit_test(versions_are_found_by_period),
    };
    return cmocka_run_group_tests_name("report/register", tests, NULL, NULL);
}
