/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lint/number.h"

#include <math.h>
#include <stdlib.h>
#include "base/num.h"
#include "report/lint/label.h"
#include "base/banned.h"

enum { NUMBER_BYTES_MAX = 40, GROUP = 3 };

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Takes commas between groups of three out. False if they stand elsewhere. */
static bool ungroup(slice text, char room[NUMBER_BYTES_MAX + 1], struct number *n)
{
    size_t len = 0;
    size_t run = 0; /* digits since the last comma */
    bool fraction = false;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.at[i];
        if (c == ',') {
            const bool fits = !fraction && (n->grouped ? run == GROUP : run > 0 && run <= GROUP);
            if (!fits) return false;
            n->grouped = true;
            run = 0;
            continue;
        }
        if (!is_digit(c) && !fraction && n->grouped && run != GROUP) return false;
        fraction = fraction || !is_digit(c);
        run++;
        room[len++] = (char)c;
    }
    room[len] = '\0';
    return !n->grouped || fraction || run == GROUP;
}

/* Digits, a point and digits; optionally an exponent. */
static bool is_number(const char *text, bool *ret_decimal)
{
    size_t digits = 0;
    *ret_decimal = true;
    while (is_digit((uint8_t)*text)) {
        text++;
        digits++;
    }
    if (*text == '.') text++;
    while (is_digit((uint8_t)*text)) {
        text++;
        digits++;
    }
    if (digits > 0 && (*text == 'e' || *text == 'E')) {
        *ret_decimal = false;
        text++;
        if (*text == '-' || *text == '+') text++;
        if (!is_digit((uint8_t)*text)) return false;
        while (is_digit((uint8_t)*text))
            text++;
    }
    return digits > 0 && *text == '\0';
}

struct number number_read(slice text)
{
    struct number n = {};
    char room[NUMBER_BYTES_MAX + 1];
    text = label_trim(text);
    n.blank = text.len == 0;
    if (n.blank || text.len > NUMBER_BYTES_MAX) return n;
    if (num_parse_u64(text, &n.count).code == E_OK) {
        n.valid = n.plain = n.decimal = true;
        n.value = (double)n.count;
        n.whole = n.count < NUMBER_WHOLE_END;
        if (!n.whole) n.count = 0;
        return n;
    }
    const bool negative = text.at[0] == '-';
    if (negative) text = (slice){ text.at + 1, text.len - 1 };
    n.percent = text.len > 0 && text.at[text.len - 1] == '%';
    if (n.percent) text = label_trim((slice){ text.at, text.len - 1 });
    bool decimal = false;
    if (!ungroup(text, room, &n) || !is_number(room, &decimal)) return (struct number){};
    n.value = strtod(room, NULL) * (n.percent ? 0.01 : 1) * (negative ? -1 : 1);
    n.valid = isfinite(n.value);
    n.decimal = n.valid && decimal && !negative && !n.percent && !n.grouped;
    n.whole =
        n.valid && n.value >= 0 && n.value < (double)NUMBER_WHOLE_END && n.value == floor(n.value);
    if (n.whole) n.count = (uint64_t)n.value;
    return n;
}

bool number_equal(const struct number *a, const struct number *b)
{
    if (a->blank || b->blank) return a->blank == b->blank;
    if (!a->valid || !b->valid) return false;
    if (a->whole && b->whole) return a->count == b->count;
    const double most = fmax(fabs(a->value), fabs(b->value));
    return fabs(a->value - b->value) <= most * 1e-12;
}
