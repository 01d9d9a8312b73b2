/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/when.h"

#include "tests/cm.h"

static void the_parts_are_those_that_are_written(void **)
{
    static const struct {
        const char *text;
        struct when want;
    } cases[] = {
        { "2024-12-30T23:59:01Z", { 2024, 12, 30, 1, 23, 59 } },
        { "2024-12-29 00:05", { 2024, 12, 29, 52, 0, 5 } },
        { "2021-01-03T10:20:30.123456789+02:00", { 2021, 1, 3, 53, 10, 20 } },
        { "2021-01-04t10:20:30,5 -0530", { 2021, 1, 4, 1, 10, 20 } },
        { "2024/02/29 12:00:60", { 2024, 2, 29, 9, 12, 0 } },
        { "2026-01-01", { 2026, 1, 1, 1, -1, -1 } },
        { "1700000000", { 2023, 11, 14, 46, 22, 13 } },
        { "1700000000123", { 2023, 11, 14, 46, 22, 13 } },
        { "1700000000123456", { 2023, 11, 14, 46, 22, 13 } },
        { "1700000000123456789", { 2023, 11, 14, 46, 22, 13 } },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct when t = {};
        assert_ok(when_parse(guarded(slice_text(cases[i].text)), &t));
        if (!bytes_equal(&t, &cases[i].want, sizeof t)) {
            fail_msg("%s: %d-%d-%d week %d %d:%d", cases[i].text, t.year, t.month, t.day, t.week,
                     t.hour, t.minute);
        }
    }
}

static void what_is_no_time_is_refused(void **)
{
    static const char *const bad[] = { "",
                                       "2024",
                                       "2024-1-1",
                                       "2024-01-01T",
                                       "2024-01-01T10",
                                       "2024-01-01T10:00:0",
                                       "2024-01-01T10:00:00.Z",
                                       "2024-01-01T10:00:00+2",
                                       "2024-01-01T10:00:00Zx",
                                       "123",
                                       "17000000001",
                                       "yesterday",
                                       "2024-01-01x10:00",
                                       "12345678901234567890" };
    static const char *const impossible[] = {
        "2024-13-01", "2024-00-10",       "2023-02-29",
        "2024-01-32", "2024-01-01T24:00", "2024-01-01T10:60"
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct when t = { .year = 7 };
        if (when_parse(guarded(slice_text(bad[i])), &t).code != E_SYNTAX) fail_msg("%s", bad[i]);
        assert_int_equal(t.year, 7);
    }
    for (size_t i = 0; i < COUNT_OF(impossible); i++) {
        struct when t = {};
        if (when_parse(guarded(slice_text(impossible[i])), &t).code != E_VALUE)
            fail_msg("%s", impossible[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_are_those_that_are_written),
        cmocka_unit_test(what_is_no_time_is_refused),
    };
    return cmocka_run_group_tests_name("judge/sigma/when", tests, NULL, NULL);
}
