/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cursor.h"
#include "tests/cm.h"

/* A field of 256 bytes and one stranger: every cut, under a tight and a sufficient maximum. */
static void vec16_takes_one_field_or_moves_nothing(void **)
{
    static const uint8_t field[259] = { 0x01, 0x00, 'a', 'b', 'c' };
    for (size_t len = 0; len <= sizeof field; len++) {
        for (uint16_t len_max = 255; len_max <= 256; len_max++) {
            int32_t want = len < 258 ? E_SHORT : E_OK;
            if (len >= 2 && len_max < 256) want = E_LIMIT;
            struct cursor c = { .data = guarded((slice){ field, len }) };
            slice got = { .at = field, .len = 99 };
            assert_int_equal(cursor_vec16(&c, len_max, &got).code, want);
            assert_int_equal(c.pos, want == E_OK ? 258 : 0);
            assert_int_equal(got.len, want == E_OK ? 256 : 99);
            assert_memory_equal(got.at, want == E_OK ? field + 2 : field, 3);
        }
    }
}

static void numbers_are_big_endian_and_need_all_their_bytes(void **)
{
    static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    for (size_t len = 0; len <= sizeof bytes; len++) {
        struct cursor c = cursor_of(guarded((slice){ bytes, len }));
        uint64_t value = 99;
        assert_fails(cursor_u64(&c, &value), len < 8 ? E_SHORT : E_OK);
        assert_int_equal(value, len < 8 ? 99 : 0x0102030405060708);
        c.pos = 0;
        assert_fails(cursor_u40(&c, &value), len < 5 ? E_SHORT : E_OK);
        if (len >= 5) assert_int_equal(value, 0x0102030405);
        assert_int_equal(c.pos, len < 5 ? 0 : 5);
    }
}

static void a_line_ends_at_its_newline_or_is_short(void **)
{
    struct cursor c = cursor_of(guarded(slice_text("one\n\ntwo")));
    slice line = slice_none();
    assert_ok(cursor_line(&c, &line));
    assert_true(slice_is(line, "one"));
    assert_ok(cursor_line(&c, &line));
    assert_true(slice_is(line, ""));
    assert_fails(cursor_line(&c, &line), E_SHORT);
    assert_int_equal(cursor_left(&c), 3);
    assert_fails(cursor_end(&c), E_TRAILING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vec16_takes_one_field_or_moves_nothing),
        cmocka_unit_test(numbers_are_big_endian_and_need_all_their_bytes),
        cmocka_unit_test(a_line_ends_at_its_newline_or_is_short),
    };
    return cmocka_run_group_tests_name("base/cursor", tests, NULL, NULL);
}
