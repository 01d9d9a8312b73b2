/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "tests/cm.h"

/* RFC 4648 section 10. */
static void known_texts_have_their_known_encodings(void **)
{
    static const char *const pairs[][2] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
    };
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        uint8_t text[16] = {};
        uint8_t bytes[16] = {};
        size_t len = 99;
        base64_encode(guarded(slice_text(pairs[i][0])), text);
        assert_int_equal(base64_len(strlen(pairs[i][0])), strlen(pairs[i][1]));
        assert_memory_equal(text, pairs[i][1], strlen(pairs[i][1]));
        assert_ok(base64_decode(guarded(slice_text(pairs[i][1])), bytes, sizeof bytes, &len));
        assert_int_equal(len, strlen(pairs[i][0]));
        assert_memory_equal(bytes, pairs[i][0], len);
    }
}

static void a_second_spelling_is_refused(void **)
{
    static const char *const bad[] = {
        "Zg=",  "Zg",     "Z",     "Zg===", "Z===", "====",     "=",     "Zg==Zg==", "Zh==",
        "Zm9=", "Zm8=\n", " Zm8=", "Zm 8",  "Zm-_", "Zm8=Zm8=", "Zm9v=", "Z=9v",     "\xffm9v",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint8_t bytes[16] = {};
        size_t len = 99;
        assert_fails(base64_decode(guarded(slice_text(bad[i])), bytes, sizeof bytes, &len),
                     E_SYNTAX);
        assert_int_equal(len, 99);
    }
}

static void a_result_that_is_too_long_is_refused(void **)
{
    uint8_t bytes[3] = { 9, 9, 9 };
    size_t len = 99;
    assert_fails(base64_decode(slice_text("Zm9v"), bytes, 2, &len), E_LIMIT);
    assert_ok(base64_decode(slice_text("Zm8="), bytes, 2, &len));
    assert_int_equal(len, 2);
    assert_int_equal(bytes[2], 9);
}

static void every_length_comes_back(void **)
{
    uint8_t bytes[100];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(251 * i);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        uint8_t text[136];
        uint8_t again[100];
        size_t again_len = 0;
        base64_encode(guarded((slice){ bytes, len }), text);
        assert_ok(base64_decode(guarded((slice){ text, base64_len(len) }), again, len, &again_len));
        assert_int_equal(again_len, len);
        assert_memory_equal(again, bytes, len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts_have_their_known_encodings),
        cmocka_unit_test(a_second_spelling_is_refused),
        cmocka_unit_test(a_result_that_is_too_long_is_refused),
        cmocka_unit_test(every_length_comes_back),
    };
    return cmocka_run_group_tests_name("base/base64", tests, NULL, NULL);
}
