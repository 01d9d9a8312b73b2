/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"

#include "base/bytes.h"
#include "base/banned.h"

/* FIPS 180-4 section 4.2.2. */
static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* FIPS 180-4 section 5.3.3. */
static const uint32_t initial_state[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

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
        const uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constants[t] + w[t];
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

void sha256_init(struct sha256 *s)
{
    *s = (struct sha256){};
    for (size_t i = 0; i < 8; i++)
        s->state[i] = initial_state[i];
}

void sha256_update(struct sha256 *s, slice bytes)
{
    size_t used = s->len % SHA256_BLOCK_BYTES;
    s->len += bytes.len;
    while (bytes.len > 0) {
        if (used == 0 && bytes.len >= SHA256_BLOCK_BYTES) {
            compress(s->state, bytes.at);
            bytes = slice_from(bytes, SHA256_BLOCK_BYTES);
            continue;
        }
        const size_t room = SHA256_BLOCK_BYTES - used;
        const size_t len = bytes.len < room ? bytes.len : room;
        bytes_copy(s->block + used, room, (slice){ bytes.at, len });
        bytes = slice_from(bytes, len);
        used = (used + len) % SHA256_BLOCK_BYTES;
        if (used == 0) compress(s->state, s->block);
    }
}

void sha256_final(struct sha256 *s, hash *ret_hash)
{
    static const uint8_t padding[SHA256_BLOCK_BYTES] = { 0x80 };
    uint8_t bits[8];
    put_u64(bits, s->len * 8);
    const size_t used = s->len % SHA256_BLOCK_BYTES;
    const size_t pad = used < 56 ? 56 - used : 120 - used;
    sha256_update(s, (slice){ padding, pad });
    sha256_update(s, (slice){ bits, sizeof bits });
    for (size_t i = 0; i < 8; i++)
        put_u32(ret_hash->bytes + 4 * i, s->state[i]);
}

hash sha256(slice message)
{
    struct sha256 s;
    hash h;
    sha256_init(&s);
    sha256_update(&s, message);
    sha256_final(&s, &h);
    return h;
}

void sha256_many(const struct sha256_job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sha256 s;
        sha256_init(&s);
        sha256_update(&s, jobs[i].prefix);
        sha256_update(&s, jobs[i].message);
        sha256_final(&s, jobs[i].ret);
    }
}
