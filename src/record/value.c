/* SPDX-License-Identifier: Apache-2.0 */
#include "record/value.h"

#include "base/bytes.h"
#include "base/text.h"
#include "base/banned.h"

static const char *const names[TYPE_LAST + 1] = {
    [TYPE_ABSENT] = "absent", [TYPE_TEXT] = "text",   [TYPE_BYTES] = "bytes", [TYPE_U64] = "u64",
    [TYPE_I64] = "i64",       [TYPE_TIME] = "time",   [TYPE_BOOL] = "bool",   [TYPE_RAW] = "raw",
    [TYPE_HASH] = "hash",     [TYPE_TEXTS] = "texts",
};

const char *value_type_name(uint8_t type)
{
    return type <= TYPE_LAST ? names[type] : NULL;
}

static status check_texts(slice value)
{
    struct cursor c = cursor_of(value);
    size_t count = 0;
    while (cursor_left(&c) > 0) {
        slice text = slice_none();
        if (++count > VALUE_TEXTS_MAX) return FAIL(E_LIMIT);
        TRY(cursor_vec16(&c, UINT16_MAX, &text));
        if (!text_is_utf8(text)) return FAIL(E_UTF8);
    }
    return count == 0 ? FAIL(E_VALUE) : OK;
}

status value_check(uint8_t type, slice value)
{
    if (type > TYPE_LAST) return FAIL(E_UNKNOWN);
    const size_t most = type == TYPE_RAW ? VALUE_RAW_BYTES_MAX : VALUE_BYTES_MAX;
    if (value.len > most) return FAIL(E_LIMIT);
    const size_t fixed_len = value_fixed_len(type);
    if (fixed_len != 0 && value.len != fixed_len) return FAIL(E_VALUE);
    switch ((enum value_type)type) {
    case TYPE_ABSENT:
        return value.len == 0 ? OK : FAIL(E_VALUE);
    case TYPE_TEXT:
        return text_is_utf8(value) ? OK : FAIL(E_UTF8);
    case TYPE_BOOL:
        return value.at[0] <= 1 ? OK : FAIL(E_VALUE);
    case TYPE_TEXTS:
        return check_texts(value);
    case TYPE_BYTES:
    case TYPE_U64:
    case TYPE_I64:
    case TYPE_TIME:
    case TYPE_RAW:
    case TYPE_HASH:
        return OK;
    }
    return FAIL(E_UNKNOWN);
}

slice value_put_u64(uint8_t room[8], uint64_t number)
{
    put_u64(room, number);
    return (slice){ room, 8 };
}

slice value_put_i64(uint8_t room[8], int64_t number)
{
    put_u64(room, (uint64_t)number);
    return (slice){ room, 8 };
}

uint64_t value_u64(slice value)
{
    assert(value.len == 8);
    return get_u64(value.at);
}

int64_t value_i64(slice value)
{
    return (int64_t)value_u64(value);
}

slice value_bool(bool yes)
{
    static const uint8_t values[2] = { 0, 1 };
    return (slice){ &values[yes], 1 };
}

void value_texts_add(struct writer *list, slice text)
{
    writer_vec16(list, text);
}

bool value_texts_next(struct cursor *list, slice *ret_text)
{
    return cursor_vec16(list, UINT16_MAX, ret_text).code == E_OK;
}
