/* SPDX-License-Identifier: Apache-2.0 */
#include "base/writer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/base64.h"
#include "base/banned.h"

void writer_u40(struct writer *w, uint64_t value)
{
    if (w->error == E_OK && value >> 40 != 0) w->error = E_LIMIT;
    uint8_t *room = writer_room(w, 5);
    if (room == NULL) return;
    room[0] = (uint8_t)(value >> 32);
    put_u32(room + 1, (uint32_t)value);
}

void writer_vec32(struct writer *w, slice bytes)
{
    if (w->error == E_OK && bytes.len > UINT32_MAX) w->error = E_LIMIT;
    writer_u32(w, (uint32_t)bytes.len);
    writer_bytes(w, bytes);
}

void writer_text(struct writer *w, const char *text)
{
    writer_bytes(w, slice_text(text));
}

void writer_dec(struct writer *w, uint64_t value)
{
    uint8_t digits[20];
    size_t start = sizeof digits;
    do {
        digits[--start] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    writer_bytes(w, (slice){ digits + start, sizeof digits - start });
}

void writer_hex(struct writer *w, slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        writer_u8(w, (uint8_t) "0123456789abcdef"[bytes.at[i] >> 4]);
        writer_u8(w, (uint8_t) "0123456789abcdef"[bytes.at[i] & 15]);
    }
}

void writer_base64(struct writer *w, slice bytes)
{
    if (w->error == E_OK && bytes.len > (SIZE_MAX - 2) / 4 * 3) w->error = E_LIMIT;
    uint8_t *room = writer_room(w, base64_len(bytes.len));
    if (room != NULL) base64_encode(bytes, room);
}

void writer_printf(struct writer *w, const char *format, ...)
{
    char text[512]; /* a formatted piece: names are cut by callers, never here in silence */
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (w->error == E_OK && (len < 0 || (size_t)len >= sizeof text)) w->error = E_LIMIT;
    if (w->error == E_OK) writer_bytes(w, (slice){ (const uint8_t *)text, (size_t)len });
}

status writer_end(const struct writer *w)
{
    return w->error == E_OK ? OK : FAIL(w->error);
}
