/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>

/*
 * lanes: sixteen bytes that are worked on at once, in the compiler's own vectors: every machine has
 * them in some form. Comparisons give 0xff where they hold.
 */
enum { LANES = 16 };

typedef uint8_t lanes __attribute__((vector_size(LANES)));

/* The LANES bytes at at, which need not be aligned. */
static inline lanes lanes_load(const uint8_t *at)
{
    lanes v;
    __builtin_memcpy(&v, at, LANES);
    return v;
}

/* The reverse. */
static inline void lanes_store(uint8_t *to, lanes v)
{
    __builtin_memcpy(to, &v, LANES);
}

#ifdef __SSE2__
/* A bit for each lane whose highest bit is set, as it is where a comparison holds. */
static inline uint32_t lanes_bits(lanes v)
{
    typedef char signed_lanes __attribute__((vector_size(LANES)));
    return (uint32_t)__builtin_ia32_pmovmskb128((signed_lanes)v);
}
#else
/* The same without an instruction for it. */
static inline uint32_t lanes_bits(lanes v)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < LANES; i++)
        bits |= (uint32_t)(v[i] >> 7) << i;
    return bits;
}
#endif
