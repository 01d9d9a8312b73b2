/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

status build_init(struct build *b)
{
    *b = (struct build){
        .fields = calloc(EVENT_FIELDS_MAX, sizeof *b->fields),
        .text = malloc(BUILD_TEXT_BYTES),
    };
    if (b->fields != NULL && b->text != NULL) return OK;
    build_done(b);
    return FAIL(E_NOMEM);
}

void build_done(struct build *b)
{
    free(b->fields);
    free(b->text);
    *b = (struct build){};
}

/* The longest start of at most cap bytes that does not end within a code point. */
static size_t whole_code_points(slice text, size_t cap)
{
    size_t len = cap;
    while (len > cap - 4 && (text.at[len] & 0xc0) == 0x80)
        len--;
    return (text.at[len] & 0xc0) == 0x80 ? cap : len;
}

slice build_cut(struct build *b, slice text)
{
    b->cut = true;
    return (slice){ text.at, whole_code_points(text, EVENT_VALUE_BYTES_MAX) };
}

struct event_field *build_text(struct build *b, const char *name, slice text)
{
    return build_add(b, slice_text(name), text, EVENT_TEXT, 0);
}

struct event_field *build_u64(struct build *b, slice name, uint64_t value)
{
    return build_add(b, name, build_u64_text(b, value), EVENT_NUMBER, 0);
}

struct event_field *build_find(const struct build *b, const char *name)
{
    const slice wanted = slice_text(name);
    const uint32_t hash = event_name_hash(wanted);
    if (!build_may_have(b, hash)) return NULL;
    for (size_t i = b->count; i > 0; i--) {
        struct event_field *f = &b->fields[i - 1];
        if (f->name_hash == hash && slice_equal(f->name, wanted)) return f;
    }
    return NULL;
}

uint8_t *build_room(struct build *b, size_t len)
{
    if (len > BUILD_TEXT_BYTES - b->text_len) {
        b->cut = true;
        return NULL;
    }
    uint8_t *room = b->text + b->text_len;
    b->text_len += len;
    return room;
}

void build_keep(struct build *b, const uint8_t *room, size_t len)
{
    const size_t start = (size_t)(room - b->text);
    assert(room >= b->text && len <= b->text_len - start);
    b->text_len = start + len;
}

slice build_join(struct build *b, slice prefix, const char *between, slice rest)
{
    const slice middle = slice_text(between);
    if (prefix.len > BUILD_NAME_BYTES_MAX || rest.len > BUILD_NAME_BYTES_MAX - prefix.len) {
        b->cut = true;
        return slice_none();
    }
    const size_t len = prefix.len + middle.len + rest.len;
    uint8_t *room = build_room(b, len);
    if (room == NULL) return slice_none();
    bytes_copy(room, len, prefix);
    bytes_copy(room + prefix.len, len - prefix.len, middle);
    bytes_copy(room + prefix.len + middle.len, rest.len, rest);
    return (slice){ room, len };
}

slice build_u64_text(struct build *b, uint64_t value)
{
    enum { DIGITS_MAX = 20 };
    uint8_t digits[DIGITS_MAX];
    size_t at = DIGITS_MAX;
    do {
        digits[--at] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    uint8_t *room = build_room(b, DIGITS_MAX - at);
    if (room == NULL) return slice_none();
    bytes_copy(room, DIGITS_MAX - at, (slice){ digits + at, DIGITS_MAX - at });
    return (slice){ room, DIGITS_MAX - at };
}

slice build_i64_text(struct build *b, int64_t value)
{
    if (value >= 0) return build_u64_text(b, (uint64_t)value);
    uint8_t *sign = build_room(b, 1);
    if (sign == NULL) return slice_none();
    *sign = '-';
    const slice digits = build_u64_text(b, 0 - (uint64_t)value);
    return digits.len == 0 ? digits : (slice){ sign, digits.len + 1 };
}

slice build_double_text(struct build *b, double value)
{
    enum { TEXT_MAX = 32 };
    char text[TEXT_MAX] = "";
    if (fabs(value) < 9.2e18 && trunc(value) == value) return build_i64_text(b, (int64_t)value);
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    const slice made = slice_text(text);
    uint8_t *room = build_room(b, made.len);
    if (room == NULL) return slice_none();
    bytes_copy(room, made.len, made);
    return (slice){ room, made.len };
}
