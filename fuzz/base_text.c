/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of strangers in base: UTF-8, Base64, numbers, hexadecimal. What is accepted has one
 * spelling, so that writing it again gives the same bytes; on failure no out-parameter has changed.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/base64.h"
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "base/text.h"
#include "base/writer.h"

enum { INPUT_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void code_points_come_back(slice text)
{
    size_t at = 0;
    while (at < text.len) {
        uint32_t code_point = UINT32_MAX;
        size_t used = 99;
        uint8_t again[4] = {};
        if (text_code_point(slice_from(text, at), &code_point, &used).code != E_OK) {
            assert(code_point == UINT32_MAX && used == 99);
            assert(!text_is_utf8(text));
            return;
        }
        assert(text_put_code_point(code_point, again) == used);
        assert(bytes_equal(again, text.at + at, used));
        at += used;
    }
    assert(text_is_utf8(text));
}

static void base64_has_one_spelling(slice text)
{
    static uint8_t bytes[INPUT_MAX];
    static uint8_t again[INPUT_MAX + 4];
    size_t bytes_len = 99;
    const status s = base64_decode(text, bytes, sizeof bytes, &bytes_len);
    if (s.code != E_OK) {
        assert(bytes_len == 99);
        return;
    }
    assert(base64_len(bytes_len) == text.len);
    base64_encode((slice){ bytes, bytes_len }, again);
    assert(bytes_equal(again, text.at, text.len));
}

static void numbers_have_one_spelling(slice text)
{
    uint8_t room[32];
    struct writer w = writer_of(room, sizeof room);
    uint64_t value = 99;
    int64_t number = 99;
    if (num_parse_u64(text, &value).code == E_OK) {
        writer_dec(&w, value);
        assert(slice_equal(writer_slice(&w), text));
    } else {
        assert(value == 99);
    }
    if (num_parse_i64(text, &number).code != E_OK) assert(number == 99);
    uint8_t bytes[16] = {};
    const status s = num_parse_hex(text, bytes, sizeof bytes);
    assert(s.code == E_SYNTAX || text.len == 2 * sizeof bytes);
}

/* Whatever the bytes, the JSON text holds only UTF-8 and fits in six characters a byte. */
static void json_strings_are_utf8(slice text)
{
    static uint8_t room[6 * INPUT_MAX + 2];
    struct writer w = writer_of(room, sizeof room);
    struct json_writer j = json_writer_of(&w);
    json_string(&j, text);
    assert(writer_end(&w).code == E_OK);
    assert(text_is_utf8(writer_slice(&w)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len > INPUT_MAX) return 0;
    const slice text = { data, len };
    code_points_come_back(text);
    base64_has_one_spelling(text);
    numbers_have_one_spelling(text);
    json_strings_are_utf8(text);
    return 0;
}
