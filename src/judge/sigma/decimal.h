/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * decimal: exact comparison of decimal numbers of any length, as text. No rounding, so that a
 * verdict is the same on every machine: 42, 42.0 and 4.2e1 are equal, 0.1 is exactly a tenth.
 * A view: digits points into the text that was parsed.
 */
struct decimal {
    slice digits;     /* from the first to the last digit that is not 0; may hold one '.' */
    int64_t exponent; /* the value is 0.DIGITS * 10^exponent */
    bool is_negative; /* false for zero */
};

/* A full decimal number: [+-] digits [. digits] [e|E [+-] digits]. E_SYNTAX for anything else. */
status decimal_parse(slice text, struct decimal *ret_value);
/* <0, 0 or >0. O(digits). */
int decimal_compare(const struct decimal *a, const struct decimal *b);
