/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv.h"

#include "base/banned.h"

bool csv_is_formula(slice text)
{
    static const uint8_t starts[] = { '=', '+', '-', '@', '\t', '\r', '\n' };
    return text.len > 0 && memchr(starts, text.at[0], sizeof starts) != NULL;
}

/*= RFC 4180 2.6: Fields containing line breaks (CRLF), double quotes, and commas should be enclosed
 * in double-quotes. */
static bool needs_quotes(slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.at[i];
        if (c == '"' || c == ',' || c == '\n' || c == '\r') return true;
    }
    return false;
}

static void next_cell(struct csv_row *r)
{
    if (r->has_cell) writer_u8(r->out, ',');
    r->has_cell = true;
}

static void cell(struct csv_row *r, const char *guard, slice text)
{
    const bool quoted = needs_quotes(text);
    next_cell(r);
    if (quoted) writer_u8(r->out, '"');
    writer_text(r->out, guard);
    for (size_t i = 0; quoted && i < text.len; i++) {
        if (text.at[i] == '"') writer_u8(r->out, '"');
        writer_u8(r->out, text.at[i]);
    }
    if (!quoted) writer_bytes(r->out, text);
    if (quoted) writer_u8(r->out, '"');
}

void csv_text(struct csv_row *r, slice text)
{
    cell(r, csv_is_formula(text) ? "'" : "", text);
}

void csv_label(struct csv_row *r, const char *text)
{
    cell(r, "", slice_text(text));
}

void csv_number(struct csv_row *r, uint64_t number)
{
    next_cell(r);
    writer_dec(r->out, number);
}

void csv_blank(struct csv_row *r)
{
    next_cell(r);
}

void csv_end(struct csv_row *r)
{
    writer_text(r->out, "\r\n");
    r->has_cell = false;
}
