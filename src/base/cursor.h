/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/bytes.h"

/*
 * cursor: reads big-endian integers and length-prefixed byte strings from borrowed bytes.
 * Invariant: pos <= data.len; on error neither the cursor nor the out-parameter has changed.
 * Ownership: data is borrowed; every slice handed out is a view into it and dies with it.
 * Cost: O(1) per read, no allocation, no copy. What reads small pieces is inline: whole logs pass
 * through here.
 */
struct cursor {
    slice data; /* borrowed */
    size_t pos; /* bytes consumed so far */
};

/* A cursor at the start of data. */
static inline struct cursor cursor_of(slice data)
{
    return (struct cursor){ .data = data };
}

/* Bytes not yet consumed. */
static inline size_t cursor_left(const struct cursor *c)
{
    return c->data.len - c->pos;
}

/* The next len bytes as a view. E_SHORT if fewer remain. */
static inline status cursor_bytes(struct cursor *c, size_t len, slice *ret_bytes)
{
    assert(c->pos <= c->data.len);
    if (len > c->data.len - c->pos) return FAIL(E_SHORT); /* pos + len > data.len could wrap */
    *ret_bytes = (slice){ .at = c->data.at + c->pos, .len = len };
    c->pos += len;
    return OK;
}

/* The next len bytes copied out. E_SHORT if fewer remain. */
status cursor_copy(struct cursor *c, size_t len, uint8_t *ret_bytes);
/* The next byte. E_SHORT. */
static inline status cursor_u8(struct cursor *c, uint8_t *ret_value)
{
    slice raw = {};
    TRY(cursor_bytes(c, 1, &raw));
    *ret_value = raw.at[0];
    return OK;
}

/* The next 5 bytes as a big-endian number, as are those of the others. E_SHORT. */
status cursor_u40(struct cursor *c, uint64_t *ret_value);
/* The next 2 bytes. E_SHORT if fewer remain. */
static inline status cursor_u16(struct cursor *c, uint16_t *ret_value)
{
    slice raw = {};
    TRY(cursor_bytes(c, sizeof *ret_value, &raw));
    *ret_value = get_u16(raw.at);
    return OK;
}

/* The next 4 bytes. E_SHORT if fewer remain. */
static inline status cursor_u32(struct cursor *c, uint32_t *ret_value)
{
    slice raw = {};
    TRY(cursor_bytes(c, sizeof *ret_value, &raw));
    *ret_value = get_u32(raw.at);
    return OK;
}

/* The next 8 bytes. E_SHORT if fewer remain. */
static inline status cursor_u64(struct cursor *c, uint64_t *ret_value)
{
    slice raw = {};
    TRY(cursor_bytes(c, sizeof *ret_value, &raw));
    *ret_value = get_u64(raw.at);
    return OK;
}

/* A 2-byte length, then that many bytes (0..len_max). E_SHORT, or E_LIMIT above len_max. */
static inline status cursor_vec16(struct cursor *c, uint16_t len_max, slice *ret_bytes)
{
    struct cursor next = *c; /* work on a copy, commit once the whole field is good */
    uint16_t len = 0;
    TRY(cursor_u16(&next, &len));
    if (len > len_max) return FAIL(E_LIMIT);
    TRY(cursor_bytes(&next, len, ret_bytes));
    *c = next;
    return OK;
}

/* A 4-byte length, then that many bytes (0..len_max). E_SHORT, or E_LIMIT above len_max. */
status cursor_vec32(struct cursor *c, uint32_t len_max, slice *ret_bytes);
/* The text up to the next LF, which is consumed and not part of it. E_SHORT if there is none. */
status cursor_line(struct cursor *c, slice *ret_line);
/* E_TRAILING if anything is left. */
static inline status cursor_end(const struct cursor *c)
{
    return c->pos == c->data.len ? OK : FAIL(E_TRAILING);
}
