/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * timestamp: times as logs write them, to nanoseconds UTC since 1970-01-01 and back. No leap
 * seconds; a second of 60 is read as the first of the next minute. Years 1678 to 2261.
 */
enum { TIMESTAMP_BYTES_MAX = 36 };

/* A moment in the proleptic Gregorian calendar. */
struct civil {
    int32_t year;
    uint8_t month; /* 1..12 */
    uint8_t day;   /* 1..31 */
    uint8_t hour;
    uint8_t minute;
    uint8_t second;
    uint32_t nanosecond;
};

/* The moment as nanoseconds UTC. E_VALUE if there is no such date or it is out of range. */
status timestamp_from_civil(const struct civil *civil, int64_t *ret_ns);
/* The calendar fields of a time. */
struct civil timestamp_to_civil(int64_t ns);
/* RFC 3339 and the common ways to write ISO 8601: date, 'T' or a space, time to the second with an
 * optional fraction (. or ,; digits behind the ninth are dropped), optional zone (Z, UTC, +hh:mm,
 * +hhmm, +hh); without a zone it is UTC. E_SYNTAX, E_VALUE. */
status timestamp_parse_iso(slice text, int64_t *ret_ns);
/* Decimal seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size
 * (each unit covers 1973 to 5138 or the end of the range), seconds with an optional fraction.
 * E_SYNTAX, E_VALUE. */
status timestamp_parse_epoch(slice text, int64_t *ret_ns);
/* "2026-01-31T23:59:59.123456789Z", the fraction cut to the digits needed (none for 0). Returns
 * the length. */
size_t timestamp_write(int64_t ns, uint8_t ret_text[TIMESTAMP_BYTES_MAX]);
