/* SPDX-License-Identifier: Apache-2.0 */
#include "base/html.h"

#include "base/text.h"
#include "base/banned.h"

/* Characters that turn the direction of text around, or are not seen at all. */
static bool is_deceptive(uint32_t c)
{
    return (c >= 0x80 && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           c == 0x061c || (c >= 0xfff0 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

void html_text(struct writer *w, slice text, size_t max)
{
    slice rest = text_cut(text, max);
    while (rest.len > 0) {
        uint32_t c = 0;
        size_t len = 1;
        if (text_code_point(rest, &c, &len).code != E_OK) {
            writer_text(w, "\xef\xbf\xbd");
        } else if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'') {
            writer_printf(w, "&#%u;", c);
        } else if (c == '\r' && rest.len > 1 && rest.at[1] == '\n') {
            len = 1; /* the line feed says it */
        } else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f || is_deceptive(c)) {
            writer_printf(w, "[U+%04X]", c);
        } else {
            writer_bytes(w, (slice){ rest.at, len });
        }
        rest = slice_from(rest, len);
    }
    if (text.len > max) writer_text(w, "…");
}
