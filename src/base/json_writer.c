/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_writer.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/text.h"
#include "base/banned.h"

/* Writes the comma that the next value or key needs. */
static void separate(struct json_writer *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    const uint64_t bit = (uint64_t)1 << (j->depth & 63);
    if ((j->has_member & bit) != 0) writer_u8(j->out, ',');
    j->has_member |= bit;
}

static void open(struct json_writer *j, uint8_t bracket)
{
    assert(j->depth + 1 < JSON_WRITER_DEPTH_MAX);
    separate(j);
    writer_u8(j->out, bracket);
    j->depth++;
    j->has_member &= ~((uint64_t)1 << j->depth);
}

static void close(struct json_writer *j, uint8_t bracket)
{
    assert(j->depth > 0 && !j->after_key);
    writer_u8(j->out, bracket);
    j->depth--;
}

void json_object(struct json_writer *j)
{
    open(j, '{');
}

void json_object_end(struct json_writer *j)
{
    close(j, '}');
}

void json_array(struct json_writer *j)
{
    open(j, '[');
}

void json_array_end(struct json_writer *j)
{
    close(j, ']');
}

static bool is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void escape_control(struct writer *w, uint8_t c)
{
    switch (c) {
    case '"':
    case '\\':
        writer_u8(w, '\\');
        writer_u8(w, c);
        return;
    case '\n':
        writer_text(w, "\\n");
        return;
    case '\r':
        writer_text(w, "\\r");
        return;
    case '\t':
        writer_text(w, "\\t");
        return;
    default:
        writer_text(w, "\\u00");
        writer_hex(w, (slice){ &c, 1 });
    }
}

static void quoted(struct writer *w, slice text)
{
    writer_u8(w, '"');
    size_t at = 0;
    while (at < text.len) {
        size_t run = at;
        while (run < text.len && is_plain(text.at[run]))
            run++;
        if (run > at) {
            writer_bytes(w, (slice){ text.at + at, run - at });
            at = run;
            continue;
        }
        uint32_t code_point = 0;
        size_t len = 0;
        if (text_code_point(slice_from(text, at), &code_point, &len).code != E_OK) {
            writer_text(w, "\xef\xbf\xbd"); /* U+FFFD for each byte that is no text */
            at++;
            continue;
        }
        if (len > 1) {
            writer_bytes(w, (slice){ text.at + at, len });
        } else {
            escape_control(w, text.at[at]);
        }
        at += len;
    }
    writer_u8(w, '"');
}

void json_key_slice(struct json_writer *j, slice key)
{
    assert(j->depth > 0 && !j->after_key);
    separate(j);
    quoted(j->out, key);
    writer_u8(j->out, ':');
    j->after_key = true;
}

void json_key(struct json_writer *j, const char *key)
{
    json_key_slice(j, slice_text(key));
}

void json_string(struct json_writer *j, slice text)
{
    separate(j);
    quoted(j->out, text);
}

void json_text(struct json_writer *j, const char *text)
{
    json_string(j, slice_text(text));
}

void json_base64(struct json_writer *j, slice bytes)
{
    separate(j);
    writer_u8(j->out, '"');
    writer_base64(j->out, bytes);
    writer_u8(j->out, '"');
}

void json_u64(struct json_writer *j, uint64_t value)
{
    separate(j);
    writer_dec(j->out, value);
}

void json_i64(struct json_writer *j, int64_t value)
{
    separate(j);
    if (value < 0) writer_u8(j->out, '-');
    writer_dec(j->out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void json_double(struct json_writer *j, double value)
{
    if (!isfinite(value)) {
        json_null(j);
        return;
    }
    char text[32];
    int len = 0;
    for (int digits = 15; digits <= 17; digits++) {
        len = snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    assert(len > 0 && (size_t)len < sizeof text);
    separate(j);
    writer_bytes(j->out, (slice){ (const uint8_t *)text, (size_t)len });
}

void json_bool(struct json_writer *j, bool value)
{
    separate(j);
    writer_text(j->out, value ? "true" : "false");
}

void json_null(struct json_writer *j)
{
    separate(j);
    writer_text(j->out, "null");
}

void json_raw(struct json_writer *j, slice json)
{
    separate(j);
    writer_bytes(j->out, json);
}
