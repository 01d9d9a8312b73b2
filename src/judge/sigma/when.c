/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/when.h"

#include <stdbool.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/banned.h"

/* Days from 1970-01-01 to a date of the Gregorian calendar, in years of 400 from 0000-03-01. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    if (month <= 2) year--;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static void date_of(int64_t days, struct when *t)
{
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int64_t day_of_era = days - era * 146097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month = (5 * day_of_year + 2) / 153;
    t->day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1);
    t->month = (int32_t)(month < 10 ? month + 3 : month - 9);
    t->year = (int32_t)(year_of_era + era * 400 + (t->month <= 2 ? 1 : 0));
}

/* The week that holds the date's Thursday, counted from the first week with a Thursday. */
static int32_t week_of(const struct when *t)
{
    const int64_t days = days_of(t->year, t->month, t->day);
    const int64_t thursday = days - ((days + 3) % 7 + 7) % 7 + 3;
    struct when in = {};
    date_of(thursday, &in);
    return (int32_t)((thursday - days_of(in.year, 1, 1)) / 7 + 1);
}

static bool digits(slice text, size_t at, size_t count, int32_t *ret_value)
{
    if (at > text.len || count > text.len - at) return false;
    int32_t value = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t c = text.at[at + i];
        if (c < '0' || c > '9') return false;
        value = value * 10 + (c - '0');
    }
    *ret_value = value;
    return true;
}

static bool is_at(slice text, size_t at, const char *set)
{
    return at < text.len && text.at[at] != 0 && strchr(set, text.at[at]) != NULL;
}

/* [.,]digits, then nothing, Z, or an offset: what may follow a time. */
static bool is_tail(slice text, size_t at)
{
    if (is_at(text, at, ".,")) {
        size_t count = 0;
        for (at++; is_at(text, at, "0123456789"); at++)
            count++;
        if (count == 0) return false;
    }
    if (is_at(text, at, " ") && is_at(text, at + 1, "+-Z")) at++;
    if (is_at(text, at, "Zz")) return at + 1 == text.len;
    if (is_at(text, at, "+-")) {
        int32_t part = 0;
        if (!digits(text, at + 1, 2, &part)) return false;
        at += 3;
        if (is_at(text, at, ":")) at++;
        if (at == text.len) return true;
        return digits(text, at, 2, &part) && at + 2 == text.len;
    }
    return at == text.len;
}

static status check(struct when *t, int32_t second)
{
    static const int32_t days_in[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (t->month < 1 || t->month > 12 || t->day < 1) return FAIL(E_VALUE);
    const bool leap = t->year % 4 == 0 && (t->year % 100 != 0 || t->year % 400 == 0);
    if (t->day > days_in[t->month - 1] - (t->month == 2 && !leap ? 1 : 0)) return FAIL(E_VALUE);
    if (t->hour > 23 || t->minute > 59 || second > 60) return FAIL(E_VALUE);
    t->week = week_of(t);
    return OK;
}

static status unix_time(slice text, struct when *ret_time)
{
    static const struct {
        size_t digits;
        uint64_t per_second;
    } forms[] = { { 10, 1 }, { 13, 1000 }, { 16, 1000000 }, { 19, 1000000000 } };
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        uint64_t value = 0;
        if (text.len != forms[i].digits) continue;
        TRY(num_parse_u64(text, &value));
        const int64_t seconds = (int64_t)(value / forms[i].per_second);
        struct when t = { .hour = (int32_t)(seconds / 3600 % 24),
                          .minute = (int32_t)(seconds / 60 % 60) };
        date_of(seconds / 86400, &t);
        TRY(check(&t, 0));
        *ret_time = t;
        return OK;
    }
    return FAIL(E_SYNTAX);
}

status when_parse(slice text, struct when *ret_time)
{
    struct when t = { .hour = -1, .minute = -1 };
    if (!is_at(text, 4, "-/")) return unix_time(text, ret_time);
    const bool date = digits(text, 0, 4, &t.year) && digits(text, 5, 2, &t.month) &&
                      is_at(text, 7, "-/") && digits(text, 8, 2, &t.day);
    if (!date) return FAIL(E_SYNTAX);
    int32_t second = 0;
    if (text.len > 10) {
        const bool time = is_at(text, 10, "Tt ") && digits(text, 11, 2, &t.hour) &&
                          is_at(text, 13, ":") && digits(text, 14, 2, &t.minute);
        if (!time) return FAIL(E_SYNTAX);
        size_t at = 16;
        if (is_at(text, at, ":")) {
            if (!digits(text, at + 1, 2, &second)) return FAIL(E_SYNTAX);
            at += 3;
        }
        if (!is_tail(text, at)) return FAIL(E_SYNTAX);
    }
    TRY(check(&t, second));
    *ret_time = t;
    return OK;
}
