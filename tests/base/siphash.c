/* SPDX-License-Identifier: Apache-2.0 */
#include "base/siphash.h"

#include "tests/cm.h"

/* The reference implementation's vectors: key 00..0f, input 00..n-1. */
static void the_published_vectors_come_out(void **)
{
    static const struct {
        size_t len;
        const uint8_t want[16];
    } cases[] = {
        { 0,
          { 0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55,
            0x02, 0x93 } },
        { 1,
          { 0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9b, 0x22,
            0xfc, 0x45 } },
        { 8,
          { 0x3b, 0x62, 0xa9, 0xba, 0x62, 0x58, 0xf5, 0x61, 0x0f, 0x83, 0xe2, 0x64, 0xf3, 0x14,
            0x97, 0xb4 } },
    };
    uint8_t input[64];
    for (size_t i = 0; i < sizeof input; i++)
        input[i] = (uint8_t)i;
    const struct siphash_key key = { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct siphash_print p = siphash_128(&key, guarded((slice){ input, cases[i].len }));
        for (size_t b = 0; b < 8; b++) {
            assert_int_equal((uint8_t)(p.low >> (8 * b)), cases[i].want[b]);
            assert_int_equal((uint8_t)(p.high >> (8 * b)), cases[i].want[8 + b]);
        }
    }
}

static void key_and_length_matter(void **)
{
    const struct siphash_key one = { 1, 2 }, other = { 1, 3 };
    static const uint8_t zeros[16];
    for (size_t len = 0; len < sizeof zeros; len++) {
        const struct siphash_print a = siphash_128(&one, (slice){ zeros, len });
        const struct siphash_print b = siphash_128(&one, (slice){ zeros, len + 1 });
        const struct siphash_print c = siphash_128(&other, (slice){ zeros, len });
        assert_true(a.low != b.low && a.high != b.high && a.low != c.low && a.high != c.high);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors_come_out),
        cmocka_unit_test(key_and_length_matter),
    };
    return cmocka_run_group_tests_name("base/siphash", tests, NULL, NULL);
}
