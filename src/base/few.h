/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <endian.h>
#include "base/bytes.h"

/*
 * few: reading and comparing names and other short texts, without a call and byte by byte nowhere.
 */

/* The len bytes, fewer than 8, as a little-endian number. No other byte is read. */
static inline uint64_t bytes_few(const uint8_t *at, size_t len)
{
    if (len >= 4) { /* the two halves may overlap: there they are the same */
        uint32_t low, high;
        __builtin_memcpy(&low, at, sizeof low);
        __builtin_memcpy(&high, at + len - sizeof high, sizeof high);
        return le32toh(low) | (uint64_t)le32toh(high) << (8 * (len - sizeof high));
    }
    if (len == 0) return 0;
    const size_t middle = len / 2, last = len - 1;
    return at[0] | (uint64_t)at[middle] << (8 * middle) | (uint64_t)at[last] << (8 * last);
}

/* As bytes_equal, for names and other short texts: faster than a call up to some 40 bytes. */
static inline bool bytes_equal_short(const uint8_t *a, const uint8_t *b, size_t len)
{
    for (; len >= 8; len -= 8, a += 8, b += 8) {
        uint64_t left, right;
        __builtin_memcpy(&left, a, sizeof left);
        __builtin_memcpy(&right, b, sizeof right);
        if (left != right) return false;
    }
    return bytes_few(a, len) == bytes_few(b, len);
}
