/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crc32c.h"

#include "tests/cm.h"

enum { RUN_BYTES = 64 };

/*= RFC 3720 appendix B.4 */
static void the_published_examples_come_out(void **)
{
    uint8_t bytes[4][32] = {};
    for (size_t i = 0; i < sizeof bytes[0]; i++) {
        bytes[1][i] = 0xff;
        bytes[2][i] = (uint8_t)i;
        bytes[3][i] = (uint8_t)(31 - i);
    }
    static const uint32_t want[4] = { 0x8a9136aa, 0x62a8ab43, 0x46dd794e, 0x113fdb5c };
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_int_equal(crc32c(guarded((slice){ bytes[i], sizeof bytes[i] })), want[i]);
        assert_int_equal(crc32c_portable(guarded((slice){ bytes[i], sizeof bytes[i] })), want[i]);
    }
    assert_int_equal(crc32c(slice_text("123456789")), 0xe3069283);
    assert_int_equal(crc32c(slice_none()), 0);
}

static void fill(uint8_t *bytes, size_t len)
{
    uint32_t state = 1;
    for (size_t i = 0; i < len; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(state >> 24);
    }
}

static void every_length_is_as_the_portable_one(void **)
{
    uint8_t bytes[100];
    fill(bytes, sizeof bytes);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        const slice some = guarded((slice){ bytes, len });
        assert_int_equal(crc32c(some), crc32c_portable(some));
    }
}

static void runs_side_by_side_are_as_one_by_one(void **)
{
    uint8_t bytes[CRC32C_LANES * RUN_BYTES];
    uint32_t crcs[CRC32C_LANES];
    fill(bytes, sizeof bytes);
    for (size_t len = 0; len <= RUN_BYTES; len += 8) {
        const slice runs = guarded((slice){ bytes, CRC32C_LANES * len });
        crc32c_side(runs.at, len, crcs);
        for (size_t i = 0; i < CRC32C_LANES; i++)
            assert_int_equal(crcs[i], crc32c_portable((slice){ bytes + i * len, len }));
    }
}

static void every_bit_counts(void **)
{
    uint8_t bytes[RUN_BYTES];
    fill(bytes, sizeof bytes);
    const uint32_t whole = crc32c((slice){ bytes, sizeof bytes });
    for (size_t bit = 0; bit < sizeof bytes * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(crc32c((slice){ bytes, sizeof bytes }), whole);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_examples_come_out),
        cmocka_unit_test(every_length_is_as_the_portable_one),
        cmocka_unit_test(runs_side_by_side_are_as_one_by_one),
        cmocka_unit_test(every_bit_counts),
    };
    return cmocka_run_group_tests_name("base/crc32c", tests, NULL, NULL);
}
