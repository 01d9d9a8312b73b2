/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lint/scope.h"

#include "base/bytes.h"
#include "base/text.h"
#include "report/template/template.h"
#include "base/banned.h"

static int find(const char *const *list, size_t count, slice text)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_is(text, list[i])) return (int)i;
    }
    return -1;
}

int scope_state(slice text)
{
    if (slice_is(text, "GR")) text = slice_text("EL");
    return find(template_states, TEMPLATE_STATES, text);
}

int scope_language(slice text)
{
    return find(template_languages, TEMPLATE_LANGUAGES, text);
}

static bool is_letter(uint8_t c)
{
    const uint8_t lower = text_lower_ascii(c);
    return lower >= 'a' && lower <= 'z';
}

bool scope_is_code(slice text)
{
    return text.len == 2 && is_letter(text.at[0]) && is_letter(text.at[1]);
}

bool scope_has_codes(slice text)
{
    size_t start = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && is_letter(text.at[i])) continue;
        const slice word = { text.at + start, i - start };
        if (scope_state(word) >= 0 || scope_language(word) >= 0) return true;
        start = i + 1;
    }
    return false;
}
