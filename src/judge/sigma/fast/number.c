/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/number.h"

#include <inttypes.h>
#include "base/bytes.h"
#include "base/writer.h"
#include "base/banned.h"

bool number_is_plain(slice text)
{
    size_t at = text.len != 0 && text.at[0] == '-';
    if (at == text.len || text.len > NUMBER_DIGITS_MAX) return false;
    if (text.at[at] == '0') return text.len == 1;
    for (; at < text.len; at++) {
        if (text.at[at] < '0' || text.at[at] > '9') return false;
    }
    return true;
}

slice number_text(const struct decimal *number, uint8_t *ret_bytes)
{
    struct writer w = writer_of(ret_bytes, NUMBER_TEXT_BYTES_MAX);
    int64_t digits = 0;
    if (number->digits.len > NUMBER_DIGITS_MAX + 1) return slice_none();
    if (number->is_negative) writer_u8(&w, '-');
    for (size_t i = 0; i < number->digits.len; i++) {
        if (number->digits.at[i] == '.') continue;
        writer_u8(&w, number->digits.at[i]);
        digits++;
    }
    if (digits > NUMBER_DIGITS_MAX) return slice_none();
    if (digits == 0) {
        writer_u8(&w, '0');
    } else if (number->exponent >= digits && number->exponent <= NUMBER_DIGITS_MAX) {
        for (; digits < number->exponent; digits++)
            writer_u8(&w, '0');
    } else {
        writer_printf(&w, "e%" PRId64, number->exponent);
    }
    return writer_slice(&w);
}
