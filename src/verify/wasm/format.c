/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/wasm/format.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/banned.h"

enum { DIGITS_MAX = 20, LENGTH_INT = 0, LENGTH_LONG = 1, LENGTH_LONG_LONG = 2 };

struct out {
    char *to;
    size_t cap; /* with the final NUL */
    size_t len; /* that all of it has */
};

/* One conversion: %[0][width][.precision][length]letter. */
struct conversion {
    bool zeros;
    unsigned width;
    bool has_precision;
    size_t precision;
    int length;
    char letter;
};

static void put(struct out *o, char c)
{
    if (o->cap > 0 && o->len < o->cap - 1) o->to[o->len] = c;
    o->len++;
}

static void put_padded(struct out *o, const char *text, size_t len, const struct conversion *c)
{
    for (size_t i = len; i < c->width; i++)
        put(o, c->zeros ? '0' : ' ');
    for (size_t i = 0; i < len; i++)
        put(o, text[i]);
}

static void put_number(struct out *o, uint64_t value, unsigned base, bool negative,
                       const struct conversion *c)
{
    char digits[DIGITS_MAX];
    struct conversion rest = *c;
    size_t start = sizeof digits;
    do {
        digits[--start] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    const size_t len = sizeof digits - start + negative;
    if (!c->zeros) {
        for (size_t i = len; i < c->width; i++)
            put(o, ' ');
        rest.width = 0;
    } else if (negative && rest.width > 0) {
        rest.width--;
    }
    if (negative) put(o, '-');
    put_padded(o, digits + start, sizeof digits - start, &rest);
}

static void put_string(struct out *o, const char *text, const struct conversion *c)
{
    size_t len = 0;
    while ((!c->has_precision || len < c->precision) && text[len] != '\0')
        len++;
    put_padded(o, text, len, c);
}

static unsigned number_of(const char **at)
{
    unsigned n = 0;
    for (; **at >= '0' && **at <= '9'; ++*at)
        n = n * 10 + (unsigned)(**at - '0');
    return n;
}

/* Reads one conversion behind its '%'; at moves behind it. A width of '*' is not among them. */
static struct conversion read_conversion(const char **at, int *ret_star)
{
    struct conversion c = { .zeros = **at == '0' };
    c.width = number_of(at);
    if (**at == '.') {
        ++*at;
        c.has_precision = true;
        *ret_star = **at == '*';
        if (*ret_star) ++*at;
        c.precision = number_of(at);
    }
    for (; **at == 'l'; ++*at)
        c.length++;
    if (**at == 'z') {
        c.length = sizeof(size_t) == sizeof(long long) ? LENGTH_LONG_LONG : LENGTH_INT;
        ++*at;
    }
    c.letter = *(*at)++;
    return c;
}

static uint64_t take_unsigned(va_list *args, int length)
{
    if (length == LENGTH_LONG_LONG) return va_arg(*args, unsigned long long);
    if (length == LENGTH_LONG) return va_arg(*args, unsigned long);
    return va_arg(*args, unsigned);
}

static int64_t take_signed(va_list *args, int length)
{
    if (length == LENGTH_LONG_LONG) return va_arg(*args, long long);
    if (length == LENGTH_LONG) return va_arg(*args, long);
    return va_arg(*args, int);
}

static void convert(struct out *o, const struct conversion *c, va_list *args)
{
    char one = '%';
    int64_t number = 0;
    switch (c->letter) {
    case 'd':
        number = take_signed(args, c->length);
        put_number(o, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, 10, number < 0, c);
        return;
    case 'u':
        put_number(o, take_unsigned(args, c->length), 10, false, c);
        return;
    case 'x':
        put_number(o, take_unsigned(args, c->length), 16, false, c);
        return;
    case 's':
        put_string(o, va_arg(*args, const char *), c);
        return;
    case 'c':
        one = (char)va_arg(*args, int);
        [[fallthrough]];
    case '%':
        put_padded(o, &one, 1, c);
        return;
    default:
        assert(c->letter == 'd');
    }
}

int format_write(char *to, size_t cap, const char *format, va_list args)
{
    struct out o = { to, cap, 0 };
    va_list rest;
    va_copy(rest, args);
    for (const char *at = format; *at != '\0';) {
        int star = 0;
        if (*at != '%') {
            put(&o, *at++);
            continue;
        }
        at++;
        struct conversion c = read_conversion(&at, &star);
        if (star) {
            const int precision = va_arg(rest, int);
            c.has_precision = precision >= 0;
            c.precision = precision < 0 ? 0 : (size_t)precision;
        }
        convert(&o, &c, &rest);
    }
    va_end(rest);
    if (cap > 0) to[o.len < cap ? o.len : cap - 1] = '\0';
    return (int)o.len;
}
