/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * text: UTF-8 (RFC 3629) checked at the border and read code point by code point.
 */

/* Whether all of it is well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
 */
bool text_is_utf8(slice text);
/* The code point at the start of text and its length in bytes (1..4). E_SHORT for an empty or cut
 * text, E_UTF8 for malformed bytes. */
status text_code_point(slice text, uint32_t *ret_code_point, size_t *ret_len);
/* Writes the code point as UTF-8 (at most 4 bytes) and returns the length; 0 if it is none. */
size_t text_put_code_point(uint32_t code_point, uint8_t ret_bytes[4]);
/* How many bytes the two begin with alike. */
size_t text_common(slice a, slice b);
/* The text, or its first max bytes or a few less: cut between characters where it is UTF-8. */
slice text_cut(slice text, size_t max);
/* Lower-case of an ASCII letter, any other byte unchanged. */
static inline uint8_t text_lower_ascii(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}
