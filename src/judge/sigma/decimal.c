/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/decimal.h"

#include "base/banned.h"

/* Exponents saturate here: no text within the limits of an event can tell larger ones apart. */
static const int64_t exponent_max = 1000000000000;

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static status exponent_parse(slice text, size_t at, int64_t *ret_exponent)
{
    bool minus = false;
    if (at < text.len && (text.at[at] == '-' || text.at[at] == '+')) minus = text.at[at++] == '-';
    if (at == text.len) return FAIL(E_SYNTAX);
    int64_t value = 0;
    for (; at < text.len; at++) {
        if (!is_digit(text.at[at])) return FAIL(E_SYNTAX);
        if (value < exponent_max) value = value * 10 + (text.at[at] - '0');
    }
    *ret_exponent = minus ? -value : value;
    return OK;
}

status decimal_parse(slice text, struct decimal *ret_value)
{
    size_t at = 0;
    bool minus = false;
    if (text.len != 0 && (text.at[0] == '-' || text.at[0] == '+')) minus = text.at[at++] == '-';
    const size_t start = at;
    size_t first = 0, behind = 0; /* of the digits that are not 0 */
    size_t point = 0;
    bool has_point = false, has_nonzero = false;
    size_t digits = 0;
    for (; at < text.len; at++) {
        if (text.at[at] == '.' && !has_point && digits != 0) {
            has_point = true;
            point = at;
        } else if (is_digit(text.at[at])) {
            digits++;
            if (text.at[at] == '0') continue;
            if (!has_nonzero) first = at;
            has_nonzero = true;
            behind = at + 1;
        } else {
            break;
        }
    }
    if (at == start || digits == 0 || text.at[at - 1] == '.') return FAIL(E_SYNTAX);
    if (!has_point) point = at;
    int64_t exponent = 0;
    if (at < text.len) {
        if (text.at[at] != 'e' && text.at[at] != 'E') return FAIL(E_SYNTAX);
        TRY(exponent_parse(text, at + 1, &exponent));
    }
    *ret_value = (struct decimal){ .digits = { (const uint8_t *)"", 0 } };
    if (!has_nonzero) return OK;
    const int64_t scale = first < point ? (int64_t)(point - first) : -(int64_t)(first - point - 1);
    *ret_value = (struct decimal){ .digits = { text.at + first, behind - first },
                                   .exponent = exponent + scale,
                                   .is_negative = minus };
    return OK;
}

/* The digits of both, the point left out; a shorter one continues with zeros. */
static int digits_compare(slice a, slice b)
{
    size_t i = 0, j = 0;
    for (;; i++, j++) {
        if (i < a.len && a.at[i] == '.') i++;
        if (j < b.len && b.at[j] == '.') j++;
        if (i >= a.len || j >= b.len) return (i < a.len) - (j < b.len);
        if (a.at[i] != b.at[j]) return a.at[i] < b.at[j] ? -1 : 1;
    }
}

static int magnitude_compare(const struct decimal *a, const struct decimal *b)
{
    if (a->digits.len == 0 || b->digits.len == 0) {
        return (a->digits.len != 0) - (b->digits.len != 0);
    }
    if (a->exponent != b->exponent) return a->exponent < b->exponent ? -1 : 1;
    return digits_compare(a->digits, b->digits);
}

int decimal_compare(const struct decimal *a, const struct decimal *b)
{
    if (a->is_negative != b->is_negative) return a->is_negative ? -1 : 1;
    const int order = magnitude_compare(a, b);
    return a->is_negative ? -order : order;
}
