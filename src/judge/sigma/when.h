/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * when: the parts of a date and time as it is written: minute, hour and day by the value's own
 * offset, or UTC where it states none (nothing is converted). Forms: RFC 3339 and ISO 8601 with
 * 'T', 't' or a space, seconds and fraction optional, zone optional; a date alone; Unix time as 10,
 * 13, 16 or 19 digits (seconds, milli-, micro-, nanoseconds), read as UTC.
 */
struct when {
    int32_t year, month, day, week; /* week: ISO 8601, 1..53 */
    int32_t hour, minute;           /* -1 where only a date is written */
};

/* E_SYNTAX: none of the forms. E_VALUE: a form, but no such day or time. */
status when_parse(slice text, struct when *ret_time);
