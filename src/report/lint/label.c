/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lint/label.h"

#include <string.h>
#include "base/bytes.h"
#include "base/text.h"
#include "base/banned.h"

/* The bytes of white space at the start: 0 if there is none. */
static size_t space_at(slice text)
{
    static const uint8_t no_break[] = { 0xc2, 0xa0 };
    if (text.len == 0) return 0;
    const uint8_t c = text.at[0];
    if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
    return slice_starts(text, (slice){ no_break, 2 }) ? 2 : 0;
}

static bool ends_with_no_break(slice text)
{
    return text.len >= 2 && text.at[text.len - 2] == 0xc2 && text.at[text.len - 1] == 0xa0;
}

slice label_trim(slice text)
{
    for (size_t space = space_at(text); space > 0; space = space_at(text))
        text = slice_from(text, space);
    while (text.len > 0) {
        const uint8_t c = text.at[text.len - 1];
        if (c == ' ' || (c >= '\t' && c <= '\r'))
            text.len--;
        else if (ends_with_no_break(text))
            text.len -= 2;
        else
            break;
    }
    return text;
}

/* A curly quote at the start as a straight one; 0 if there is none. */
static uint8_t quote_at(slice text)
{
    if (text.len < 3 || text.at[0] != 0xe2 || text.at[1] != 0x80) return 0;
    if (text.at[2] == 0x98 || text.at[2] == 0x99) return '\'';
    return text.at[2] == 0x9c || text.at[2] == 0x9d ? '"' : 0;
}

/* The next character of a text, folded, and its bytes in the text. */
static uint8_t fold(slice text, size_t *ret_used)
{
    const uint8_t c = text.at[0];
    const size_t space = space_at(text);
    const uint8_t quote = quote_at(text);
    *ret_used = quote != 0 ? 3 : space > 0 ? space : 1;
    return quote != 0 ? quote : space > 0 || c == '_' ? ' ' : text_lower_ascii(c);
}

slice label_fold(slice text, uint8_t *room)
{
    size_t len = 0;
    text = label_trim(text);
    while (text.len > 0 && len < LABEL_BYTES_MAX) {
        size_t used = 1;
        uint8_t c = text.at[0];
        const bool plain = c > ' ' && c < 0x80 && c != '_'; /* nearly all are */
        c = plain ? text_lower_ascii(c) : fold(text, &used);
        text = slice_from(text, used);
        if (c == ' ' && len > 0 && room[len - 1] == ' ') continue;
        room[len++] = c;
    }
    return (slice){ room, len };
}

bool label_same(slice a, slice b)
{
    UNSET uint8_t left[LABEL_BYTES_MAX];
    UNSET uint8_t right[LABEL_BYTES_MAX];
    return slice_equal(a, b) || slice_equal(label_fold(a, left), label_fold(b, right));
}

bool label_is(slice a, const char *text)
{
    return label_same(a, slice_text(text));
}

bool label_has(slice text, const char *words)
{
    UNSET uint8_t room[LABEL_BYTES_MAX];
    const slice folded = label_fold(text, room);
    return memmem(folded.at, folded.len, words, strlen(words)) != NULL;
}
