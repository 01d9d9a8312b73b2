/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * cursor: reads big-endian integers and length-prefixed byte strings from borrowed bytes.
 * Invariant: pos <= data.len; on error neither the cursor nor the out-parameter has changed.
 * Ownership: data is borrowed; every slice handed out is a view into it and dies with it.
 * Cost: O(1) per read, no allocation, no copy.
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
status cursor_bytes(struct cursor *c, size_t len, slice *ret_bytes);
/* The next len bytes copied out. E_SHORT if fewer remain. */
status cursor_copy(struct cursor *c, size_t len, uint8_t *ret_bytes);
/* The next byte. E_SHORT. */
status cursor_u8(struct cursor *c, uint8_t *ret_value);
/* The next 2, 4, 5 or 8 bytes as a big-endian number. E_SHORT if fewer remain. */
status cursor_u16(struct cursor *c, uint16_t *ret_value);
status cursor_u32(struct cursor *c, uint32_t *ret_value);
status cursor_u40(struct cursor *c, uint64_t *ret_value);
status cursor_u64(struct cursor *c, uint64_t *ret_value);
/* A 2-byte length, then that many bytes (0..len_max). E_SHORT, or E_LIMIT above len_max. */
status cursor_vec16(struct cursor *c, uint16_t len_max, slice *ret_bytes);
/* A 4-byte length, then that many bytes (0..len_max). E_SHORT, or E_LIMIT above len_max. */
status cursor_vec32(struct cursor *c, uint32_t len_max, slice *ret_bytes);
/* The text up to the next LF, which is consumed and not part of it. E_SHORT if there is none. */
status cursor_line(struct cursor *c, slice *ret_line);
/* E_TRAILING if anything is left. */
status cursor_end(const struct cursor *c);
