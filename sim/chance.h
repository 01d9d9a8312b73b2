/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/*
 * chance: everything that is random in a simulation comes from one 64-bit seed, so that a run can
 * be had again from the seed alone. Not for keys.
 */
struct chance {
    uint64_t state; /* the seed, at first */
};

/* 64 bits, evenly distributed (splitmix64, Steele et al. 2014). */
static inline uint64_t chance_next(struct chance *c)
{
    uint64_t z = (c->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* A number in [0, limit); limit must not be 0. The bias is below 2^-32 for the limits used here. */
static inline uint64_t chance_below(struct chance *c, uint64_t limit)
{
    return chance_next(c) % limit;
}

/* True once in n times. */
static inline bool chance_one_in(struct chance *c, uint64_t n)
{
    return chance_below(c, n) == 0;
}
