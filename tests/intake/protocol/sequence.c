/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/sequence.h"

#include "tests/cm.h"

static void a_sequence_is_a_decimal_number_with_room_for_the_request(void **)
{
    static const struct {
        const char *text;
        uint64_t count;
        int32_t code;
        uint64_t first;
    } rows[] = {
        { "0", 1, E_OK, 0 },
        { " 17\t", 100, E_OK, 17 },
        { "18446744073709551615", 1, E_OK, UINT64_MAX },
        { "18446744073709551615", 0, E_OK, UINT64_MAX },
        { "18446744073709551615", 2, E_LIMIT, 0 },
        { "18446744073709551616", 1, E_LIMIT, 0 },
        { "", 1, E_SYNTAX, 0 },
        { " ", 1, E_SYNTAX, 0 },
        { "-1", 1, E_SYNTAX, 0 },
        { "1.5", 1, E_SYNTAX, 0 },
        { "1 2", 1, E_SYNTAX, 0 },
        { "007", 1, E_SYNTAX, 0 },
        { "0x10", 1, E_SYNTAX, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t first = 99;
        struct fault fault = {};
        const slice text = guarded(slice_text(rows[i].text));
        assert_fails(sequence_parse(text, rows[i].count, &first, &fault), rows[i].code);
        assert_int_equal(first, rows[i].code == E_OK ? rows[i].first : 99);
        assert_int_equal(fault.text[0] != '\0', rows[i].code != E_OK);
    }
}

static void a_channel_is_a_guid(void **)
{
    static const uint8_t want[CHANNEL_BYTES] = { 0xfe, 0x0e, 0xca, 0xd8, 0xdd, 0x86, 0x4b, 0x1f,
                                                 0xb4, 0x58, 0x31, 0x35, 0x6f, 0x49, 0x0a, 0xb1 };
    static const char *const good[] = {
        "fe0ecad8-dd86-4b1f-b458-31356f490ab1",
        "FE0ECAD8-DD86-4B1F-B458-31356F490AB1",
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        uint8_t got[CHANNEL_BYTES] = {};
        assert_ok(channel_parse(guarded(slice_text(good[i])), got));
        assert_memory_equal(got, want, sizeof want);
    }
    static const char *const bad[] = {
        "",
        "fe0ecad8",
        "fe0ecad8-dd86-4b1f-b458-31356f490ab",
        "fe0ecad8-dd86-4b1f-b458-31356f490ab12",
        "fe0ecad8dd86-4b1f-b458-31356f490ab1-",
        "fe0ecad8-dd86-4b1f-b458-31356f490abg",
        "{e0ecad8-dd86-4b1f-b458-31356f490ab}",
        "fe0ecad8 dd86 4b1f b458 31356f490ab1",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint8_t got[CHANNEL_BYTES] = { 1, 2, 3 };
        assert_fails(channel_parse(guarded(slice_text(bad[i])), got), E_SYNTAX);
        assert_memory_equal(got, ((uint8_t[]){ 1, 2, 3, 0 }), 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sequence_is_a_decimal_number_with_room_for_the_request),
        cmocka_unit_test(a_channel_is_a_guid),
    };
    return cmocka_run_group_tests_name("intake/protocol/sequence", tests, NULL, NULL);
}
