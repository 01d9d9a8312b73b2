/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * number: a cell read as a number, however it was written: "5,477,549", "5477549.0", "93.3%".
 */
#define NUMBER_WHOLE_END (UINT64_C(1) << 53) /* a few thousand below it can be added up */

struct number {
    bool blank;   /* nothing but white space */
    bool valid;   /* a number in some form */
    bool plain;   /* digits without a leading zero: the form of a count */
    bool decimal; /* digits and at most one point: the form of a ratio or median */
    bool grouped; /* has thousands separators */
    bool percent;
    bool whole;     /* count is exact, and below NUMBER_WHOLE_END */
    uint64_t count; /* if whole, else 0 */
    double value;   /* if valid; a percentage as its part of 1 */
};

/* Reads a cell; what is no number is not valid. */
struct number number_read(slice text);
/* Whether both say the same: whole ones exactly, others in their first twelve digits. */
bool number_equal(const struct number *a, const struct number *b);
/* Whether it is a whole number above 0. */
static inline bool number_is_some(const struct number *n)
{
    return n->valid && n->value > 0;
}
