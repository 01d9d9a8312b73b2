/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256_kernel.h"

/*
 * SHA-256 with the SHA extensions of x86 (Intel SDM, SHA256RNDS2, SHA256MSG1, SHA256MSG2). The
 * state lives in two registers, (A B E F) and (C D G H) from high to low; one step is four rounds.
 * An instruction depends on the one before it, so one message leaves most of the unit idle; four
 * messages side by side fill it. Budget: four() at least twice the blocks of one() in the same
 * time.
 */
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include "base/bytes.h"
#include "base/sha256_constants.h"
#include "base/banned.h"

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))
/* Filled at once: zeroing first would cost a fifth of a block. */
#define UNINITIALISED __attribute__((uninitialized))

enum { STEPS = 16, LEAF_FEATURES = 1, LEAF_EXTENDED = 7 };

struct lane {
    __m128i abef;
    __m128i cdgh;
    __m128i w[4]; /* the last sixteen words of the message schedule */
};

WITH_SHA static inline __m128i load(const void *at)
{
    return _mm_loadu_si128((const __m128i *)at);
}

WITH_SHA static inline void state_load(struct lane *l, const uint32_t state[8])
{
    const __m128i badc = _mm_shuffle_epi32(load(state), 0xb1);
    const __m128i hgfe = _mm_shuffle_epi32(load(state + 4), 0x1b);
    l->abef = _mm_alignr_epi8(badc, hgfe, 8);
    l->cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);
}

WITH_SHA static inline void state_store(const struct lane *l, uint32_t state[8])
{
    const __m128i abef = _mm_shuffle_epi32(l->abef, 0x1b);
    const __m128i cdgh = _mm_shuffle_epi32(l->cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(abef, cdgh, 0xf0));
    _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(cdgh, abef, 8));
}

WITH_SHA static inline void block_load(struct lane *l, const uint8_t *block)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    for (size_t i = 0; i < 4; i++)
        l->w[i] = _mm_shuffle_epi8(load(block + 16 * i), big_endian);
}

/* Four rounds: step 0..15. The schedule runs four steps ahead, between the two halves of a step,
 * where it fills the time in which the second waits for the first. */
WITH_SHA static inline void rounds(struct lane *l, size_t step)
{
    const __m128i w1 = l->w[(step + 1) % 4], w2 = l->w[(step + 2) % 4], w3 = l->w[(step + 3) % 4];
    const __m128i wk = _mm_add_epi32(l->w[step % 4], load(sha256_round_constants + 4 * step));
    __m128i next = l->w[step % 4];
    l->cdgh = _mm_sha256rnds2_epu32(l->cdgh, l->abef, wk);
    if (step < STEPS - 4) {
        next = _mm_add_epi32(_mm_sha256msg1_epu32(next, w1), _mm_alignr_epi8(w3, w2, 4));
    }
    l->abef = _mm_sha256rnds2_epu32(l->abef, l->cdgh, _mm_shuffle_epi32(wk, 0x0e));
    if (step < STEPS - 4) l->w[step % 4] = _mm_sha256msg2_epu32(next, w3);
}

WITH_SHA static void one(uint32_t state[8], const uint8_t *data, size_t blocks)
{
    UNINITIALISED struct lane l;
    state_load(&l, state);
    for (; blocks > 0; blocks--, data += SHA256_BLOCK_BYTES) {
        const __m128i abef = l.abef, cdgh = l.cdgh;
        block_load(&l, data);
#pragma GCC unroll 16
        for (size_t step = 0; step < STEPS; step++)
            rounds(&l, step);
        l.abef = _mm_add_epi32(l.abef, abef);
        l.cdgh = _mm_add_epi32(l.cdgh, cdgh);
    }
    state_store(&l, state);
}

/* Two messages side by side: as many as the sixteen registers hold without spilling, and enough to
 * keep the round instruction, which takes a new operand every two cycles, busy. */
WITH_SHA static void two(uint32_t state[2][8], const uint8_t *const data[2], size_t blocks)
{
    UNINITIALISED struct lane a, b;
    state_load(&a, state[0]);
    state_load(&b, state[1]);
    for (size_t block = 0; block < blocks; block++) {
        const __m128i abef[2] = { a.abef, b.abef }, cdgh[2] = { a.cdgh, b.cdgh };
        block_load(&a, data[0] + SHA256_BLOCK_BYTES * block);
        block_load(&b, data[1] + SHA256_BLOCK_BYTES * block);
#pragma GCC unroll 16
        for (size_t step = 0; step < STEPS; step++) {
            rounds(&a, step);
            rounds(&b, step);
        }
        a.abef = _mm_add_epi32(a.abef, abef[0]);
        a.cdgh = _mm_add_epi32(a.cdgh, cdgh[0]);
        b.abef = _mm_add_epi32(b.abef, abef[1]);
        b.cdgh = _mm_add_epi32(b.cdgh, cdgh[1]);
    }
    state_store(&a, state[0]);
    state_store(&b, state[1]);
}

/* The end of the first pair overlaps the start of the second: nothing in between depends on either.
 */
WITH_SHA static void four(uint32_t state[SHA256_LANES][8], const uint8_t *const data[SHA256_LANES],
                          size_t blocks)
{
    two(state, data, blocks);
    two(state + 2, data + 2, blocks);
}

static bool has_instructions(void)
{
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid(LEAF_FEATURES, &a, &b, &c, &d) == 0) return false;
    const bool has_sse = (c & bit_SSE4_1) != 0 && (c & bit_SSSE3) != 0;
    if (__get_cpuid_count(LEAF_EXTENDED, 0, &a, &b, &c, &d) == 0) return false;
    return has_sse && (b & bit_SHA) != 0;
}

const struct sha256_kernel *sha256_x86(void)
{
    static const struct sha256_kernel kernel = { "x86 SHA extensions", one, four };
    return has_instructions() ? &kernel : NULL;
}

#else
#include "base/banned.h"

const struct sha256_kernel *sha256_x86(void)
{
    return NULL;
}
#endif
