/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/regex.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/text.h"
#include "judge/sigma/fold.h"
#include "record/event.h"
#include "base/banned.h"

static status refuse(struct fault *fault, const char **ret_code, const char *code, const char *what,
                     size_t at)
{
    *ret_code = code;
    return fault_set(fault, FAIL(E_SYNTAX),
                     "%s at character %zu: it cannot be matched in linear time", what, at + 1);
}

/* What stands behind "(?". */
static status group_check(slice e, size_t at, const char **ret_code, struct fault *fault)
{
    static const struct {
        const char *start, *code, *what;
    } refused[] = {
        { "=", "lookaround", "look-ahead (?=" },
        { "!", "lookaround", "negative look-ahead (?!" },
        { "<=", "lookaround", "look-behind (?<=" },
        { "<!", "lookaround", "negative look-behind (?<!" },
        { ">", "regex", "atomic group (?>" },
        { "P=", "backreference", "back-reference (?P=" },
        { "P>", "regex", "subroutine (?P>" },
        { "R", "regex", "recursion (?R" },
        { "&", "regex", "subroutine (?&" },
        { "(", "regex", "conditional group (?(" },
    };
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        if (slice_starts(slice_from(e, at), slice_text(refused[i].start))) {
            return refuse(fault, ret_code, refused[i].code, refused[i].what, at - 2);
        }
    }
    return OK;
}

static status escape_check(slice e, size_t at, const char **ret_code, struct fault *fault)
{
    if (at + 1 == e.len) {
        return fault_set(fault, FAIL(E_SYNTAX), "a backslash at the end escapes nothing");
    }
    const uint8_t c = e.at[at + 1];
    if ((c >= '1' && c <= '9') || c == 'k' || c == 'g') {
        return refuse(fault, ret_code, "backreference", "back-reference", at);
    }
    return OK;
}

/* Behind the class that opens at at; a ']' that comes first is a member. */
static size_t class_end(slice e, size_t at)
{
    at++;
    if (at < e.len && e.at[at] == '^') at++;
    if (at < e.len && e.at[at] == ']') at++;
    for (; at < e.len && e.at[at] != ']'; at++) {
        if (e.at[at] == '\\') {
            at++;
        } else if (e.at[at] == '[' && at + 1 < e.len && e.at[at + 1] == ':') {
            while (at < e.len && e.at[at] != ']')
                at++;
        }
    }
    return at;
}

status regex_check(slice e, const char **ret_code, struct fault *fault)
{
    *ret_code = "regex";
    if (e.len == 0)
        return fault_set(fault, FAIL(E_SYNTAX), "an empty expression matches everything");
    for (size_t at = 0; at < e.len; at++) {
        const uint8_t c = e.at[at];
        if (c == '\\') {
            TRY(escape_check(e, at, ret_code, fault));
            at++;
        } else if (c == '[') {
            at = class_end(e, at);
        } else if (c == '(' && at + 1 < e.len && e.at[at + 1] == '?') {
            TRY(group_check(e, at + 2, ret_code, fault));
        }
    }
    return OK;
}

status regex_scratch_init(struct regex_scratch *scratch)
{
    enum { REPLACED_MAX = 3 }; /* U+FFFD takes three bytes */
    *scratch = (struct regex_scratch){ .scan = scan_scratch_new(),
                                       .text_cap = EVENT_VALUE_BYTES_MAX * REPLACED_MAX };
    scratch->text = malloc(scratch->text_cap);
    if (scratch->scan != NULL && scratch->text != NULL) return OK;
    regex_scratch_done(scratch);
    return FAIL(E_NOMEM);
}

void regex_scratch_done(struct regex_scratch *scratch)
{
    scan_scratch_free(scratch->scan);
    free(scratch->text);
    *scratch = (struct regex_scratch){};
}

/* Whether the expression could mean a character outside ASCII: one as it is, \x80 and above, \x{…},
 * octal, or a property. */
static bool is_wide(slice e)
{
    for (size_t at = 0; at < e.len; at++) {
        if (e.at[at] >= 0x80) return true;
        if (e.at[at] != '\\' || at + 1 == e.len) continue;
        const uint8_t c = e.at[++at];
        if (c != 0 && strchr("pPXNCR0co", c) != NULL) return true;
        const uint8_t digit = at + 1 < e.len ? e.at[at + 1] : 0;
        if (c == 'x' && !(digit >= '0' && digit <= '7')) return true;
    }
    return false;
}

uint32_t regex_scan_flags(slice expression, uint32_t flags)
{
    if (slice_starts(expression, slice_text("(?i)"))) flags |= SCAN_CASELESS;
    return is_wide(expression) ? flags : flags | SCAN_BYTES;
}

static uint8_t byte_of(uint32_t symbol, bool caseless)
{
    if (symbol < 0x80) return (uint8_t)symbol;
    const uint32_t folded = caseless && symbol < SYMBOL_STRAY ? fold_code_point(symbol) : symbol;
    return folded < 0x80 ? (uint8_t)folded : 0xff;
}

slice regex_text(uint32_t flags, struct regex_scratch *scratch, slice value)
{
    assert(value.len <= EVENT_VALUE_BYTES_MAX);
    const bool bytes = (flags & SCAN_BYTES) != 0;
    if (bytes ? text_is_ascii(value) : text_is_utf8(value)) return value;
    size_t written = 0;
    for (size_t at = 0, len = 0; at < value.len; at += len) {
        uint32_t symbol = symbol_first(slice_from(value, at), &len);
        if (bytes) {
            scratch->text[written++] = byte_of(symbol, (flags & SCAN_CASELESS) != 0);
            continue;
        }
        if (symbol >= SYMBOL_STRAY) symbol = 0xfffd;
        written += text_put_code_point(symbol, scratch->text + written);
    }
    return (slice){ .at = scratch->text, .len = written };
}

bool regex_match(const struct scan_set *set, uint32_t flags, struct regex_scratch *scratch,
                 slice value)
{
    return scan_any(set, scratch->scan, regex_text(flags, scratch, value));
}
