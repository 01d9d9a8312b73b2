/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lines.h"

#include "base/bytes.h"
#include "base/banned.h"

struct lines lines_of(slice text)
{
    return (struct lines){ .rest = cursor_of(text), .line = slice_none() };
}

status lines_next(struct lines *l)
{
    TRY(cursor_line(&l->rest, &l->line));
    l->number++;
    return OK;
}

status lines_word(struct lines *l, slice *ret_word)
{
    const uint8_t *space = memchr(l->line.at, ' ', l->line.len);
    const size_t len = space == NULL ? l->line.len : (size_t)(space - l->line.at);
    if (len == 0 || len + 1 == l->line.len) return FAIL(E_SYNTAX);
    *ret_word = (slice){ l->line.at, len };
    l->line = slice_from(l->line, space == NULL ? len : len + 1);
    return OK;
}

status lines_expect(struct lines *l, const char *word)
{
    slice found = slice_none();
    TRY(lines_word(l, &found));
    return slice_is(found, word) ? OK : FAIL(E_SYNTAX);
}

status lines_end(const struct lines *l)
{
    return l->line.len == 0 ? OK : FAIL(E_TRAILING);
}
