/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include "base/bytes.h"
#include "base/banned.h"

static const uint8_t alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(slice bytes, uint8_t *ret_text)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        const size_t left = bytes.len - i;
        const uint32_t group = (uint32_t)bytes.at[i] << 16 |
                               (left > 1 ? (uint32_t)bytes.at[i + 1] << 8 : 0) |
                               (left > 2 ? (uint32_t)bytes.at[i + 2] : 0);
        *ret_text++ = alphabet[group >> 18];
        *ret_text++ = alphabet[group >> 12 & 63];
        *ret_text++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
        *ret_text++ = left > 2 ? alphabet[group & 63] : '=';
    }
}

static int sextet(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

status base64_decode(slice text, uint8_t *ret_bytes, size_t cap, size_t *ret_len)
{
    if (text.len % 4 != 0) return FAIL(E_SYNTAX);
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.at[text.len - 1 - padding] == '=')
        padding++;
    const size_t len = text.len / 4 * 3 - padding;
    if (len > cap) return FAIL(E_LIMIT);
    uint32_t group = 0;
    size_t written = 0;
    for (size_t i = 0; i < text.len; i++) {
        const int bits = i < text.len - padding ? sextet(text.at[i]) : 0;
        if (bits < 0) return FAIL_AT(E_SYNTAX, i);
        group = group << 6 | (uint32_t)bits;
        if (i % 4 != 3) continue;
        for (unsigned shift = 24; shift > 0 && written < len; shift -= 8) {
            ret_bytes[written++] = (uint8_t)(group >> (shift - 8));
        }
        if (i + 1 == text.len && (group & ((1u << 8 * padding) - 1)) != 0) return FAIL(E_SYNTAX);
        group = 0;
    }
    *ret_len = written;
    return OK;
}
