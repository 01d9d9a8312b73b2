/* SPDX-License-Identifier: Apache-2.0 */
#include "base/siphash.h"

#include "base/bytes.h"
#include "base/banned.h"

struct state {
    uint64_t v0, v1, v2, v3;
};

static uint64_t turn(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static void rounds(struct state *s, unsigned count)
{
    for (; count > 0; count--) {
        s->v0 += s->v1;
        s->v2 += s->v3;
        s->v1 = turn(s->v1, 13) ^ s->v0;
        s->v3 = turn(s->v3, 16) ^ s->v2;
        s->v0 = turn(s->v0, 32) + s->v3;
        s->v2 += s->v1;
        s->v3 = turn(s->v3, 21) ^ s->v0;
        s->v1 = turn(s->v1, 17) ^ s->v2;
        s->v2 = turn(s->v2, 32);
    }
}

static uint64_t word(const uint8_t *at, size_t len)
{
    uint64_t out = 0;
    for (size_t i = len; i-- > 0;)
        out = out << 8 | at[i];
    return out;
}

static void absorb(struct state *s, uint64_t m)
{
    s->v3 ^= m;
    rounds(s, 2);
    s->v0 ^= m;
}

struct siphash_print siphash_128(const struct siphash_key *key, slice bytes)
{
    struct state s = { .v0 = UINT64_C(0x736f6d6570736575) ^ key->a,
                       .v1 = UINT64_C(0x646f72616e646f6d) ^ key->b ^ 0xee,
                       .v2 = UINT64_C(0x6c7967656e657261) ^ key->a,
                       .v3 = UINT64_C(0x7465646279746573) ^ key->b };
    size_t at = 0;
    for (; bytes.len - at >= 8; at += 8)
        absorb(&s, word(bytes.at + at, 8));
    absorb(&s, word(bytes.at + at, bytes.len - at) | (uint64_t)bytes.len << 56);
    struct siphash_print out = {};
    s.v2 ^= 0xee;
    rounds(&s, 4);
    out.low = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
    s.v1 ^= 0xdd;
    rounds(&s, 4);
    out.high = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
    return out;
}
