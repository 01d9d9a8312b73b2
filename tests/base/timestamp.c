/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"
#include "tests/cm.h"

static void iso_times_are_read_in_their_common_spellings(void **)
{
    static const struct {
        const char *text;
        int64_t ns;
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "1970-01-01 00:00:01", 1000000000 },
        { "1969-12-31T23:59:59.5Z", -500000000 },
        { "2025-11-27T07:40:10.165324Z", 1764229210165324000 },
        { "2025-11-27 07:40:10.132", 1764229210132000000 },
        { "2025-11-27T07:40:10,1654321987Z", 1764229210165432198 },
        { "2025-11-27T08:40:10+01:00", 1764229210000000000 },
        { "2025-11-27T08:40:10+0100", 1764229210000000000 },
        { "2025-11-27T02:10:10-0530", 1764229210000000000 },
        { "2025-11-27T07:40:10 UTC", 1764229210000000000 },
        { "2025/11/27 07:40:10", 1764229210000000000 },
        { "2024-02-29T00:00:00Z", 1709164800000000000 },
        { "2016-12-31T23:59:60Z", 1483228800000000000 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t ns = -1;
        assert_ok(timestamp_parse_iso(guarded(slice_text(cases[i].text)), &ns));
        assert_true(ns == cases[i].ns);
    }
}

static void what_is_no_time_is_refused(void **)
{
    static const struct {
        const char *text;
        int code;
    } cases[] = {
        { "", E_SYNTAX },
        { "2025-11-27", E_SYNTAX },
        { "2025-11-27T07:40:1", E_SYNTAX },
        { "2025-11-27X07:40:10Z", E_SYNTAX },
        { "2025-11-27T07-40-10Z", E_SYNTAX },
        { "20a5-11-27T07:40:10Z", E_SYNTAX },
        { "2025-11-27T07:40:10.Z", E_SYNTAX },
        { "2025-11-27T07:40:10Q", E_SYNTAX },
        { "2025-11-27T07:40:10+1", E_SYNTAX },
        { "2025-11-27T07:40:10+01:0", E_SYNTAX },
        { "2025-11-27T07:40:10+19:00", E_VALUE },
        { "2025-13-27T07:40:10Z", E_VALUE },
        { "2025-02-29T07:40:10Z", E_VALUE },
        { "2025-11-00T07:40:10Z", E_VALUE },
        { "2025-11-27T24:40:10Z", E_VALUE },
        { "2025-11-27T07:60:10Z", E_VALUE },
        { "2025-11-27T07:40:61Z", E_VALUE },
        { "1600-11-27T07:40:10Z", E_VALUE },
        { "2025-1x-27T07:40:10Z", E_VALUE },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t ns = 99;
        assert_fails(timestamp_parse_iso(guarded(slice_text(cases[i].text)), &ns), cases[i].code);
        assert_true(ns == 99);
    }
}

static void epochs_are_told_apart_by_size(void **)
{
    static const struct {
        const char *text;
        int code;
        int64_t ns;
    } cases[] = {
        { "1764229210", E_OK, 1764229210000000000 },
        { "1764229210.165", E_OK, 1764229210165000000 },
        { "1764229210165", E_OK, 1764229210165000000 },
        { "1764229210165324", E_OK, 1764229210165324000 },
        { "1764229210165324111", E_OK, 1764229210165324111 },
        { "0", E_OK, 0 },
        { "", E_SYNTAX, 0 },
        { "12a", E_SYNTAX, 0 },
        { "12.", E_SYNTAX, 0 },
        { "12.5x", E_SYNTAX, 0 },
        { "-5", E_SYNTAX, 0 },
        { "99999999999999999999", E_SYNTAX, 0 },
        { "9999999999999999999", E_VALUE, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t ns = 99;
        assert_fails(timestamp_parse_epoch(guarded(slice_text(cases[i].text)), &ns), cases[i].code);
        assert_true(ns == (cases[i].code == E_OK ? cases[i].ns : 99));
    }
}

/* Every eleventh hour and some from 1678 to 2261, written and read again. */
static void what_is_written_reads_back(void **)
{
    uint8_t text[TIMESTAMP_BYTES_MAX];
    for (int64_t ns = -9214560000000000000; ns < 9214646400000000000; ns += 39600123456789000) {
        int64_t again = 0;
        const struct civil c = timestamp_to_civil(ns);
        assert_ok(timestamp_from_civil(&c, &again));
        assert_true(again == ns);
        const slice written = { text, timestamp_write(ns, text) };
        assert_ok(timestamp_parse_iso(written, &again));
        assert_true(again == ns);
    }
    const slice whole = { text, timestamp_write(1764229210000000000, text) };
    assert_true(slice_is(whole, "2025-11-27T07:40:10Z"));
    const slice part = { text, timestamp_write(1764229210010000000, text) };
    assert_true(slice_is(part, "2025-11-27T07:40:10.01Z"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_times_are_read_in_their_common_spellings),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(epochs_are_told_apart_by_size),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests_name("base/timestamp", tests, NULL, NULL);
}
