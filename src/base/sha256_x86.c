/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256_kernel.h"

/*
 * SHA-256 with the SHA extensions of x86 (Intel SDM, SHA256RNDS2, SHA256MSG1, SHA256MSG2). The
 * state lives in two registers, (A B E F) and (C D G H) from high to low; one step is four rounds.
 * An instruction depends on the one before it, so one message leaves most of the unit idle: two
 * side by side take about the time of one, and at four the unit is full. Measured by candor bench
 * ledger, line ledger.sha256. Budget: four messages in twice the time of one.
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
#define UNROLLED _Pragma("GCC unroll 16")
#define EXPANDED static inline __attribute__((always_inline))

enum { STEPS = 16, LEAF_FEATURES = 1, LEAF_EXTENDED = 7 };

WITH_SHA EXPANDED __m128i load(const void *at)
{
    return _mm_loadu_si128((const __m128i *)at);
}

WITH_SHA EXPANDED void store(void *at, __m128i value)
{
    _mm_storeu_si128((__m128i *)at, value);
}

WITH_SHA EXPANDED __m128i big_endian(__m128i words)
{
    return _mm_shuffle_epi8(words, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

/* A state as it lies in two registers, from its words A to D and E to H; and back. */
WITH_SHA EXPANDED void state_split(__m128i abcd, __m128i efgh, __m128i *ret_abef, __m128i *ret_cdgh)
{
    const __m128i badc = _mm_shuffle_epi32(abcd, 0xb1);
    const __m128i hgfe = _mm_shuffle_epi32(efgh, 0x1b);
    *ret_abef = _mm_alignr_epi8(badc, hgfe, 8);
    *ret_cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);
}

WITH_SHA EXPANDED void state_join(__m128i abef, __m128i cdgh, __m128i *ret_abcd, __m128i *ret_efgh)
{
    const __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    *ret_abcd = _mm_blend_epi16(feba, dchg, 0xf0);
    *ret_efgh = _mm_alignr_epi8(dchg, feba, 8);
}

/* Messages side by side, each with a state of its own. This and what calls it is expanded with a
 * constant number of lanes: nothing of the loops over them is left, and the states stay in
 * registers. A step is four rounds; the message schedule runs four steps ahead. */
WITH_SHA EXPANDED void compress(size_t lanes, __m128i *abef, __m128i *cdgh,
                                const uint8_t *const *data, size_t blocks)
{
    UNINITIALISED __m128i w[SHA256_LANES][4]; /* the last sixteen words of each schedule */
    UNINITIALISED __m128i abef_before[SHA256_LANES], cdgh_before[SHA256_LANES];
    for (size_t at = 0; at < blocks * SHA256_BLOCK_BYTES; at += SHA256_BLOCK_BYTES) {
        /* Known values would be loaded before the loop, and push the states out of registers. */
        const uint32_t *constants = sha256_round_constants;
        __asm__("" : "+r"(constants));
        UNROLLED for (size_t i = 0; i < lanes; i++)
        {
            abef_before[i] = abef[i];
            cdgh_before[i] = cdgh[i];
            UNROLLED for (size_t j = 0; j < 4; j++) w[i][j] =
                big_endian(load(data[i] + at + 16 * j));
        }
        UNROLLED for (size_t step = 0; step < STEPS; step++)
        {
            UNROLLED for (size_t i = 0; i < lanes; i++)
            {
                const __m128i w0 = w[i][step % 4], w1 = w[i][(step + 1) % 4];
                const __m128i w2 = w[i][(step + 2) % 4], w3 = w[i][(step + 3) % 4];
                const __m128i wk = _mm_add_epi32(w0, load(constants + 4 * step));
                cdgh[i] = _mm_sha256rnds2_epu32(cdgh[i], abef[i], wk);
                abef[i] = _mm_sha256rnds2_epu32(abef[i], cdgh[i], _mm_shuffle_epi32(wk, 0x0e));
                if (step >= STEPS - 4) continue;
                const __m128i sum =
                    _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
                w[i][step % 4] = _mm_sha256msg2_epu32(sum, w3);
            }
        }
        UNROLLED for (size_t i = 0; i < lanes; i++)
        {
            abef[i] = _mm_add_epi32(abef[i], abef_before[i]);
            cdgh[i] = _mm_add_epi32(cdgh[i], cdgh_before[i]);
        }
    }
}

WITH_SHA EXPANDED void take(size_t lanes, uint32_t (*states)[8], const uint8_t *const *data,
                            size_t blocks)
{
    UNINITIALISED __m128i abef[SHA256_LANES], cdgh[SHA256_LANES];
    UNROLLED for (size_t i = 0; i < lanes; i++)
    {
        state_split(load(states[i]), load(states[i] + 4), &abef[i], &cdgh[i]);
    }
    compress(lanes, abef, cdgh, data, blocks);
    UNROLLED for (size_t i = 0; i < lanes; i++)
    {
        UNINITIALISED __m128i abcd, efgh;
        state_join(abef[i], cdgh[i], &abcd, &efgh);
        store(states[i], abcd);
        store(states[i] + 4, efgh);
    }
}

WITH_SHA static void one(uint32_t state[8], const uint8_t *data, size_t blocks)
{
    take(1, (uint32_t(*)[8])(void *)state, &data, blocks);
}

WITH_SHA static void side(uint32_t (*states)[8], const uint8_t *const *data, size_t count,
                          size_t blocks)
{
    if (count == 4) take(4, states, data, blocks);
    if (count == 3) take(3, states, data, blocks);
    if (count == 2) take(2, states, data, blocks);
    if (count == 1) take(1, states, data, blocks);
}

/* As many whole messages as there are lanes. */
WITH_SHA EXPANDED void whole(size_t lanes, const uint8_t *const *messages, size_t blocks,
                             uint8_t *const *rets)
{
    UNINITIALISED __m128i abef[SHA256_LANES], cdgh[SHA256_LANES];
    const __m128i first = load(sha256_initial_state), second = load(sha256_initial_state + 4);
    UNROLLED for (size_t i = 0; i < lanes; i++) state_split(first, second, &abef[i], &cdgh[i]);
    compress(lanes, abef, cdgh, messages, blocks);
    UNROLLED for (size_t i = 0; i < lanes; i++)
    {
        UNINITIALISED __m128i abcd, efgh;
        state_join(abef[i], cdgh[i], &abcd, &efgh);
        store(rets[i], big_endian(abcd));
        store(rets[i] + 16, big_endian(efgh));
    }
}

WITH_SHA static void padded(const uint8_t *const *messages, size_t blocks, size_t count,
                            uint8_t *const *rets)
{
    for (; count >= 4; count -= 4, messages += 4, rets += 4)
        whole(4, messages, blocks, rets);
    if (count == 3) whole(3, messages, blocks, rets);
    if (count == 2) whole(2, messages, blocks, rets);
    if (count == 1) whole(1, messages, blocks, rets);
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
    static const struct sha256_kernel kernel = { "x86 SHA extensions", one, side, padded };
    return has_instructions() ? &kernel : NULL;
}

#else
#include "base/banned.h"

const struct sha256_kernel *sha256_x86(void)
{
    return NULL;
}
#endif
