/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/*
 * calendar: markets with their clocks, and when things happen in them. Times are milliseconds UTC
 * since 1970; a day is a number of days since 1970-01-01.
 */
enum { MARKETS = 8, MARKET_ANY = 255, MARKET_HOME = 0 };
enum { MS_PER_MINUTE = 60000, MS_PER_HOUR = 3600000, MS_PER_DAY = 86400000 };
/* Users and staff are spread over this many slots, each of which belongs to a market. */
enum { MARKET_SLOTS = 64 };

struct market {
    const char *code;       /* ISO 3166 */
    const char *language;   /* ISO 639-1 */
    const char *region;     /* of the cloud */
    int16_t offset_minutes; /* of its winter time from UTC */
    uint8_t summer;         /* enum summer_time */
    uint8_t user_slots;
    uint8_t staff_slots;
    bool in_eu;
};

extern const struct market markets[MARKETS];

/* How a thing is spread over the day. */
enum curve {
    CURVE_FLAT,   /* machines: always */
    CURVE_PEOPLE, /* users: by the clock of their market, every day */
    CURVE_WORK,   /* staff: working hours of their market, Monday to Friday */
    CURVE_SHIFT,  /* staff that works every day, from early to late */
    CURVE_NIGHT,  /* jobs: at two in the night, UTC */
    CURVES,
};

/* Minutes that the market's clock is ahead of UTC at that time. */
int32_t calendar_offset(uint8_t market, int64_t at_ms);
/* How much of a day's starts fall into the hour of that time, in thousandths; 0 at a weekend for
 * CURVE_WORK. The hours of a day (that is no weekend) sum up to 1,000. */
uint32_t calendar_share(uint8_t curve, uint8_t market, int64_t at_ms);
/* Monday is 0. */
uint32_t calendar_weekday(int64_t at_ms, int32_t offset_minutes);
/* The next moment at or after that time when staff of the market works (CURVE_WORK). */
int64_t calendar_next_work(uint8_t market, int64_t at_ms);
/* The market of a slot (0 .. MARKET_SLOTS - 1) of users or of staff. */
uint8_t calendar_user_market(uint32_t slot);
uint8_t calendar_staff_market(uint32_t slot);
/* The first slot of users of the market; they are side by side. */
uint32_t calendar_first_slot(uint8_t market);
