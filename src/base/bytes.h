/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include "base/status.h"

/*
 * bytes: copying, comparing and naming runs of bytes without a chance to overrun.
 */

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* For a large local array in a hot function: it is written before it is read, and is spared the
 * zeros that -ftrivial-auto-var-init gives all others at each call. */
#define UNSET __attribute__((uninitialized))

/* Borrowed view of a NUL-terminated text, without the NUL. text must not be NULL. */
static inline slice slice_text(const char *text)
{
    return (slice){ .at = (const uint8_t *)text, .len = strlen(text) };
}

/* The empty slice. */
static inline slice slice_none(void)
{
    return (slice){ .at = (const uint8_t *)"", .len = 0 };
}

/* Whether both have the same bytes. */
static inline bool slice_equal(slice a, slice b)
{
    return a.len == b.len && (a.len == 0 || __builtin_memcmp(a.at, b.at, a.len) == 0);
}

/* Whether a is this NUL-terminated text. */
static inline bool slice_is(slice a, const char *text)
{
    return slice_equal(a, slice_text(text));
}

/* Whether s begins with prefix; every text begins with the empty one. */
static inline bool slice_starts(slice a, slice prefix)
{
    return a.len >= prefix.len && slice_equal((slice){ a.at, prefix.len }, prefix);
}

/* The part of s from position from to its end; from must not be above s.len. */
static inline slice slice_from(slice s, size_t from)
{
    assert(from <= s.len);
    return (slice){ .at = s.at + from, .len = s.len - from };
}

/* Orders bytewise, a shorter prefix first: <0, 0 or >0. */
static inline int slice_compare(slice a, slice b)
{
    const size_t len = a.len < b.len ? a.len : b.len;
    const int order = len == 0 ? 0 : __builtin_memcmp(a.at, b.at, len);
    if (order != 0) return order;
    return (a.len > b.len) - (a.len < b.len);
}

/* Copies from into a buffer of cap bytes that must be large enough; the two may not overlap. */
static inline void bytes_copy(void *to, size_t cap, slice from)
{
    assert(from.len <= cap);
    if (from.len != 0) __builtin_memcpy(to, from.at, from.len);
}

/* As bytes_copy, for ranges that may overlap. */
static inline void bytes_move(void *to, size_t cap, const void *from, size_t len)
{
    assert(len <= cap);
    if (len != 0) __builtin_memmove(to, from, len);
}

/* Whether len bytes are the same on both sides. */
static inline bool bytes_equal(const void *a, const void *b, size_t len)
{
    return len == 0 || __builtin_memcmp(a, b, len) == 0;
}

/* Compares len bytes in a time that does not depend on where they differ. */
static inline bool bytes_equal_secret(const uint8_t *a, const uint8_t *b, size_t len)
{
    uint8_t differ = 0;
    for (size_t i = 0; i < len; i++)
        differ = (uint8_t)(differ | (a[i] ^ b[i]));
    return differ == 0;
}

/* Overwrites a secret so that the compiler cannot leave the write out. */
static inline void bytes_wipe(void *at, size_t len)
{
    explicit_bzero(at, len);
}

/* A number as 2, 4 or 8 big-endian bytes at that place. */
static inline void put_u16(uint8_t *at, uint16_t v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

/* As put_u16, 4 bytes. */
static inline void put_u32(uint8_t *at, uint32_t v)
{
    put_u16(at, (uint16_t)(v >> 16));
    put_u16(at + 2, (uint16_t)v);
}

/* As put_u16, 8 bytes. */
static inline void put_u64(uint8_t *at, uint64_t v)
{
    put_u32(at, (uint32_t)(v >> 32));
    put_u32(at + 4, (uint32_t)v);
}

/* The number that 2, 4 or 8 big-endian bytes at that place hold. */
static inline uint16_t get_u16(const uint8_t *at)
{
    return (uint16_t)((unsigned)at[0] << 8 | at[1]);
}

/* As get_u16, 4 bytes. */
static inline uint32_t get_u32(const uint8_t *at)
{
    return (uint32_t)get_u16(at) << 16 | get_u16(at + 2);
}

/* As get_u16, 8 bytes. */
static inline uint64_t get_u64(const uint8_t *at)
{
    return (uint64_t)get_u32(at) << 32 | get_u32(at + 4);
}
