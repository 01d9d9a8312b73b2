/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/writer.h"

/* Numbers that are the same on every run. */
struct dice {
    uint64_t state; /* not 0 */
};

/* The next number below count, which is not 0. */
static inline uint32_t dice_roll(struct dice *d, uint32_t count)
{
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return (uint32_t)((d->state >> 11) % count);
}

/* Writes a text in which the expression is likely to be found, by walking through its structure:
 * an alternative of each group, a member of each class, as many repetitions as there must be. False
 * if it does not know a construct or there is no room. Whether it is found is the caller's to ask:
 * "\b" and anchors inside are passed over. */
bool specimen_of_regex(slice expression, struct dice *dice, struct writer *w);
