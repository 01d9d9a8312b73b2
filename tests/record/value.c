/* SPDX-License-Identifier: Apache-2.0 */
#include "record/value.h"
#include <stdlib.h>
#include "tests/cm.h"

static void values_are_canonical_or_refused(void **)
{
    static const struct {
        uint8_t type;
        const char *bytes;
        size_t len;
        int32_t code;
    } cases[] = {
        { TYPE_ABSENT, "", 0, E_OK },
        { TYPE_ABSENT, "x", 1, E_VALUE },
        { TYPE_TEXT, "", 0, E_OK },
        { TYPE_TEXT, "caf\xc3\xa9", 5, E_OK },
        { TYPE_TEXT, "caf\xc3", 4, E_UTF8 },
        { TYPE_BYTES, "\xff", 1, E_OK },
        { TYPE_RAW, "\xff\0", 2, E_OK },
        { TYPE_U64, "12345678", 8, E_OK },
        { TYPE_U64, "1234567", 7, E_VALUE },
        { TYPE_I64, "123456789", 9, E_VALUE },
        { TYPE_TIME, "", 0, E_VALUE },
        { TYPE_BOOL, "\0", 1, E_OK },
        { TYPE_BOOL, "\1", 1, E_OK },
        { TYPE_BOOL, "\2", 1, E_VALUE },
        { TYPE_BOOL, "\0\0", 2, E_VALUE },
        { TYPE_HASH, "12345678901234567890123456789012", 32, E_OK },
        { TYPE_HASH, "1234567890123456789012345678901", 31, E_VALUE },
        { TYPE_TEXTS, "", 0, E_VALUE },
        { TYPE_TEXTS, "\0\0", 2, E_OK },
        { TYPE_TEXTS, "\0\1a\0\2bc", 7, E_OK },
        { TYPE_TEXTS, "\0\1a\0\2b", 6, E_SHORT },
        { TYPE_TEXTS, "\0\1a\0", 4, E_SHORT },
        { TYPE_TEXTS, "\0\1\xff", 3, E_UTF8 },
        { TYPE_LAST + 1, "", 0, E_UNKNOWN },
        { 255, "", 0, E_UNKNOWN },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const slice value = guarded((slice){ (const uint8_t *)cases[i].bytes, cases[i].len });
        assert_fails(value_check(cases[i].type, value), cases[i].code);
    }
}

static void limits_hold_at_their_bound_and_one_above(void **)
{
    uint8_t *bytes = calloc(VALUE_RAW_BYTES_MAX + 1, 1);
    assert_non_null(bytes);
    assert_ok(value_check(TYPE_TEXT, (slice){ bytes, VALUE_BYTES_MAX }));
    assert_fails(value_check(TYPE_TEXT, (slice){ bytes, VALUE_BYTES_MAX + 1 }), E_LIMIT);
    assert_ok(value_check(TYPE_RAW, (slice){ bytes, VALUE_RAW_BYTES_MAX }));
    assert_fails(value_check(TYPE_RAW, (slice){ bytes, VALUE_RAW_BYTES_MAX + 1 }), E_LIMIT);
    assert_ok(value_check(TYPE_TEXTS, (slice){ bytes, 2 * VALUE_TEXTS_MAX }));
    assert_fails(value_check(TYPE_TEXTS, (slice){ bytes, 2 * VALUE_TEXTS_MAX + 2 }), E_LIMIT);
    free(bytes);
}

static void numbers_and_lists_come_back(void **)
{
    uint8_t room[8];
    uint8_t list_room[64];
    assert_int_equal(value_u64(value_put_u64(room, UINT64_MAX)), UINT64_MAX);
    assert_int_equal(value_i64(value_put_i64(room, INT64_MIN)), INT64_MIN);
    assert_int_equal(value_bool(true).at[0], 1);
    struct writer w = writer_of(list_room, sizeof list_room);
    value_texts_add(&w, slice_text("one"));
    value_texts_add(&w, slice_none());
    assert_ok(value_check(TYPE_TEXTS, writer_slice(&w)));
    struct cursor c = cursor_of(writer_slice(&w));
    slice text = slice_none();
    assert_true(value_texts_next(&c, &text));
    assert_true(slice_is(text, "one"));
    assert_true(value_texts_next(&c, &text));
    assert_int_equal(text.len, 0);
    assert_false(value_texts_next(&c, &text));
    assert_string_equal(value_type_name(TYPE_RAW), "raw");
    assert_null(value_type_name(TYPE_LAST + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_canonical_or_refused),
        cmocka_unit_test(limits_hold_at_their_bound_and_one_above),
        cmocka_unit_test(numbers_and_lists_come_back),
    };
    return cmocka_run_group_tests_name("record/value", tests, NULL, NULL);
}
