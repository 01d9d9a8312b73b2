/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"

#include "base/bytes.h"
#include "base/banned.h"

static const int64_t ns_per_s = 1000000000;
enum { S_PER_DAY = 86400, DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468, ZONE_S_MAX = 18 * 3600 };

/* Days since 1970-01-01 of a date whose month and day are in range: years start in March, so that
 * the leap day is the last, and 400 of them are one era of 146,097 days. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

static bool is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in_month(int32_t year, unsigned month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

status timestamp_from_civil(const struct civil *civil, int64_t *ret_ns)
{
    if (civil->year < 1678 || civil->year > 2261) return FAIL(E_VALUE);
    if (civil->month < 1 || civil->month > 12) return FAIL(E_VALUE);
    if (civil->day < 1 || civil->day > days_in_month(civil->year, civil->month)) {
        return FAIL(E_VALUE);
    }
    if (civil->hour > 23 || civil->minute > 59 || civil->second > 60) return FAIL(E_VALUE);
    if (civil->nanosecond >= ns_per_s) return FAIL(E_VALUE);
    const int64_t seconds = days_of(civil->year, civil->month, civil->day) * S_PER_DAY +
                            civil->hour * 3600 + civil->minute * 60 + civil->second;
    *ret_ns = seconds * ns_per_s + civil->nanosecond;
    return OK;
}

struct civil timestamp_to_civil(int64_t ns)
{
    int64_t seconds = ns / ns_per_s;
    int64_t rest = ns % ns_per_s;
    if (rest < 0) {
        rest += ns_per_s;
        seconds--;
    }
    int64_t days = seconds / S_PER_DAY;
    int64_t second_of_day = seconds % S_PER_DAY;
    if (second_of_day < 0) {
        second_of_day += S_PER_DAY;
        days--;
    }
    days += DAYS_TO_1970; /* positive for every time that 64 bits of nanoseconds can say */
    const int64_t era = days / DAYS_PER_ERA;
    const int64_t doe = days - era * DAYS_PER_ERA;
    const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int64_t mp = (5 * doy + 2) / 153;
    const int64_t month = mp < 10 ? mp + 3 : mp - 9;
    return (struct civil){
        .year = (int32_t)(yoe + era * 400 + (month <= 2)),
        .month = (uint8_t)month,
        .day = (uint8_t)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (uint8_t)(second_of_day / 3600),
        .minute = (uint8_t)(second_of_day / 60 % 60),
        .second = (uint8_t)(second_of_day % 60),
        .nanosecond = (uint32_t)rest,
    };
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* The two digits at at[0] and at[1], or 255. */
static uint8_t two_digits(const uint8_t *at)
{
    if (!is_digit(at[0]) || !is_digit(at[1])) return UINT8_MAX;
    return (uint8_t)((at[0] - '0') * 10 + at[1] - '0');
}

/* Digits as a fraction of a second in nanoseconds; returns how many digits there were. */
static size_t fraction(slice text, uint32_t *ret_ns)
{
    uint32_t value = 0;
    size_t len = 0;
    while (len < text.len && is_digit(text.at[len])) {
        if (len < 9) value = value * 10 + (uint32_t)(text.at[len] - '0');
        len++;
    }
    for (size_t i = len; i < 9; i++)
        value *= 10;
    *ret_ns = value;
    return len;
}

/* Seconds east of UTC. */
static status zone(slice text, int32_t *ret_offset_s)
{
    *ret_offset_s = 0;
    if (text.len > 0 && text.at[0] == ' ') text = slice_from(text, 1);
    if (text.len == 0 || slice_is(text, "Z") || slice_is(text, "z")) return OK;
    if (slice_is(text, "UTC") || slice_is(text, "GMT")) return OK;
    if (text.len < 3 || (text.at[0] != '+' && text.at[0] != '-')) return FAIL(E_SYNTAX);
    const uint8_t hours = two_digits(text.at + 1);
    const size_t colon = text.len > 3 && text.at[3] == ':' ? 1 : 0;
    if (text.len != 3 && text.len != 5 + colon) return FAIL(E_SYNTAX);
    const uint8_t minutes = text.len == 3 ? 0 : two_digits(text.at + 3 + colon);
    if (hours == UINT8_MAX || minutes == UINT8_MAX) return FAIL(E_SYNTAX);
    const int32_t offset = hours * 3600 + minutes * 60;
    if (minutes > 59 || offset > ZONE_S_MAX) return FAIL(E_VALUE);
    *ret_offset_s = text.at[0] == '-' ? -offset : offset;
    return OK;
}

status timestamp_parse_iso(slice text, int64_t *ret_ns)
{
    enum { DATE_TIME = 19 }; /* 2026-01-31T23:59:59 */
    const uint8_t *at = text.at;
    if (text.len < DATE_TIME) return FAIL(E_SYNTAX);
    const uint8_t century = two_digits(at);
    const uint8_t year = two_digits(at + 2);
    struct civil c = {
        .year = century * 100 + year,
        .month = two_digits(at + 5),
        .day = two_digits(at + 8),
        .hour = two_digits(at + 11),
        .minute = two_digits(at + 14),
        .second = two_digits(at + 17),
    };
    const bool slashes = at[4] == '/' && at[7] == '/';
    if (!slashes && (at[4] != '-' || at[7] != '-')) return FAIL(E_SYNTAX);
    if (at[10] != 'T' && at[10] != ' ' && at[10] != 't') return FAIL(E_SYNTAX);
    if (at[13] != ':' || at[16] != ':') return FAIL(E_SYNTAX);
    if (century == UINT8_MAX || year == UINT8_MAX) return FAIL(E_SYNTAX);
    slice rest = slice_from(text, DATE_TIME);
    if (rest.len > 1 && (rest.at[0] == '.' || rest.at[0] == ',')) {
        const size_t digits = fraction(slice_from(rest, 1), &c.nanosecond);
        if (digits == 0) return FAIL(E_SYNTAX);
        rest = slice_from(rest, 1 + digits);
    }
    int32_t offset_s = 0;
    int64_t ns = 0;
    TRY(zone(rest, &offset_s));
    TRY(timestamp_from_civil(&c, &ns));
    *ret_ns = ns - offset_s * ns_per_s;
    return OK;
}

status timestamp_parse_epoch(slice text, int64_t *ret_ns)
{
    enum { DIGITS_MAX = 19 };
    uint64_t whole = 0;
    size_t len = 0;
    while (len < text.len && len < DIGITS_MAX && is_digit(text.at[len])) {
        whole = whole * 10 + (uint64_t)(text.at[len++] - '0');
    }
    if (len == 0) return FAIL(E_SYNTAX);
    uint32_t part = 0;
    if (len < text.len) {
        if (text.at[len] != '.') return FAIL(E_SYNTAX);
        const size_t digits = fraction(slice_from(text, len + 1), &part);
        if (digits == 0 || digits != text.len - len - 1) return FAIL(E_SYNTAX);
    }
    uint64_t unit = 1000000000; /* nanoseconds in what the number counts */
    for (uint64_t bound = 100000000000; whole >= bound && unit > 1; bound *= 1000)
        unit /= 1000;
    uint64_t ns = 0;
    if (__builtin_mul_overflow(whole, unit, &ns) || ns > (uint64_t)INT64_MAX - part)
        return FAIL(E_VALUE);
    *ret_ns = (int64_t)ns + (unit == 1000000000 ? (int64_t)part : 0);
    return OK;
}

/* The value in so many decimal digits at at, leading zeros included. */
static void put_digits(uint8_t *at, uint32_t value, size_t digits)
{
    for (size_t i = digits; i > 0; i--) {
        at[i - 1] = (uint8_t)('0' + value % 10);
        value /= 10;
    }
}

size_t timestamp_write(int64_t ns, uint8_t ret_text[TIMESTAMP_BYTES_MAX])
{
    static const uint8_t shape[] = "0000-00-00T00:00:00.000000000";
    enum { SECONDS = 19, WHOLE = sizeof shape - 1 };
    const struct civil c = timestamp_to_civil(ns);
    size_t len = WHOLE;
    bytes_copy(ret_text, TIMESTAMP_BYTES_MAX, (slice){ shape, WHOLE });
    put_digits(ret_text, (uint32_t)c.year, 4); /* 64 bits of nanoseconds: 1677 to 2262 */
    put_digits(ret_text + 5, c.month, 2);
    put_digits(ret_text + 8, c.day, 2);
    put_digits(ret_text + 11, c.hour, 2);
    put_digits(ret_text + 14, c.minute, 2);
    put_digits(ret_text + 17, c.second, 2);
    put_digits(ret_text + SECONDS + 1, c.nanosecond, 9);
    while (len > SECONDS + 1 && ret_text[len - 1] == '0')
        len--;
    if (len == SECONDS + 1) len--;
    ret_text[len++] = 'Z';
    return len;
}
