/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cursor.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/banned.h"

status cursor_copy(struct cursor *c, size_t len, uint8_t *ret_bytes)
{
    slice raw = {};
    TRY(cursor_bytes(c, len, &raw));
    bytes_copy(ret_bytes, len, raw);
    return OK;
}

status cursor_u40(struct cursor *c, uint64_t *ret_value)
{
    slice raw = {};
    TRY(cursor_bytes(c, 5, &raw));
    *ret_value = (uint64_t)raw.at[0] << 32 | get_u32(raw.at + 1);
    return OK;
}

status cursor_vec32(struct cursor *c, uint32_t len_max, slice *ret_bytes)
{
    struct cursor next = *c;
    uint32_t len = 0;
    TRY(cursor_u32(&next, &len));
    if (len > len_max) return FAIL(E_LIMIT);
    TRY(cursor_bytes(&next, len, ret_bytes));
    *c = next;
    return OK;
}

status cursor_line(struct cursor *c, slice *ret_line)
{
    assert(c->pos <= c->data.len);
    const uint8_t *start = c->data.at + c->pos;
    const uint8_t *end = memchr(start, '\n', c->data.len - c->pos);
    if (end == NULL) return FAIL(E_SHORT);
    *ret_line = (slice){ .at = start, .len = (size_t)(end - start) };
    c->pos += ret_line->len + 1;
    return OK;
}
