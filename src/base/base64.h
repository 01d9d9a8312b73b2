/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * base64: padded standard Base64, RFC 4648 section 4, strict in both directions: no white space, no
 * missing padding, and no bits set behind the last byte, so that a value has one spelling only.
 */

/* Length of the encoding of len bytes. */
static inline size_t base64_len(size_t len)
{
    return (len + 2) / 3 * 4;
}

/* Writes exactly base64_len(bytes.len) characters to ret_text. */
void base64_encode(slice bytes, uint8_t *ret_text);
/* Decodes into at most cap bytes. E_SYNTAX for anything but the one right spelling, E_LIMIT if the
 * result is longer than cap. */
status base64_decode(slice text, uint8_t *ret_bytes, size_t cap, size_t *ret_len);
