/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/json_scan.h"

#include "base/bytes.h"
#include "base/banned.h"

bool json_is_wrapper(slice name)
{
    /* CloudTrail, Azure diagnostic logs, Kubernetes lists, Microsoft Graph */
    static const char *const names[] = { "Records", "records", "items", "value" };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (slice_is(name, names[i])) return true;
    }
    return false;
}

size_t json_scan_space(slice text, size_t pos)
{
    while (pos < text.len) {
        const uint8_t c = text.at[pos];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t' && c != ',') break;
        pos++;
    }
    return pos;
}

/* Behind the string that starts at pos. */
static status scan_string(slice text, size_t pos, size_t *ret_end)
{
    for (pos++; pos < text.len; pos++) {
        if (text.at[pos] == '\\') {
            pos++;
        } else if (text.at[pos] == '"') {
            *ret_end = pos + 1;
            return OK;
        }
    }
    return FAIL(E_SHORT);
}

static bool ends_scalar(uint8_t c)
{
    return c == ',' || c == ']' || c == '}' || c == ' ' || (c >= '\t' && c <= '\r');
}

status json_scan_value(slice text, size_t pos, size_t *ret_end)
{
    size_t depth = 0; /* only counted: what nests too deeply is refused when it is parsed */
    while (pos < text.len) {
        const uint8_t c = text.at[pos];
        if (c == '"') {
            TRY(scan_string(text, pos, &pos));
        } else if (c == '{' || c == '[') {
            depth++;
            pos++;
            continue;
        } else if (c == '}' || c == ']') {
            pos++;
            depth -= depth > 0;
        } else if (depth > 0) {
            pos++;
            continue;
        } else {
            pos++; /* whatever it is: it is refused when it is parsed */
            while (pos < text.len && !ends_scalar(text.at[pos]))
                pos++;
            if (pos == text.len) return FAIL(E_SHORT);
        }
        if (depth == 0) {
            *ret_end = pos;
            return OK;
        }
    }
    return FAIL(E_SHORT);
}

status json_scan_wrapper(slice text, size_t pos, bool *ret_found, size_t *ret_at)
{
    for (pos = json_scan_space(text, pos + 1); pos < text.len; pos = json_scan_space(text, pos)) {
        size_t key_end = 0;
        if (text.at[pos] == '}') {
            *ret_found = false;
            *ret_at = pos + 1;
            return OK;
        }
        if (text.at[pos] != '"') return FAIL(E_SYNTAX);
        TRY(scan_string(text, pos, &key_end));
        const slice key = { text.at + pos + 1, key_end - pos - 2 };
        pos = json_scan_space(text, key_end);
        if (pos == text.len) return FAIL(E_SHORT);
        if (text.at[pos] != ':') return FAIL(E_SYNTAX);
        pos = json_scan_space(text, pos + 1);
        if (pos < text.len && text.at[pos] == '[' && json_is_wrapper(key)) {
            *ret_found = true;
            *ret_at = pos;
            return OK;
        }
        TRY(json_scan_value(text, pos, &pos));
    }
    return FAIL(E_SHORT);
}
