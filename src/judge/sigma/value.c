/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "base/bytes.h"
#include "judge/sigma/item.h"
#include "base/banned.h"

/*
 * The escape rules (sigma-rules-specification, "Escaping"; the table is in docs/sigma.md):
 * a pair of backslashes is one; a backslash before a wildcard makes it plain; before anything else,
 * or at the end, it is itself.
 */

struct parts_writer {
    struct pattern_part *parts;
    size_t count;
    uint8_t *text; /* the run of plain text being written */
    size_t len;
};

static void text_end(struct parts_writer *w)
{
    if (w->len == 0) return;
    w->parts[w->count++] =
        (struct pattern_part){ .kind = PART_TEXT, .text = { .at = w->text, .len = w->len } };
    w->text += w->len;
    w->len = 0;
}

static bool is_wildcard(uint8_t c)
{
    return c == '*' || c == '?';
}

static bool is_name(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/* The length of a list's name behind the percent sign at the start of text, or 0. */
static size_t name_len(slice text)
{
    size_t len = 0;
    while (1 + len < text.len && is_name(text.at[1 + len]))
        len++;
    return 1 + len < text.len && text.at[1 + len] == '%' ? len : 0;
}

status value_parse(struct arena *arena, slice text, bool lists, struct alternative *ret_value)
{
    size_t marks = 0;
    for (size_t i = 0; i < text.len; i++)
        marks += is_wildcard(text.at[i]) || text.at[i] == '%';
    struct parts_writer w = { .parts = arena_array(arena, 2 * marks + 1, sizeof *w.parts),
                              .text = arena_take(arena, text.len) };
    if (w.parts == NULL || w.text == NULL) return FAIL(E_LIMIT);
    for (size_t at = 0; at < text.len; at++) {
        const uint8_t c = text.at[at];
        const uint8_t next = at + 1 < text.len ? text.at[at + 1] : 0;
        const size_t name = lists && c == '%' ? name_len(slice_from(text, at)) : 0;
        if (is_wildcard(c) || name != 0) {
            text_end(&w);
            const uint8_t kind = name != 0 ? PART_LIST : c == '*' ? PART_ANY : PART_ONE;
            w.parts[w.count++] =
                (struct pattern_part){ .kind = kind, .text = { text.at + at + 1, name } };
            if (name != 0) at += name + 1;
            continue;
        }
        const bool escapes =
            c == '\\' && (next == '\\' || is_wildcard(next) || (lists && next == '%'));
        if (escapes) at++;
        w.text[w.len++] = text.at[at];
    }
    text_end(&w);
    *ret_value = (struct alternative){ .parts = w.parts, .count = w.count };
    return OK;
}

status value_plain(const struct alternative *value, slice *ret_text)
{
    if (value->count > 1 || (value->count == 1 && value->parts[0].kind != PART_TEXT)) {
        return FAIL(E_VALUE);
    }
    *ret_text = value->count == 0 ? slice_none() : value->parts[0].text;
    return OK;
}
