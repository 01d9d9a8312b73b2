/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/*
 * random: numbers that depend on a seed and on nothing else (splitmix64: Steele, Lea, Flood, "Fast
 * splittable pseudorandom number generators"). Integers only, so that every machine draws the same.
 * Not for secrets.
 */
struct stream {
    uint64_t state;
};

/* A well mixed 64-bit function of x. */
static inline uint64_t random_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* A number for the pair (a, b) under a seed: what is true of a thing without being stored. */
static inline uint64_t random_hash(uint64_t seed, uint64_t a, uint64_t b)
{
    return random_mix(random_mix(random_mix(seed) ^ a) ^ b);
}

/* The stream of that number; streams of other numbers are independent of it. */
static inline struct stream stream_of(uint64_t seed, uint64_t number)
{
    return (struct stream){ .state = random_hash(seed, number, 0x73747265616d) };
}

/* The next 64 bits. */
static inline uint64_t stream_next(struct stream *s)
{
    const uint64_t value = random_mix(s->state);
    s->state += 0x9e3779b97f4a7c15u;
    return value;
}

/* 0 .. n - 1, n at least 1. Off from uniform by at most n / 2^32. */
static inline uint32_t stream_below(struct stream *s, uint32_t n)
{
    return (uint32_t)((stream_next(s) >> 32) * n >> 32);
}

/* low .. high, both included. */
static inline uint32_t stream_between(struct stream *s, uint32_t low, uint32_t high)
{
    return low + stream_below(s, high - low + 1);
}

/* True once in n times on average. */
static inline bool stream_one_in(struct stream *s, uint32_t n)
{
    return stream_below(s, n) == 0;
}

/* One element of an array, by value. */
#define stream_pick(s, array) ((array)[stream_below((s), (uint32_t)COUNT_OF(array))])
