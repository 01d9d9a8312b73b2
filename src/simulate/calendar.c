/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/calendar.h"

#include "base/timestamp.h"
#include "base/banned.h"

enum summer_time { SUMMER_NONE, SUMMER_EU, SUMMER_US };
enum { MINUTES_PER_DAY = 1440, NS_PER_MS = 1000000, HOURS = 24 };

/* clang-format off */
const struct market markets[MARKETS] = {
    { "IE", "en", "eu-west-1",      0,    SUMMER_EU,   4,  20, true },
    { "DE", "de", "eu-central-1",   60,   SUMMER_EU,   12, 8,  true },
    { "PL", "pl", "eu-central-1",   60,   SUMMER_EU,   8,  10, true },
    { "ES", "es", "eu-south-2",     60,   SUMMER_EU,   8,  4,  true },
    { "US", "en", "us-east-1",      -300, SUMMER_US,   12, 8,  false },
    { "BR", "pt", "sa-east-1",      -180, SUMMER_NONE, 8,  4,  false },
    { "IN", "hi", "ap-south-1",     330,  SUMMER_NONE, 8,  8,  false },
    { "SG", "en", "ap-southeast-1", 480,  SUMMER_NONE, 4,  2,  false },
};

/* Thousandths of a day's starts by hour of the market's clock. */
static const uint16_t hours[CURVES][HOURS] = {
    [CURVE_FLAT] = { 41, 42, 42, 41, 42, 42, 41, 42, 42, 41, 42, 42,
                     41, 42, 42, 41, 42, 42, 41, 42, 42, 41, 42, 42 },
    [CURVE_PEOPLE] = { 22, 12, 8, 6, 6, 9, 20, 36, 44, 45, 46, 48,
                       52, 52, 50, 50, 52, 57, 64, 72, 78, 76, 58, 37 },
    [CURVE_WORK] = { 0, 0, 0, 0, 0, 0, 0, 10, 70, 125, 130, 120,
                     60, 105, 125, 120, 90, 35, 10, 0, 0, 0, 0, 0 },
    [CURVE_SHIFT] = { 0, 0, 0, 0, 0, 0, 30, 60, 75, 80, 80, 80,
                      65, 75, 80, 80, 75, 65, 60, 55, 40, 0, 0, 0 },
    [CURVE_NIGHT] = { 0, 0, 1000 },
};
/* clang-format on */

/* Days since 1970 of the last Sunday on or before that date. */
static int64_t sunday_on_or_before(int32_t year, uint8_t month, uint8_t day)
{
    int64_t ns = 0;
    const struct civil date = { .year = year, .month = month, .day = day };
    if (timestamp_from_civil(&date, &ns).code != E_OK) return 0;
    const int64_t days = ns / NS_PER_MS / MS_PER_DAY;
    return days - (days + 4) % 7; /* 1970-01-01 was a Thursday: Sunday is 0 */
}

static bool is_summer(uint8_t rule, int64_t at_ms)
{
    const int32_t year = timestamp_to_civil(at_ms * NS_PER_MS).year;
    const int64_t day = at_ms / MS_PER_DAY;
    if (rule == SUMMER_EU) {
        return day >= sunday_on_or_before(year, 3, 31) && day < sunday_on_or_before(year, 10, 31);
    }
    return day >= sunday_on_or_before(year, 3, 14) && day < sunday_on_or_before(year, 11, 7);
}

int32_t calendar_offset(uint8_t market, int64_t at_ms)
{
    const struct market *m = &markets[market];
    const bool summer = m->summer != SUMMER_NONE && is_summer(m->summer, at_ms);
    return m->offset_minutes + (summer ? 60 : 0);
}

uint32_t calendar_weekday(int64_t at_ms, int32_t offset_minutes)
{
    const int64_t days = (at_ms + (int64_t)offset_minutes * MS_PER_MINUTE) / MS_PER_DAY;
    return (uint32_t)((days + 3) % 7);
}

uint32_t calendar_share(uint8_t curve, uint8_t market, int64_t at_ms)
{
    const bool by_clock = curve != CURVE_FLAT && curve != CURVE_NIGHT && market < MARKETS;
    const int32_t offset = by_clock ? calendar_offset(market, at_ms) : 0;
    if (curve == CURVE_WORK && calendar_weekday(at_ms, offset) >= 5) return 0;
    const int64_t local = at_ms + (int64_t)offset * MS_PER_MINUTE;
    return hours[curve][local % MS_PER_DAY / MS_PER_HOUR];
}

int64_t calendar_next_work(uint8_t market, int64_t at_ms)
{
    int64_t at = at_ms;
    for (int hour = 0; hour < 4 * HOURS && calendar_share(CURVE_WORK, market, at) < 50; hour++) {
        at = at - at % MS_PER_HOUR + MS_PER_HOUR;
    }
    return at == at_ms ? at : at + at_ms % MS_PER_HOUR;
}

uint8_t calendar_user_market(uint32_t slot)
{
    uint8_t market = 0;
    for (uint32_t end = markets[0].user_slots; slot >= end; end += markets[market].user_slots)
        market++;
    return market;
}

uint8_t calendar_staff_market(uint32_t slot)
{
    uint8_t market = 0;
    for (uint32_t end = markets[0].staff_slots; slot >= end; end += markets[market].staff_slots)
        market++;
    return market;
}

uint32_t calendar_first_slot(uint8_t market)
{
    uint32_t slot = 0;
    for (uint8_t m = 0; m < market; m++)
        slot += markets[m].user_slots;
    return slot;
}
