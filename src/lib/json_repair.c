/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/json_repair.h"

#include "base/bytes.h"
#include "base/num.h"
#include "base/text.h"
#include "lib/json.h"
#include "base/banned.h"

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_number_byte(uint8_t c)
{
    return is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* Behind the string that starts at pos, or the end of the text if it is not closed. */
static size_t skip_string(slice text, size_t pos)
{
    for (pos++; pos < text.len && text.at[pos] != '"'; pos++) {
        if (text.at[pos] == '\\') pos++;
    }
    return pos < text.len ? pos + 1 : text.len;
}

static size_t number_end(slice text, size_t pos)
{
    while (pos < text.len && is_number_byte(text.at[pos]))
        pos++;
    return pos;
}

bool json_next_number(slice text, size_t *pos, slice *ret_number)
{
    while (*pos < text.len) {
        const uint8_t c = text.at[*pos];
        if (c == '"') {
            *pos = skip_string(text, *pos);
        } else if (c == '-' || is_digit(c)) {
            const size_t end = number_end(text, *pos);
            *ret_number = (slice){ text.at + *pos, end - *pos };
            *pos = end;
            return true;
        } else {
            (*pos)++;
        }
    }
    return false;
}

static bool is_wide(slice number)
{
    uint64_t magnitude = 0;
    int64_t value = 0;
    if (number.len > 0 && number.at[0] == '-') {
        return num_parse_i64(number, &value).code == E_LIMIT;
    }
    return num_parse_u64(number, &magnitude).code == E_LIMIT;
}

/* The 16-bit unit of an escape \uXXXX at pos, or 0 if there is none. */
static unsigned escape_unit(slice text, size_t pos)
{
    uint8_t unit[2] = {};
    if (text.len < 6 || pos > text.len - 6) return 0;
    if (text.at[pos] != '\\' || text.at[pos + 1] != 'u') return 0;
    if (num_parse_hex((slice){ text.at + pos + 2, 4 }, unit, 2).code != E_OK) return 0;
    return (unsigned)unit[0] << 8 | unit[1];
}

/* Copies one escape; returns how many bytes of the text it was. */
static size_t copy_escape(slice text, size_t pos, uint8_t *to, bool *changed)
{
    const unsigned unit = escape_unit(text, pos);
    const unsigned next = unit >> 10 == 0xd800 >> 10 ? escape_unit(text, pos + 6) : 0;
    size_t len = text.len - pos < 2 ? text.len - pos : 2;
    if (unit != 0) len = next >> 10 == 0xdc00 >> 10 ? 12 : 6;
    bytes_copy(to, len, (slice){ text.at + pos, len });
    if (len == 6 && unit >> 11 == 0xd800 >> 11) {
        bytes_copy(to, 6, slice_text("\\ufffd"));
        *changed = true;
    }
    return len;
}

size_t json_widen(slice text, uint8_t *ret_text, bool *ret_changed)
{
    size_t out = 0;
    bool in_string = false;
    *ret_changed = false;
    for (size_t pos = 0; pos < text.len;) {
        const uint8_t c = text.at[pos];
        if (in_string && c == '\\') {
            const size_t len = copy_escape(text, pos, ret_text + out, ret_changed);
            pos += len;
            out += len;
        } else if (!in_string && (c == '-' || is_digit(c))) {
            const slice number = { text.at + pos, number_end(text, pos) - pos };
            bytes_copy(ret_text + out, number.len, number);
            out += number.len;
            pos += number.len;
            if (!is_wide(number)) continue;
            bytes_copy(ret_text + out, 2, slice_text("e0"));
            out += 2;
            *ret_changed = true;
        } else {
            if (c == '"') in_string = !in_string;
            ret_text[out++] = c;
            pos++;
        }
    }
    return out;
}

/* The state of json_locate: the open containers, and what is wrong. */
struct locator {
    slice text;
    size_t pos;
    size_t depth;
    bool is_object[JSON_DEEP_MAX + 2]; /* by depth */
    const char *what;
};

static void locate_space(struct locator *l)
{
    while (l->pos < l->text.len) {
        const uint8_t c = l->text.at[l->pos];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return;
        l->pos++;
    }
}

static bool locate_byte(struct locator *l, uint8_t c)
{
    if (l->pos >= l->text.len || l->text.at[l->pos] != c) return false;
    l->pos++;
    return true;
}

static bool locate_escape(struct locator *l)
{
    uint8_t unit[2] = {};
    const slice rest = slice_from(l->text, l->pos + 1);
    if (rest.len == 0) {
        l->what = "the text ends inside a string";
        return false;
    }
    if (rest.at[0] == 'u') {
        const bool good =
            rest.len >= 5 && num_parse_hex((slice){ rest.at + 1, 4 }, unit, 2).code == E_OK;
        if (!good) l->what = "a \\u that four hexadecimal digits do not follow";
        l->pos += 6;
        return good;
    }
    const bool good = strchr("\"\\/bfnrt", rest.at[0]) != NULL && rest.at[0] != '\0';
    if (!good) l->what = "an unknown escape in a string";
    l->pos += 2;
    return good;
}

static bool locate_string(struct locator *l)
{
    if (!locate_byte(l, '"')) {
        l->what = "a string is expected";
        return false;
    }
    while (l->pos < l->text.len) {
        const uint8_t c = l->text.at[l->pos];
        const size_t start = l->pos;
        if (c == '"') return locate_byte(l, '"');
        if (c < 0x20) l->what = "a control character in a string";
        if (c < 0x20) return false;
        if (c == '\\' && !locate_escape(l)) {
            l->pos = start;
            return false;
        }
        if (c != '\\') l->pos++;
    }
    l->what = "the text ends inside a string";
    return false;
}

static bool locate_digits(struct locator *l)
{
    const size_t start = l->pos;
    while (l->pos < l->text.len && is_digit(l->text.at[l->pos]))
        l->pos++;
    if (l->pos == start) l->what = "a digit is expected";
    return l->pos != start;
}

static bool locate_number(struct locator *l)
{
    (void)locate_byte(l, '-');
    if (!locate_byte(l, '0') && !locate_digits(l)) return false;
    if (locate_byte(l, '.') && !locate_digits(l)) return false;
    if (locate_byte(l, 'e') || locate_byte(l, 'E')) {
        if (!locate_byte(l, '+')) (void)locate_byte(l, '-');
        return locate_digits(l);
    }
    return true;
}

static bool locate_scalar(struct locator *l)
{
    static const char *const words[] = { "true", "false", "null" };
    if (l->pos == l->text.len) {
        l->what = "the text ends where a value is expected";
        return false;
    }
    const uint8_t c = l->text.at[l->pos];
    if (c == '"') return locate_string(l);
    if (c == '-' || is_digit(c)) return locate_number(l);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!slice_starts(slice_from(l->text, l->pos), slice_text(words[i]))) continue;
        l->pos += strlen(words[i]);
        return true;
    }
    l->what = "a value is expected";
    return false;
}

static bool locate_key(struct locator *l)
{
    locate_space(l);
    if (!locate_string(l)) return false;
    locate_space(l);
    if (locate_byte(l, ':')) return true;
    l->what = "a colon is expected";
    return false;
}

/* Takes an opening bracket (ret_empty: with its closing one); false if none stands here. */
static bool locate_open(struct locator *l, bool *ret_empty)
{
    const bool object = locate_byte(l, '{');
    if (!object && !locate_byte(l, '[')) return false;
    locate_space(l);
    *ret_empty = locate_byte(l, object ? '}' : ']');
    if (*ret_empty) return true;
    l->is_object[++l->depth] = object;
    return true;
}

/* Behind a value: closes what closes and takes the comma. False at the end or on an error. */
static bool locate_next(struct locator *l)
{
    for (;;) {
        locate_space(l);
        if (l->depth == 0) {
            if (l->pos < l->text.len) l->what = "bytes behind the end of the document";
            return false;
        }
        const bool object = l->is_object[l->depth];
        if (locate_byte(l, ',')) return !object || locate_key(l);
        if (!locate_byte(l, object ? '}' : ']')) {
            l->what = object ? "a comma or a closing brace is expected"
                             : "a comma or a closing bracket is expected";
            return false;
        }
        l->depth--;
    }
}

size_t json_locate(slice text, size_t depth_max, const char **ret_what)
{
    assert(depth_max <= JSON_DEEP_MAX);
    struct locator l = { .text = text };
    *ret_what = NULL;
    do {
        bool empty = false;
        locate_space(&l);
        while (locate_open(&l, &empty) && !empty) {
            if (l.depth > depth_max) l.what = "nested too deeply";
            if (l.depth > depth_max) break;
            if (l.is_object[l.depth] && !locate_key(&l)) break;
            locate_space(&l);
        }
        if (l.what != NULL || (!empty && !locate_scalar(&l))) break;
    } while (locate_next(&l));
    *ret_what = l.what;
    return l.pos < text.len ? l.pos : text.len;
}
