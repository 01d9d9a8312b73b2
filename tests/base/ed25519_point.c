/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ed25519_point.h"
#include "base/num.h"
#include "tests/cm.h"

static bool sound(const char *hex)
{
    uint8_t point[ED25519_POINT_BYTES];
    assert_ok(num_parse_hex(slice_text(hex), point, sizeof point));
    return ed25519_point_is_sound(guarded((slice){ point, sizeof point }).at);
}

static void ordinary_points_are_sound(void **)
{
    /* The base point, a key of RFC 8032 section 7.1, and the largest y. */
    assert_true(sound("5866666666666666666666666666666666666666666666666666666666666666"));
    assert_true(sound("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
    assert_true(sound("ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"));
    assert_true(sound("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7e"));
    assert_true(sound("edfffffffffffffffffffffffffffffffffeffffffffffffffffffffffffff7f"));
}

static void points_of_small_order_are_not(void **)
{
    static const char *const small[] = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    };
    for (size_t i = 0; i < COUNT_OF(small); i++)
        assert_false(sound(small[i]));
}

static void y_above_the_field_is_not(void **)
{
    for (unsigned low = 0xed; low <= 0xff; low++) {
        uint8_t point[ED25519_POINT_BYTES];
        for (size_t i = 0; i < sizeof point; i++)
            point[i] = 0xff;
        point[0] = (uint8_t)low;
        assert_false(ed25519_point_is_sound(point));
        point[31] = 0x7f;
        assert_false(ed25519_point_is_sound(point));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_points_are_sound),
        cmocka_unit_test(points_of_small_order_are_not),
        cmocka_unit_test(y_above_the_field_is_not),
    };
    return cmocka_run_group_tests_name("base/ed25519_point", tests, NULL, NULL);
}
