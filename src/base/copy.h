/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/bytes.h"

/*
 * copy: copying runs that are known to be short, for hot paths.
 */

/* As bytes_copy, for at most 64 bytes and without a call: each half is copied as a known size, the
 * second from the end. */
static inline void bytes_copy_short(uint8_t *to, size_t cap, slice from)
{
    const size_t len = from.len;
    assert(len <= cap && len <= 64);
    if (len >= 32) {
        __builtin_memcpy(to, from.at, 32);
        __builtin_memcpy(to + len - 32, from.at + len - 32, 32);
    } else if (len >= 16) {
        __builtin_memcpy(to, from.at, 16);
        __builtin_memcpy(to + len - 16, from.at + len - 16, 16);
    } else if (len >= 8) {
        __builtin_memcpy(to, from.at, 8);
        __builtin_memcpy(to + len - 8, from.at + len - 8, 8);
    } else {
        for (size_t i = 0; i < len; i++)
            to[i] = from.at[i];
    }
}
