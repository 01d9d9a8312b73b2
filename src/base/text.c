/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/bytes.h"
#include "base/banned.h"

/* RFC 3629 section 4: the second byte's range closes overlong forms, surrogates and U+110000 up. */
status text_code_point(slice text, uint32_t *ret_code_point, size_t *ret_len)
{
    if (text.len == 0) return FAIL(E_SHORT);
    const uint8_t lead = text.at[0];
    if (lead < 0x80) {
        *ret_code_point = lead;
        *ret_len = 1;
        return OK;
    }
    if (lead < 0xc2 || lead > 0xf4) return FAIL(E_UTF8);
    const size_t len = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    uint32_t code_point = lead & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (i >= text.len) return FAIL(E_SHORT);
        const uint8_t c = text.at[i];
        if (c < (i == 1 ? low : 0x80) || c > (i == 1 ? high : 0xbf)) return FAIL(E_UTF8);
        code_point = code_point << 6 | (c & 0x3fu);
    }
    *ret_code_point = code_point;
    *ret_len = len;
    return OK;
}

/* How many bytes from there on are ASCII, by eights. */
static size_t ascii_run(slice text, size_t at)
{
    const uint64_t high_bits = 0x8080808080808080u;
    const size_t start = at;
    while (text.len - at >= sizeof(uint64_t)) {
        uint64_t eight = 0;
        bytes_copy(&eight, sizeof eight, (slice){ text.at + at, sizeof eight });
        if ((eight & high_bits) != 0) break;
        at += sizeof eight;
    }
    return at - start;
}

bool text_is_utf8(slice text)
{
    size_t at = ascii_run(text, 0);
    while (at < text.len) {
        uint32_t code_point = 0;
        size_t len = 0;
        if (text.at[at] < 0x80) {
            at++;
            continue;
        }
        if (text_code_point(slice_from(text, at), &code_point, &len).code != E_OK) return false;
        at += len;
        if (at < text.len && text.at[at] < 0x80) at += ascii_run(text, at);
    }
    return true;
}

size_t text_put_code_point(uint32_t code_point, uint8_t ret_bytes[4])
{
    if (code_point < 0x80) {
        ret_bytes[0] = (uint8_t)code_point;
        return 1;
    }
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point < 0xe000)) return 0;
    const size_t len = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        ret_bytes[i] = (uint8_t)(0x80 | (code_point & 0x3f));
        code_point >>= 6;
    }
    static const uint8_t marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    ret_bytes[0] = (uint8_t)(marks[len] | code_point);
    return len;
}

size_t text_common(slice a, slice b)
{
    size_t same = 0;
    while (same < a.len && same < b.len && a.at[same] == b.at[same])
        same++;
    return same;
}

slice text_cut(slice text, size_t max)
{
    if (text.len <= max) return text;
    size_t len = max;
    for (size_t back = 0; back < 3 && len > 0 && (text.at[len] & 0xc0) == 0x80; back++)
        len--;
    if ((text.at[len] & 0xc0) == 0x80) len = max; /* no UTF-8: there is no character to keep */
    return (slice){ text.at, len };
}
