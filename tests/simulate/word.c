/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/word.h"
#include "base/timestamp.h"
#include "tests/cm.h"

enum { NS_PER_MS = 1000000 };

static void times_are_written_as_their_sources_do(void **)
{
    static const struct {
        enum time_form form;
        int32_t offset;
        const char *text;
    } cases[] = {
        { TIME_UTC, 0, "2026-01-05T09:12:13.004Z" },
        { TIME_ZONE, 60, "2026-01-05T10:12:13.004+01:00" },
        { TIME_ZONE, -300, "2026-01-05T04:12:13.004-05:00" },
        { TIME_ZONE, 330, "2026-01-05T14:42:13.004+05:30" },
        { TIME_SECOND, 0, "2026-01-05T09:12:13Z" },
        { TIME_MICRO, 0, "2026-01-05T09:12:13.004000Z" },
        { TIME_SPACE, 0, "2026-01-05 09:12:13.004" },
        { TIME_NAMED, 0, "2026-01-05 09:12:13.004 UTC" },
        { TIME_DATE, 0, "2026-01-05" },
    };
    int64_t ns = 0;
    assert_ok(timestamp_parse_iso(slice_text("2026-01-05T09:12:13.004Z"), &ns));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct word word = word_time(ns / NS_PER_MS, cases[i].form, cases[i].offset);
        assert_string_equal(word.text, cases[i].text);
    }
}

static void every_time_reads_back_as_itself(void **)
{
    for (int64_t ms = 0; ms < 4000000000000; ms += 7777777777) {
        int64_t ns = 0;
        const struct word word = word_time(ms, TIME_ZONE, (int32_t)(ms % 1440) - 720);
        assert_ok(timestamp_parse_iso(slice_text(word.text), &ns));
        assert_int_equal(ns, ms * NS_PER_MS);
    }
}

static void numbers_are_padded_and_never_cut(void **)
{
    assert_string_equal(word_number("TCK-", 17, 6).text, "TCK-000017");
    assert_string_equal(word_number("", 0, 1).text, "0");
    assert_string_equal(word_number("n", UINT64_MAX, 3).text, "n18446744073709551615");
    assert_string_equal(word_hex(0xabc, 4).text, "0abc");
    assert_int_equal(strlen(word_hex(1, 32).text), 32);
}

static void an_identifier_has_the_form_of_its_version(void **)
{
    for (uint64_t i = 0; i < 1000; i++) {
        const struct word uuid = word_uuid(random_mix(i), random_mix(~i));
        assert_int_equal(strlen(uuid.text), 36);
        assert_int_equal(uuid.text[14], '4');
        assert_non_null(strchr("89ab", uuid.text[19]));
        assert_int_equal(strspn(uuid.text, "0123456789abcdef-"), 36);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_written_as_their_sources_do),
        cmocka_unit_test(every_time_reads_back_as_itself),
        cmocka_unit_test(numbers_are_padded_and_never_cut),
        cmocka_unit_test(an_identifier_has_the_form_of_its_version),
    };
    return cmocka_run_group_tests_name("simulate/word", tests, NULL, NULL);
}
