/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/members.h"

#include "base/bytes.h"
#include "intake/json_scan.h"
#include "base/banned.h"

size_t members_blank(slice text, size_t pos)
{
    while (pos < text.len) {
        const uint8_t c = text.at[pos];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') break;
        pos++;
    }
    return pos;
}

static bool wrong(struct members *m, const char *what)
{
    m->status = FAIL(E_SYNTAX);
    m->what = what;
    return false;
}

struct members members_of(slice text, size_t pos)
{
    struct members m = { .text = text, .pos = pos };
    if (pos >= text.len || (text.at[pos] != '{' && text.at[pos] != '[')) {
        m.status = FAIL(E_SYNTAX);
        m.what = "an object or an array is expected";
        return m;
    }
    m.is_object = text.at[pos] == '{';
    m.pos = pos + 1;
    return m;
}

/* The key at pos and the colon behind it. */
static bool take_key(struct members *m, slice *ret_key)
{
    size_t end = 0;
    if (m->pos == m->text.len || m->text.at[m->pos] != '"') {
        return wrong(m, "a member's name is expected");
    }
    if (json_scan_value(m->text, m->pos, &end).code != E_OK) {
        return wrong(m, "the text ends inside a name");
    }
    *ret_key = (slice){ m->text.at + m->pos + 1, end - m->pos - 2 };
    m->pos = members_blank(m->text, end);
    if (m->pos == m->text.len || m->text.at[m->pos] != ':') return wrong(m, "':' is expected");
    m->pos = members_blank(m->text, m->pos + 1);
    return true;
}

/* A comma if something came before, or the closing bracket: false. */
static bool take_separator(struct members *m)
{
    m->pos = members_blank(m->text, m->pos);
    if (m->pos == m->text.len) return wrong(m, "the text ends before the closing bracket");
    if (m->text.at[m->pos] == (m->is_object ? '}' : ']')) {
        m->pos++;
        return false;
    }
    if (!m->started) {
        m->started = true;
        return true;
    }
    if (m->text.at[m->pos] != ',') return wrong(m, "',' or the closing bracket is expected");
    m->pos = members_blank(m->text, m->pos + 1);
    return true;
}

static bool starts_value(uint8_t c)
{
    return c != ',' && c != ':' && c != ']' && c != '}';
}

bool members_next(struct members *m, slice *ret_key, slice *ret_value)
{
    *ret_key = slice_none();
    if (m->status.code != E_OK || !take_separator(m)) return false;
    if (m->is_object && !take_key(m, ret_key)) return false;
    if (m->pos == m->text.len || !starts_value(m->text.at[m->pos])) {
        return wrong(m, "a value is expected");
    }
    size_t end = 0;
    if (json_scan_value(m->text, m->pos, &end).code != E_OK) {
        return wrong(m, "the text ends inside a value");
    }
    *ret_value = (slice){ m->text.at + m->pos, end - m->pos };
    m->pos = end;
    return true;
}
