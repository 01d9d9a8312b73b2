/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "tests/cm.h"

/* Every code point there is: written, read back, and refused once a byte of it is missing. */
static void every_code_point_comes_back(void **)
{
    for (uint32_t code_point = 0; code_point < 0x110400; code_point++) {
        uint8_t bytes[4] = {};
        const size_t len = text_put_code_point(code_point, bytes);
        const bool is_one = code_point <= 0x10ffff && (code_point < 0xd800 || code_point > 0xdfff);
        assert_int_equal(len != 0, is_one);
        if (len == 0) continue;
        uint32_t got = 0;
        size_t used = 0;
        assert_ok(text_code_point((slice){ bytes, len }, &got, &used));
        assert_int_equal(got, code_point);
        assert_int_equal(used, len);
        assert_fails(text_code_point((slice){ bytes, len - 1 }, &got, &used), E_SHORT);
    }
}

/* RFC 3629 section 4 and section 10: overlong forms, surrogates, beyond U+10FFFF, strays. */
static void malformed_text_is_refused(void **)
{
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xfe",
        "\xff",
        "\xc3(",
        "\xe2(\xa1",
        "\xe2\x82(",
        "\xf0\x9f(\x80",
        "\xf0\x9f\x98(",
        "a\xc3",
        "\xe2\x82",
        "\xf0\x9f\x98",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(text_is_utf8(guarded(slice_text(bad[i]))));
    }
    uint32_t code_point = 99;
    size_t used = 99;
    assert_fails(text_code_point(slice_none(), &code_point, &used), E_SHORT);
    assert_fails(text_code_point(guarded(slice_text("\xff")), &code_point, &used), E_UTF8);
    assert_int_equal(code_point, 99);
    assert_int_equal(used, 99);
}

static void well_formed_text_is_accepted(void **)
{
    assert_true(text_is_utf8(slice_none()));
    assert_true(text_is_utf8(guarded(slice_text("h\xc3\xa4llo \xe2\x82\xac \xf0\x9f\x98\x80"))));
    assert_true(text_is_utf8((slice){ (const uint8_t *)"\0\0", 2 }));
}

static void only_ascii_letters_change_case(void **)
{
    for (unsigned c = 0; c < 256; c++) {
        const bool upper = c >= 'A' && c <= 'Z';
        assert_int_equal(text_lower_ascii((uint8_t)c), upper ? c + 32 : c);
    }
}

static void what_two_texts_begin_with_alike_is_counted(void **)
{
    assert_int_equal(text_common(slice_none(), slice_text("a")), 0);
    assert_int_equal(text_common(slice_text("abc"), slice_text("abd")), 2);
    assert_int_equal(text_common(slice_text("abc"), slice_text("ab")), 2);
    assert_int_equal(text_common(slice_text("abc"), slice_text("abc")), 3);
}

/* A malformed byte, or a good character, at every place of an ASCII text of every length. */
static void malformed_bytes_are_found_wherever_they_stand(void **)
{
    enum { LEN_MAX = 41 };
    for (size_t len = 0; len <= LEN_MAX; len++) {
        uint8_t text[LEN_MAX];
        for (size_t i = 0; i < len; i++)
            text[i] = (uint8_t)('a' + i % 26);
        assert_true(text_is_utf8(guarded((slice){ text, len })));
        for (size_t at = 0; at < len; at++) {
            const uint8_t was = text[at];
            text[at] = 0x80;
            assert_false(text_is_utf8(guarded((slice){ text, len })));
            text[at] = 0xc3; /* an e with an accent if 0xa9 follows */
            assert_false(text_is_utf8(guarded((slice){ text, len })));
            if (at + 1 < len) {
                const uint8_t next = text[at + 1];
                text[at + 1] = 0xa9;
                assert_true(text_is_utf8(guarded((slice){ text, len })));
                text[at + 1] = next;
            }
            text[at] = was;
        }
    }
}

static void a_text_is_cut_before_the_character_that_does_not_fit(void **)
{
    static const char text[] = "aé€\U0001f600z"; /* 1, 2, 3, 4 and 1 bytes */
    static const size_t want[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11 };
    for (size_t max = 0; max < COUNT_OF(want); max++) {
        const slice cut = text_cut(guarded(slice_text(text)), max);
        assert_int_equal(cut.len, want[max]);
        assert_true(cut.len <= max);
    }
}

static void bytes_that_are_no_text_are_cut_where_the_room_ends(void **)
{
    static const uint8_t bytes[] = { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 };
    for (size_t max = 0; max <= sizeof bytes + 1; max++) {
        const slice cut = text_cut(guarded((slice){ bytes, sizeof bytes }), max);
        assert_int_equal(cut.len, max < sizeof bytes ? max : sizeof bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_bytes_are_found_wherever_they_stand),
        cmocka_unit_test(what_two_texts_begin_with_alike_is_counted),
        cmocka_unit_test(every_code_point_comes_back),
        cmocka_unit_test(malformed_text_is_refused),
        cmocka_unit_test(well_formed_text_is_accepted),
        cmocka_unit_test(only_ascii_letters_change_case),
        cmocka_unit_test(a_text_is_cut_before_the_character_that_does_not_fit),
        cmocka_unit_test(bytes_that_are_no_text_are_cut_where_the_room_ends),
    };
    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
