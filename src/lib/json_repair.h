/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * json_repair: the slow paths of lib/json.c, run only on a text that simdjson refused or that has
 * integers above 64 bits. One linear pass each, no recursion.
 */

/* Room that json_widen needs for a text of len bytes. */
static inline size_t json_widen_room(size_t len)
{
    return len + len / 8 + 2; /* an integer it lengthens by 2 has at least 19 digits */
}

/* Copies the text, giving each integer above 64 bits an exponent of zero (so that it is read as a
 * double) and turning the escape of half a surrogate pair into that of U+FFFD. Returns the length;
 * ret_changed says whether anything differs. ret_text has json_widen_room(text.len) bytes. */
size_t json_widen(slice text, uint8_t *ret_text, bool *ret_changed);
/* The next number outside strings at or behind *pos, which moves behind it; false if none. */
bool json_next_number(slice text, size_t *pos, slice *ret_number);
/* Where and why the text is not JSON: the offset of the first byte that cannot stand there (or its
 * length if it ends early). depth_max is that of the parser, at most JSON_DEEP_MAX. ret_what is
 * static, or NULL where this finds nothing wrong. */
size_t json_locate(slice text, size_t depth_max, const char **ret_what);
