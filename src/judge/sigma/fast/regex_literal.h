/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"

/*
 * regex_literal: texts of which at least one stands in every value that an expression is found in.
 * It reads an expression with less understanding than the compiler: what it does not know gives no
 * literal, never a wrong one.
 */
enum { REGEX_LITERALS_MAX = 64, REGEX_GROUP_DEPTH_MAX = 32 };

/* What a literal costs: the share of events that hold it. */
typedef float (*literal_price)(const void *with, slice literal);

struct regex_literals {
    slice texts[REGEX_LITERALS_MAX]; /* folded, in the arena; none is empty */
    size_t count;                    /* 0: there is no such set */
    float price;                     /* the sum; of no meaning where count is 0 */
};

/* The cheapest set that was found. O(length) calls of price. */
void regex_literals_find(slice expression, struct arena *arena, literal_price price,
                         const void *with, struct regex_literals *ret_literals);
