/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fold.h"

#include "base/bytes.h"
#include "base/text.h"
#include "judge/sigma/fold_table.h"
#include "judge/sigma/predicate.h"
#include "base/banned.h"

bool text_is_ascii(slice text)
{
    uint64_t all = 0, word = 0;
    size_t at = 0;
    for (; text.len - at >= sizeof word; at += sizeof word) {
        __builtin_memcpy(&word, text.at + at, sizeof word);
        all |= word;
    }
    if (at != 0) { /* the last eight, some of them for the second time */
        __builtin_memcpy(&word, text.at + text.len - sizeof word, sizeof word);
        all |= word;
        at = text.len;
    }
    for (; at < text.len; at++)
        all |= text.at[at];
    return (all & 0x8080808080808080) == 0;
}

uint32_t fold_code_point(uint32_t code_point)
{
    if (code_point < 0x80) return text_lower_ascii((uint8_t)code_point);
    uint32_t low = 0, high = fold_row_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (fold_rows[middle].last < code_point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == fold_row_count) return code_point;
    const struct fold_row *row = &fold_rows[low];
    const bool hit = row->first <= code_point && (code_point - row->first) % row->stride == 0;
    return hit ? (uint32_t)((int32_t)code_point + row->distance) : code_point;
}

uint32_t symbol_first(slice text, size_t *ret_len)
{
    uint32_t code_point = 0;
    size_t len = 0;
    if (text_code_point(text, &code_point, &len).code == E_OK) {
        *ret_len = len;
        return code_point;
    }
    *ret_len = 1;
    return SYMBOL_STRAY + text.at[0];
}

/* A well-formed sequence never starts inside another, so reading backwards finds the same symbols
 * as reading forwards: a sequence that decodes and ends at the end is the last symbol. */
size_t symbol_last_len(slice text)
{
    for (size_t len = 2; len <= 4 && len <= text.len; len++) {
        uint32_t code_point = 0;
        size_t used = 0;
        const slice tail = slice_from(text, text.len - len);
        if (text_code_point(tail, &code_point, &used).code == E_OK && used == len) return len;
    }
    return 1;
}

static bool is_dash(uint32_t symbol)
{
    return symbol == '-' || symbol == '/' || (symbol >= 0x2013 && symbol <= 0x2015);
}

uint32_t symbol_form(uint32_t symbol, uint8_t form)
{
    if ((form & FORM_DASHED) != 0 && is_dash(symbol)) return '-';
    if ((form & FORM_CASED) != 0 || symbol >= SYMBOL_STRAY) return symbol;
    return fold_code_point(symbol);
}

/* U+023A (2 bytes) folds to U+2C65 (3 bytes); nothing grows more, and ASCII does not grow. */
size_t text_form_bound(size_t len)
{
    return len + len / 2 + 4;
}

size_t text_form_write(slice text, uint8_t form, uint8_t *ret_bytes)
{
    size_t written = 0;
    for (size_t at = 0; at < text.len;) {
        const uint8_t c = text.at[at];
        if (c < 0x80) {
            ret_bytes[written++] = (uint8_t)symbol_form(c, form);
            at++;
            continue;
        }
        size_t len = 0;
        const uint32_t symbol = symbol_first(slice_from(text, at), &len);
        if (symbol >= SYMBOL_STRAY) {
            ret_bytes[written++] = c;
        } else {
            written += text_put_code_point(symbol_form(symbol, form), ret_bytes + written);
        }
        at += len;
    }
    return written;
}

bool text_form_is_same(slice text, uint8_t form)
{
    if (form == FORM_CASED) return true;
    for (size_t at = 0; at < text.len; at++) {
        const uint8_t c = text.at[at];
        if (c >= 0x80 || symbol_form(c, form) != c) return false;
    }
    return true;
}
