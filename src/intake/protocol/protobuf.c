/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/protobuf.h"

#include "base/bytes.h"
#include "base/banned.h"

enum { VARINT_BYTES_MAX = 10, FIELD_NUMBER_MAX = (1 << 29) - 1 };

static status take_long_varint(struct cursor *c, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < VARINT_BYTES_MAX; i++) {
        uint8_t byte = 0;
        TRY(cursor_u8(c, &byte));
        if (i + 1 == VARINT_BYTES_MAX && byte > 1) break;
        value |= (uint64_t)(byte & 0x7f) << 7 * i;
        if (byte < 0x80) {
            *ret_value = value;
            return OK;
        }
    }
    return FAIL(E_SYNTAX);
}

/* Most are of one byte. */
static inline status take_varint(struct cursor *c, uint64_t *ret_value)
{
    if (cursor_left(c) == 0 || c->data.at[c->pos] >= 0x80) return take_long_varint(c, ret_value);
    *ret_value = c->data.at[c->pos++];
    return OK;
}

/* len little-endian bytes. */
static status take_fixed(struct cursor *c, size_t len, uint64_t *ret_value)
{
    slice bytes = {};
    TRY(cursor_bytes(c, len, &bytes));
    uint64_t value = 0;
    for (size_t i = len; i > 0; i--)
        value = value << 8 | bytes.at[i - 1];
    *ret_value = value;
    return OK;
}

static status take_bytes(struct cursor *c, slice *ret_bytes)
{
    uint64_t len = 0;
    TRY(take_varint(c, &len));
    if (len > cursor_left(c)) return FAIL(E_SHORT);
    return cursor_bytes(c, (size_t)len, ret_bytes);
}

static status take_value(struct cursor *c, struct protobuf_field *f)
{
    switch (f->wire) {
    case PROTOBUF_VARINT:
        return take_varint(c, &f->value);
    case PROTOBUF_FIXED64:
        return take_fixed(c, 8, &f->value);
    case PROTOBUF_BYTES:
        return take_bytes(c, &f->bytes);
    case PROTOBUF_FIXED32:
        return take_fixed(c, 4, &f->value);
    default:
        return FAIL(E_SYNTAX);
    }
}

status protobuf_next(struct cursor *c, struct protobuf_field *ret_field)
{
    struct cursor next = *c;
    uint64_t tag = 0;
    TRY(take_varint(&next, &tag));
    const uint64_t number = tag >> 3;
    if (number == 0 || number > FIELD_NUMBER_MAX) return FAIL(E_SYNTAX);
    struct protobuf_field field = {
        .number = (uint32_t)number,
        .wire = (uint8_t)(tag & 7),
        .bytes = slice_none(),
    };
    TRY(take_value(&next, &field));
    *ret_field = field;
    *c = next;
    return OK;
}

double protobuf_double(uint64_t bits)
{
    double value = 0;
    bytes_copy(&value, sizeof value, (slice){ (const uint8_t *)&bits, sizeof bits });
    return value;
}

static void put_varint(struct writer *w, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        writer_u8(w, (uint8_t)(value | 0x80));
    writer_u8(w, (uint8_t)value);
}

void protobuf_put_u64(struct writer *w, uint32_t number, uint64_t value)
{
    if (value == 0) return;
    put_varint(w, (uint64_t)number << 3 | PROTOBUF_VARINT);
    put_varint(w, value);
}

void protobuf_put_bytes(struct writer *w, uint32_t number, slice bytes)
{
    put_varint(w, (uint64_t)number << 3 | PROTOBUF_BYTES);
    put_varint(w, bytes.len);
    writer_bytes(w, bytes);
}
