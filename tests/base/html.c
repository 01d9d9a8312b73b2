/* SPDX-License-Identifier: Apache-2.0 */
#include "base/html.h"
#include "tests/cm.h"

static uint8_t room[256];

static slice shown(slice text, size_t max)
{
    struct writer w = writer_of(room, sizeof room);
    html_text(&w, guarded(text), max);
    assert_ok(writer_end(&w));
    return writer_slice(&w);
}

static void markup_becomes_text(void **)
{
    static const char *const rows[][2] = {
        { "", "" },
        { "plain, é", "plain, é" },
        { "<b a='1' c=\"2\">&", "&#60;b a=&#39;1&#39; c=&#34;2&#34;&#62;&#38;" },
        { "&lt;", "&#38;lt;" },
        { "a\r\nb\tc", "a\nb\tc" },
        { "a\rb", "a[U+000D]b" },
        { "\x1b[2J", "[U+001B][2J" },
        { "\x7f", "[U+007F]" },
        { "a\xe2\x80\xae"
          "b",
          "a[U+202E]b" }, /* turns the direction around */
        { "\xef\xbb\xbf", "[U+FEFF]" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_true(slice_is(shown(slice_text(rows[i][0]), 100), rows[i][1]));
}

static void bytes_that_are_no_text_are_marked_one_by_one(void **)
{
    static const uint8_t bytes[] = { 'a', 0xff, 0xc3, '<', 0x00 };
    const slice got = shown((slice){ bytes, sizeof bytes }, 100);
    assert_true(slice_is(got, "a\xef\xbf\xbd\xef\xbf\xbd&#60;[U+0000]"));
}

static void a_long_text_is_cut_and_says_so(void **)
{
    assert_true(slice_is(shown(slice_text("abcdef"), 3), "abc…"));
    assert_true(slice_is(shown(slice_text("abcdef"), 6), "abcdef"));
    assert_true(slice_is(shown(slice_text("aé"), 2), "a…"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_becomes_text),
        cmocka_unit_test(bytes_that_are_no_text_are_marked_one_by_one),
        cmocka_unit_test(a_long_text_is_cut_and_says_so),
    };
    return cmocka_run_group_tests_name("base/html", tests, NULL, NULL);
}
