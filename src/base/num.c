/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num.h"

#include "base/bytes.h"
#include "base/banned.h"

status num_parse_u64(slice text, uint64_t *ret_value)
{
    if (text.len == 0 || (text.len > 1 && text.at[0] == '0')) return FAIL(E_SYNTAX);
    uint64_t value = 0;
    bool wraps = false;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned digit = (unsigned)text.at[i] - '0';
        if (digit > 9) return FAIL_AT(E_SYNTAX, i);
        wraps |= __builtin_mul_overflow(value, 10u, &value);
        wraps |= __builtin_add_overflow(value, digit, &value);
    }
    if (wraps) return FAIL(E_LIMIT);
    *ret_value = value;
    return OK;
}

status num_parse_i64(slice text, int64_t *ret_value)
{
    const bool negative = text.len > 0 && text.at[0] == '-';
    uint64_t size = 0;
    TRY(num_parse_u64(slice_from(text, negative ? 1 : 0), &size));
    if (size > (uint64_t)INT64_MAX + (negative ? 1 : 0)) return FAIL(E_LIMIT);
    *ret_value = negative ? (int64_t)(0 - size) : (int64_t)size;
    return OK;
}

enum { NO_DIGIT = 16 };

static unsigned hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') return c - (unsigned)'0';
    if (c >= 'a' && c <= 'f') return c - (unsigned)'a' + 10;
    if (c >= 'A' && c <= 'F') return c - (unsigned)'A' + 10;
    return NO_DIGIT;
}

status num_parse_hex(slice text, uint8_t *ret_bytes, size_t ret_cap)
{
    if (text.len % 2 != 0 || text.len / 2 != ret_cap) return FAIL(E_SYNTAX);
    for (size_t i = 0; i < text.len; i++) {
        if (hex_digit(text.at[i]) == NO_DIGIT) return FAIL_AT(E_SYNTAX, i);
    }
    for (size_t i = 0; i < ret_cap; i++) {
        ret_bytes[i] = (uint8_t)(hex_digit(text.at[2 * i]) << 4 | hex_digit(text.at[2 * i + 1]));
    }
    return OK;
}

status num_parse_seconds(slice text, uint32_t most_s, uint32_t *ret_s)
{
    static const struct {
        char unit;
        uint32_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
    uint64_t number = 0;
    for (size_t i = 0; text.len > 1 && i < COUNT_OF(units); i++) {
        if (text.at[text.len - 1] != (uint8_t)units[i].unit) continue;
        TRY(num_parse_u64((slice){ text.at, text.len - 1 }, &number));
        if (number > most_s / units[i].seconds) return FAIL(E_LIMIT);
        *ret_s = (uint32_t)number * units[i].seconds;
        return OK;
    }
    return FAIL(E_SYNTAX);
}
