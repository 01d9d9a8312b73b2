/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256_kernel.h"

#include "base/bytes.h"
#include "base/sha256_constants.h"
#include "base/banned.h"

static uint32_t rotate_right(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

/* FIPS 180-4 section 6.2.2, one block. */
static void compress(uint32_t state[8], const uint8_t *block)
{
    uint32_t w[64];
    for (size_t t = 0; t < 16; t++)
        w[t] = get_u32(block + 4 * t);
    for (size_t t = 16; t < 64; t++) {
        const uint32_t s0 =
            rotate_right(w[t - 15], 7) ^ rotate_right(w[t - 15], 18) ^ w[t - 15] >> 3;
        const uint32_t s1 =
            rotate_right(w[t - 2], 17) ^ rotate_right(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (size_t t = 0; t < 64; t++) {
        const uint32_t s1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        const uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + sha256_round_constants[t] + w[t];
        const uint32_t s0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        const uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const uint32_t worked[8] = { a, b, c, d, e, f, g, h };
    for (size_t i = 0; i < 8; i++)
        state[i] += worked[i];
}

static void one(uint32_t state[8], const uint8_t *data, size_t blocks)
{
    for (; blocks > 0; blocks--, data += SHA256_BLOCK_BYTES)
        compress(state, data);
}

static void side(uint32_t (*states)[8], const uint8_t *const *data, size_t count, size_t blocks)
{
    for (size_t lane = 0; lane < count; lane++)
        one(states[lane], data[lane], blocks);
}

static void padded(const uint8_t *const *messages, size_t blocks, size_t count,
                   uint8_t *const *rets)
{
    uint32_t state[8];
    for (size_t m = 0; m < count; m++) {
        bytes_copy(state, sizeof state,
                   (slice){ (const uint8_t *)sha256_initial_state, sizeof sha256_initial_state });
        one(state, messages[m], blocks);
        sha256_state_put(state, rets[m]);
    }
}

const struct sha256_kernel sha256_portable = { "portable", one, side, padded };
