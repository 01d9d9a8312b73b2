/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/calendar.h"
#include "base/timestamp.h"
#include "tests/cm.h"

enum { NS_PER_MS = 1000000, IE = 0, DE = 1, US = 4, BR = 5, IN = 6 };

static int64_t ms(const char *text)
{
    int64_t ns = 0;
    assert_ok(timestamp_parse_iso(slice_text(text), &ns));
    return ns / NS_PER_MS;
}

static void clocks_change_when_the_law_says(void **)
{
    static const struct {
        uint8_t market;
        const char *at;
        int32_t offset;
    } cases[] = {
        { DE, "2026-03-28T12:00:00Z", 60 },   { DE, "2026-03-29T12:00:00Z", 120 },
        { DE, "2026-10-24T12:00:00Z", 120 },  { DE, "2026-10-25T12:00:00Z", 60 },
        { IE, "2026-07-01T12:00:00Z", 60 },   { US, "2026-03-07T12:00:00Z", -300 },
        { US, "2026-03-08T12:00:00Z", -240 }, { US, "2026-10-31T12:00:00Z", -240 },
        { US, "2026-11-01T12:00:00Z", -300 }, { BR, "2026-07-01T12:00:00Z", -180 },
        { IN, "2026-01-01T12:00:00Z", 330 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(calendar_offset(cases[i].market, ms(cases[i].at)), cases[i].offset);
    }
}

static void the_hours_of_a_day_are_all_of_it(void **)
{
    const int64_t monday = ms("2026-01-05T00:00:00Z");
    for (uint8_t curve = 0; curve < CURVES; curve++) {
        for (uint8_t market = 0; market < MARKETS; market++) {
            const int64_t begin = monday - calendar_offset(market, monday) * (int64_t)MS_PER_MINUTE;
            uint32_t sum = 0;
            for (int hour = 0; hour < 24; hour++)
                sum += calendar_share(curve, market, begin + hour * (int64_t)MS_PER_HOUR);
            assert_int_equal(sum, 1000);
        }
    }
}

static void nobody_works_at_a_weekend(void **)
{
    for (int hour = 0; hour < 48; hour++) {
        const int64_t at = ms("2026-01-10T00:00:00Z") + hour * (int64_t)MS_PER_HOUR;
        assert_int_equal(calendar_share(CURVE_WORK, IE, at), 0);
        assert_true(calendar_weekday(at, 0) >= 5);
    }
    assert_int_equal(calendar_weekday(ms("2026-01-05T00:00:00Z"), 0), 0);
    assert_int_equal(calendar_weekday(ms("2026-01-04T23:00:00Z"), 60), 0);
}

static void the_next_work_is_in_working_hours_and_not_before(void **)
{
    const int64_t friday = ms("2026-01-09T00:00:00Z");
    for (uint8_t market = 0; market < MARKETS; market++) {
        for (int64_t at = friday; at < friday + 4 * (int64_t)MS_PER_DAY; at += 1234567) {
            const int64_t next = calendar_next_work(market, at);
            assert_true(next >= at);
            assert_true(next < at + 4 * (int64_t)MS_PER_DAY);
            assert_true(calendar_share(CURVE_WORK, market, next) > 0);
        }
    }
}

static void every_slot_belongs_to_a_market(void **)
{
    uint32_t users[MARKETS] = {}, staff[MARKETS] = {};
    for (uint32_t slot = 0; slot < MARKET_SLOTS; slot++) {
        users[calendar_user_market(slot)]++;
        staff[calendar_staff_market(slot)]++;
    }
    for (uint8_t m = 0; m < MARKETS; m++) {
        assert_int_equal(users[m], markets[m].user_slots);
        assert_int_equal(staff[m], markets[m].staff_slots);
        assert_int_equal(calendar_user_market(calendar_first_slot(m)), m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_change_when_the_law_says),
        cmocka_unit_test(the_hours_of_a_day_are_all_of_it),
        cmocka_unit_test(nobody_works_at_a_weekend),
        cmocka_unit_test(the_next_work_is_in_working_hours_and_not_before),
        cmocka_unit_test(every_slot_belongs_to_a_market),
    };
    return cmocka_run_group_tests_name("simulate/calendar", tests, NULL, NULL);
}
