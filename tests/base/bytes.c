/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "base/copy.h"
#include "base/few.h"
#include "base/lanes.h"
#include "tests/cm.h"

static void slices_compare_by_their_bytes(void **)
{
    static const char *const ordered[] = { "", "a", "aa", "ab", "b", "\x80", "\xff" };
    for (size_t i = 0; i < COUNT_OF(ordered); i++) {
        for (size_t j = 0; j < COUNT_OF(ordered); j++) {
            const slice a = guarded(slice_text(ordered[i]));
            const slice b = guarded(slice_text(ordered[j]));
            const int order = slice_compare(a, b);
            assert_true(i < j ? order < 0 : i > j ? order > 0 : order == 0);
            assert_int_equal(slice_equal(a, b), i == j);
            assert_int_equal(slice_is(a, ordered[j]), i == j);
        }
    }
}

static void a_prefix_is_found_only_at_the_start(void **)
{
    assert_true(slice_starts(slice_text("abc"), slice_text("ab")));
    assert_true(slice_starts(slice_text("abc"), slice_none()));
    assert_false(slice_starts(slice_text("abc"), slice_text("bc")));
    assert_false(slice_starts(slice_text("ab"), slice_text("abc")));
    assert_true(slice_is(slice_from(slice_text("abc"), 2), "c"));
    assert_true(slice_is(slice_from(slice_text("abc"), 3), ""));
}

static void copies_and_moves_keep_within_their_room(void **)
{
    uint8_t room[4] = { 1, 2, 3, 4 };
    bytes_move(room + 1, 3, room, 3);
    assert_memory_equal(room, ((uint8_t[]){ 1, 1, 2, 3 }), 4);
    bytes_copy(room, 2, slice_text("ab"));
    assert_memory_equal(room, "ab\x02\x03", 4);
    bytes_copy(room, 0, slice_none());
    bytes_wipe(room, 3);
    assert_memory_equal(room, "\0\0\0\x03", 4);
}

static void equality_of_secrets_sees_every_bit(void **)
{
    uint8_t a[16] = {};
    uint8_t b[16] = {};
    assert_true(bytes_equal_secret(a, b, sizeof a));
    assert_true(bytes_equal_secret(a, b, 0));
    for (size_t bit = 0; bit < 8 * sizeof a; bit++) {
        b[bit / 8] = (uint8_t)(1u << bit % 8);
        assert_false(bytes_equal_secret(a, b, sizeof a));
        assert_false(bytes_equal(a, b, sizeof a));
        b[bit / 8] = 0;
    }
}

static void numbers_are_big_endian_and_come_back(void **)
{
    uint8_t at[8];
    put_u64(at, 0x0102030405060708);
    assert_memory_equal(at, "\1\2\3\4\5\6\7\10", 8);
    assert_true(get_u64(at) == 0x0102030405060708);
    assert_int_equal(get_u32(at), 0x01020304);
    assert_int_equal(get_u16(at + 6), 0x0708);
    put_u64(at, UINT64_MAX);
    assert_true(get_u64(at) == UINT64_MAX);
    put_u32(at, 0xfffefdfc);
    assert_int_equal(get_u32(at), 0xfffefdfc);
}

static void short_runs_are_copied_whole_and_nothing_more(void **)
{
    for (size_t len = 0; len <= 64; len++) {
        uint8_t from[64];
        uint8_t to[66];
        for (size_t i = 0; i < sizeof from; i++)
            from[i] = (uint8_t)(i + 1);
        __builtin_memset(to, 0xee, sizeof to);
        bytes_copy_short(to + 1, 64, guarded((slice){ from, len }));
        assert_int_equal(to[0], 0xee);
        assert_int_equal(to[1 + len], 0xee);
        assert_memory_equal(to + 1, from, len);
    }
}

static void few_bytes_are_a_number_and_no_other_is_read(void **)
{
    static const uint8_t bytes[] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77 };
    uint64_t wanted = 0;
    for (size_t len = 0; len <= sizeof bytes; len++) {
        if (len > 0) wanted |= (uint64_t)bytes[len - 1] << (8 * (len - 1));
        assert_true(bytes_few(guarded((slice){ bytes, len }).at, len) == wanted);
    }
}

static void short_texts_are_equal_if_every_byte_is(void **)
{
    uint8_t a[40], b[40];
    for (size_t i = 0; i < sizeof a; i++)
        a[i] = b[i] = (uint8_t)(200 + i);
    for (size_t len = 0; len <= sizeof a; len++) {
        const slice left = guarded((slice){ a, len });
        assert_true(bytes_equal_short(left.at, b, len));
        for (size_t i = 0; i < len; i++) {
            b[i] ^= 0x80;
            assert_false(bytes_equal_short(left.at, b, len));
            b[i] ^= 0x80;
        }
    }
}

static void lanes_become_bits_where_a_comparison_holds(void **)
{
    uint8_t bytes[LANES];
    for (uint32_t wanted = 0; wanted <= UINT16_MAX; wanted += 257) {
        for (uint32_t i = 0; i < LANES; i++)
            bytes[i] = (wanted >> i & 1) != 0 ? 'x' : (uint8_t)('x' + 1 + i);
        const lanes v = lanes_load(guarded((slice){ bytes, sizeof bytes }).at);
        assert_int_equal(lanes_bits((lanes)(v == 'x')), wanted);
        uint8_t back[LANES];
        lanes_store(back, v);
        assert_memory_equal(back, bytes, LANES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_runs_are_copied_whole_and_nothing_more),
        cmocka_unit_test(lanes_become_bits_where_a_comparison_holds),
        cmocka_unit_test(few_bytes_are_a_number_and_no_other_is_read),
        cmocka_unit_test(short_texts_are_equal_if_every_byte_is),
        cmocka_unit_test(slices_compare_by_their_bytes),
        cmocka_unit_test(a_prefix_is_found_only_at_the_start),
        cmocka_unit_test(copies_and_moves_keep_within_their_room),
        cmocka_unit_test(equality_of_secrets_sees_every_bit),
        cmocka_unit_test(numbers_are_big_endian_and_come_back),
    };
    return cmocka_run_group_tests_name("base/bytes", tests, NULL, NULL);
}
