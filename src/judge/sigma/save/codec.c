/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/save/codec.h"

#include <math.h>
#include "base/bytes.h"
#include "base/banned.h"

enum { NUMBER_BYTES_MAX = 10, NUMBER_BITS = 7, NUMBER_MORE = 0x80 };

void codec_fail(struct codec *c, int32_t code)
{
    if (codec_is_good(c)) c->failed = FAIL(code);
}

void *codec_array(struct codec *c, size_t count, size_t size)
{
    if (!c->is_reading || !codec_is_good(c)) return NULL;
    if (count > cursor_left(&c->in)) {
        codec_fail(c, E_SHORT);
        return NULL;
    }
    void *at = arena_array(c->arena, count, size);
    if (at == NULL) codec_fail(c, E_LIMIT);
    return at;
}

static void number_write(struct writer *w, uint64_t value)
{
    uint8_t bytes[NUMBER_BYTES_MAX];
    size_t len = 0;
    for (; value >= NUMBER_MORE; value >>= NUMBER_BITS)
        bytes[len++] = (uint8_t)(value | NUMBER_MORE);
    bytes[len++] = (uint8_t)value;
    writer_bytes(w, (slice){ bytes, len });
}

static status number_read(struct cursor *in, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < NUMBER_BYTES_MAX * NUMBER_BITS; shift += NUMBER_BITS) {
        uint8_t byte = 0;
        TRY(cursor_u8(in, &byte));
        const uint64_t bits = byte & (NUMBER_MORE - 1);
        if (bits << shift >> shift != bits) return FAIL(E_LIMIT);
        value |= bits << shift;
        if ((byte & NUMBER_MORE) != 0) continue;
        if (byte == 0 && shift != 0) return FAIL(E_SYNTAX); /* written longer than it is */
        *ret_value = value;
        return OK;
    }
    return FAIL(E_LIMIT);
}

void code_long_number(struct codec *c, uint64_t *value, uint64_t max)
{
    if (!c->is_reading) {
        assert(*value <= max);
        number_write(c->out, *value);
        return;
    }
    *value = 0;
    uint64_t read = 0;
    if (!codec_is_good(c)) return;
    status s = number_read(&c->in, &read);
    if (s.code == E_OK && read > max) s = FAIL(E_VALUE);
    if (s.code != E_OK) {
        codec_fail(c, s.code);
        return;
    }
    *value = read;
}

void code_bytes(struct codec *c, uint8_t *bytes, size_t len)
{
    if (!c->is_reading) {
        writer_bytes(c->out, (slice){ bytes, len });
        return;
    }
    if (codec_is_good(c)) {
        const status s = cursor_copy(&c->in, len, bytes);
        if (s.code == E_OK) return;
        codec_fail(c, s.code);
    }
    for (size_t i = 0; i < len; i++)
        bytes[i] = 0;
}

void code_i64(struct codec *c, int64_t *value)
{
    uint8_t bytes[sizeof *value] = {};
    if (!c->is_reading) put_u64(bytes, (uint64_t)*value);
    code_bytes(c, bytes, sizeof bytes);
    *value = (int64_t)get_u64(bytes);
}

void code_double(struct codec *c, double *value)
{
    int64_t bits = 0;
    static_assert(sizeof bits == sizeof *value, "");
    __builtin_memcpy(&bits, value, sizeof bits);
    code_i64(c, &bits);
    __builtin_memcpy(value, &bits, sizeof bits);
    if (isnan(*value)) codec_fail(c, E_VALUE);
}

void code_text(struct codec *c, slice *text)
{
    uint64_t len = text->len;
    code_number(c, &len, UINT32_MAX);
    if (!c->is_reading) {
        writer_bytes(c->out, *text);
        writer_u8(c->out, 0);
        return;
    }
    slice bytes = slice_none();
    *text = bytes;
    if (!codec_is_good(c)) return;
    const status s = cursor_bytes(&c->in, (size_t)len + 1, &bytes);
    if (s.code != E_OK || bytes.at[len] != 0) {
        codec_fail(c, s.code == E_OK ? E_SYNTAX : s.code);
        return;
    }
    *text = (slice){ bytes.at, (size_t)len };
}

void code_name(struct codec *c, const char **name)
{
    slice text = *name == NULL ? slice_none() : slice_text(*name);
    code_text(c, &text);
    if (memchr(text.at, 0, text.len) != NULL) codec_fail(c, E_SYNTAX);
    *name = (const char *)text.at; /* a zero byte follows each text */
}
