/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/evtx/value.h"

#include "base/bytes.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "base/banned.h"

/* Copies the ASCII characters at the front, four at a time; returns how many. */
static size_t copy_ascii(const uint8_t *from, size_t units, uint8_t *to)
{
    size_t i = 0;
    for (; units - i >= 4; i += 4) {
        const uint64_t four = event_name_word(from + 2 * i);
        if ((four & 0xff80ff80ff80ff80) != 0) break;
        to[i] = (uint8_t)four;
        to[i + 1] = (uint8_t)(four >> 16);
        to[i + 2] = (uint8_t)(four >> 32);
        to[i + 3] = (uint8_t)(four >> 48);
    }
    return i;
}

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "copy_ascii takes words apart");

/* The code point at unit i; *ret_units says how many units it took. */
static uint32_t code_point(const uint8_t *at, size_t i, size_t units, size_t *ret_units)
{
    const uint32_t unit = evtx_u16(at + 2 * i);
    *ret_units = 1;
    if (unit >> 11 != 0xd800 >> 11) return unit;
    const uint32_t next = i + 1 < units ? evtx_u16(at + 2 * (i + 1)) : 0;
    if (unit >> 10 != 0xd800 >> 10 || next >> 10 != 0xdc00 >> 10) return 0xfffd;
    *ret_units = 2;
    return 0x10000 + ((unit & 0x3ff) << 10 | (next & 0x3ff));
}

slice evtx_utf16(struct build *b, slice bytes)
{
    size_t units = bytes.len / 2;
    while (units > 0 && evtx_u16(bytes.at + 2 * (units - 1)) == 0)
        units--;
    uint8_t *room = build_room(b, 3 * units);
    if (room == NULL || units == 0) return slice_none();
    size_t len = 0;
    for (size_t i = 0; i < units;) {
        const size_t ascii = copy_ascii(bytes.at + 2 * i, units - i, room + len);
        i += ascii;
        len += ascii;
        if (i == units) break;
        size_t taken = 0;
        len += text_put_code_point(code_point(bytes.at, i, units, &taken), room + len);
        i += taken;
    }
    build_keep(b, room, len);
    return (slice){ room, len };
}

/* Text of one byte a character (ISO 8859-1), without the NULs at its end. */
static slice ansi(struct build *b, slice bytes)
{
    while (bytes.len > 0 && bytes.at[bytes.len - 1] == 0)
        bytes.len--;
    uint8_t *room = build_room(b, 2 * bytes.len);
    if (room == NULL || bytes.len == 0) return slice_none();
    size_t len = 0;
    for (size_t i = 0; i < bytes.len; i++)
        len += text_put_code_point(bytes.at[i], room + len);
    build_keep(b, room, len);
    return (slice){ room, len };
}

static slice hex_digits(struct build *b, slice bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    uint8_t *room = build_room(b, 2 * bytes.len);
    if (room == NULL) return slice_none();
    for (size_t i = 0; i < bytes.len; i++) {
        room[2 * i] = (uint8_t)digits[bytes.at[i] >> 4];
        room[2 * i + 1] = (uint8_t)digits[bytes.at[i] & 15];
    }
    return (slice){ room, 2 * bytes.len };
}

static slice hex_number(struct build *b, uint64_t value)
{
    enum { TEXT_MAX = 18 };
    uint8_t *room = build_room(b, TEXT_MAX);
    if (room == NULL) return slice_none();
    size_t len = 2;
    room[0] = '0';
    room[1] = 'x';
    for (int shift = 60; shift >= 0; shift -= 4) {
        const uint8_t digit = value >> shift & 15;
        if (len > 2 || digit != 0 || shift == 0) room[len++] = (uint8_t) "0123456789abcdef"[digit];
    }
    build_keep(b, room, len);
    return (slice){ room, len };
}

static slice guid(struct build *b, const uint8_t *at)
{
    static const uint8_t order[] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
    static const char digits[] = "0123456789ABCDEF";
    enum { TEXT = 36 };
    uint8_t *room = build_room(b, TEXT);
    size_t len = 0;
    if (room == NULL) return slice_none();
    for (size_t i = 0; i < sizeof order; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) room[len++] = '-';
        room[len++] = (uint8_t)digits[at[order[i]] >> 4];
        room[len++] = (uint8_t)digits[at[order[i]] & 15];
    }
    return (slice){ room, TEXT };
}

/* "-" and the number, behind what was built last. */
static size_t dash_number(struct build *b, uint64_t value)
{
    uint8_t *dash = build_room(b, 1);
    if (dash == NULL) return 0;
    *dash = '-';
    return 1 + build_u64_text(b, value).len;
}

/* S-1-5-…: rooms that follow each other are one text. */
static status sid(struct build *b, slice bytes, slice *ret_text)
{
    enum { HEAD = 8, AUTHORITIES_MAX = 15 };
    if (bytes.len < HEAD) return FAIL(E_SYNTAX);
    const size_t count = bytes.at[1];
    if (count > AUTHORITIES_MAX || bytes.len < HEAD + 4 * count) return FAIL(E_SYNTAX);
    uint8_t *room = build_room(b, 1);
    *ret_text = slice_none();
    if (room == NULL) return OK;
    uint64_t authority = 0;
    for (size_t i = 2; i < HEAD; i++)
        authority = authority << 8 | bytes.at[i];
    *room = 'S';
    size_t len = 1 + dash_number(b, bytes.at[0]);
    len += dash_number(b, authority);
    for (size_t i = 0; i < count; i++)
        len += dash_number(b, evtx_u32(bytes.at + HEAD + 4 * i));
    if (!b->cut) *ret_text = (slice){ room, len };
    return OK;
}

static slice time_text(struct build *b, int64_t ns)
{
    uint8_t *room = build_room(b, TIMESTAMP_BYTES_MAX);
    if (room == NULL) return slice_none();
    const size_t len = timestamp_write(ns, room);
    build_keep(b, room, len);
    return (slice){ room, len };
}

/* 100 ns since 1601-01-01. */
static slice filetime(struct build *b, uint64_t ticks)
{
    const uint64_t to_1970 = 116444736000000000;
    const uint64_t ticks_max = to_1970 + INT64_MAX / 100;
    if (ticks > ticks_max || ticks < to_1970 / 2) return hex_number(b, ticks);
    return time_text(b, ((int64_t)ticks - (int64_t)to_1970) * 100);
}

static slice systemtime(struct build *b, const uint8_t *at)
{
    int64_t ns = 0;
    const struct civil civil = {
        .year = evtx_u16(at),
        .month = (uint8_t)evtx_u16(at + 2),
        .day = (uint8_t)evtx_u16(at + 6), /* the day of the week stands between */
        .hour = (uint8_t)evtx_u16(at + 8),
        .minute = (uint8_t)evtx_u16(at + 10),
        .second = (uint8_t)evtx_u16(at + 12),
        .nanosecond = evtx_u16(at + 14) * UINT32_C(1000000),
    };
    if (timestamp_from_civil(&civil, &ns).code != E_OK) return slice_none();
    return time_text(b, ns);
}

/* Bytes of the types of fixed size; 0 for the others. */
static size_t fixed_bytes(uint8_t type)
{
    static const uint8_t sizes[] = {
        [EVTX_INT8] = 1,     [EVTX_UINT8] = 1,       [EVTX_INT16] = 2, [EVTX_UINT16] = 2,
        [EVTX_INT32] = 4,    [EVTX_UINT32] = 4,      [EVTX_INT64] = 8, [EVTX_UINT64] = 8,
        [EVTX_FLOAT] = 4,    [EVTX_DOUBLE] = 8,      [EVTX_BOOL] = 4,  [EVTX_GUID] = 16,
        [EVTX_FILETIME] = 8, [EVTX_SYSTEMTIME] = 16, [EVTX_HEX32] = 4, [EVTX_HEX64] = 8,
    };
    return type < sizeof sizes ? sizes[type] : 0;
}

status evtx_member_bytes(uint8_t type, size_t *ret_bytes)
{
    *ret_bytes = fixed_bytes(type);
    return *ret_bytes > 0 || type == EVTX_STRING || type == EVTX_ANSI ? OK : FAIL(E_UNKNOWN);
}

static slice floating(struct build *b, uint8_t type, const uint8_t *at)
{
    float single = 0;
    double value = 0;
    if (type == EVTX_FLOAT) {
        bytes_copy(&single, sizeof single, (slice){ at, sizeof single });
        return build_double_text(b, (double)single);
    }
    bytes_copy(&value, sizeof value, (slice){ at, sizeof value });
    return build_double_text(b, value);
}

static slice number(struct build *b, uint8_t type, const uint8_t *at)
{
    switch (type) {
    case EVTX_INT8:
        return build_i64_text(b, (int8_t)at[0]);
    case EVTX_UINT8:
        return build_u64_text(b, at[0]);
    case EVTX_INT16:
        return build_i64_text(b, (int16_t)evtx_u16(at));
    case EVTX_UINT16:
        return build_u64_text(b, evtx_u16(at));
    case EVTX_INT32:
        return build_i64_text(b, (int32_t)evtx_u32(at));
    case EVTX_UINT32:
        return build_u64_text(b, evtx_u32(at));
    case EVTX_INT64:
        return build_i64_text(b, (int64_t)evtx_u64(at));
    case EVTX_UINT64:
        return build_u64_text(b, evtx_u64(at));
    default:
        return floating(b, type, at);
    }
}

status evtx_value(struct build *b, uint8_t type, slice bytes, slice *ret_text, uint8_t *ret_type)
{
    const size_t fixed = fixed_bytes(type);
    *ret_type = EVENT_TEXT;
    *ret_text = slice_none();
    if (bytes.len < fixed) return FAIL(E_SYNTAX);
    if (type >= EVTX_INT8 && type <= EVTX_DOUBLE) {
        *ret_type = EVENT_NUMBER;
        *ret_text = number(b, type, bytes.at);
        return OK;
    }
    switch (type) {
    case EVTX_NULL:
        *ret_type = EVENT_NULL;
        return OK;
    case EVTX_STRING:
        *ret_text = evtx_utf16(b, bytes);
        return OK;
    case EVTX_ANSI:
        *ret_text = ansi(b, bytes);
        return OK;
    case EVTX_BOOL:
        *ret_type = EVENT_BOOL;
        *ret_text = slice_text(evtx_u32(bytes.at) != 0 ? "true" : "false");
        return OK;
    case EVTX_BINARY:
        *ret_text = hex_digits(b, bytes);
        return OK;
    case EVTX_GUID:
        *ret_text = guid(b, bytes.at);
        return OK;
    case EVTX_SIZE:
        if (bytes.len != 4 && bytes.len != 8) return FAIL(E_SYNTAX);
        *ret_text = hex_number(b, bytes.len == 4 ? evtx_u32(bytes.at) : evtx_u64(bytes.at));
        return OK;
    case EVTX_FILETIME:
        *ret_text = filetime(b, evtx_u64(bytes.at));
        return OK;
    case EVTX_SYSTEMTIME:
        *ret_text = systemtime(b, bytes.at);
        return OK;
    case EVTX_SID:
        return sid(b, bytes, ret_text);
    case EVTX_HEX32:
        *ret_text = hex_number(b, evtx_u32(bytes.at));
        return OK;
    case EVTX_HEX64:
        *ret_text = hex_number(b, evtx_u64(bytes.at));
        return OK;
    default:
        return FAIL(E_UNKNOWN);
    }
}
