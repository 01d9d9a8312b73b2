/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/base64.h"
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/banned.h"

enum { SENTENCE_BYTES_MAX = 1000, KEY_COLUMNS = 14 };

struct answer answer_of(void)
{
    return (struct answer){ .arena = arena_of(ANSWER_BYTES_MAX) };
}

void answer_done(struct answer *a)
{
    arena_done(&a->arena);
    a->first = a->last = NULL;
}

static void add(struct answer *a, enum answer_part part, const char *key, slice text)
{
    struct answer_line *line = arena_take(&a->arena, sizeof *line);
    const slice copy = line == NULL ? (slice){} : arena_copy(&a->arena, text);
    if (copy.at == NULL) {
        a->overflow = true;
        return;
    }
    *line = (struct answer_line){ .part = (uint8_t)part, .key = key, .text = copy };
    if (a->last == NULL) {
        a->first = line;
    } else {
        a->last->next = line;
    }
    a->last = line;
}

void answer_fact(struct answer *a, const char *key, slice value)
{
    add(a, ANSWER_FACT, key, value);
}

void answer_number(struct answer *a, const char *key, uint64_t value)
{
    uint8_t digits[20];
    struct writer w = writer_of(digits, sizeof digits);
    writer_dec(&w, value);
    add(a, ANSWER_FACT, key, writer_slice(&w));
}

void answer_hash(struct answer *a, const char *key, hash value)
{
    uint8_t text[44];
    base64_encode((slice){ value.bytes, sizeof value.bytes }, text);
    add(a, ANSWER_FACT, key, (slice){ text, sizeof text });
}

void answer_say(struct answer *a, enum answer_part part, const char *key, const char *format, ...)
{
    char text[SENTENCE_BYTES_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add(a, part, key, slice_text(text));
}

status answer_check(const struct answer *a)
{
    return a->overflow ? FAIL(E_NOMEM) : OK;
}

size_t answer_room(const struct answer *a)
{
    return 6 * a->arena.used + 4096; /* JSON writes a byte as six at most */
}

/* Text from a file may hold what steers a terminal; a line stays a line. */
static void write_printable(struct writer *w, slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.at[i];
        const bool c1 = i > 0 && text.at[i - 1] == 0xc2 && c >= 0x80 && c < 0xa0; /* U+0080..9f */
        writer_u8(w, c < 0x20 || c == 0x7f || c1 ? '?' : c);
    }
}

static void write_line(struct writer *w, const struct answer_line *line)
{
    if (line->part != ANSWER_FACT) {
        writer_text(w, "  - ");
    } else {
        writer_text(w, "  ");
        writer_text(w, line->key);
        for (size_t i = strlen(line->key); i < KEY_COLUMNS; i++)
            writer_u8(w, ' ');
        writer_u8(w, ' ');
    }
    write_printable(w, line->text);
    writer_u8(w, '\n');
}

void answer_write_text(const struct answer *a, struct writer *w)
{
    static const char *const headings[ANSWER_PARTS] = { NULL, "proven", "not proven", "warnings" };
    writer_text(w, "verified: ");
    writer_text(w, a->kind);
    writer_u8(w, '\n');
    for (unsigned part = 0; part < ANSWER_PARTS; part++) {
        bool titled = headings[part] == NULL;
        for (const struct answer_line *line = a->first; line != NULL; line = line->next) {
            if (line->part != part) continue;
            if (!titled) {
                writer_text(w, headings[part]);
                writer_u8(w, '\n');
                titled = true;
            }
            write_line(w, line);
        }
    }
}

static void write_array(const struct answer *a, struct json_writer *j, enum answer_part part,
                        const char *key)
{
    json_key(j, key);
    json_array(j);
    for (const struct answer_line *line = a->first; line != NULL; line = line->next) {
        if (line->part != part) continue;
        if (part != ANSWER_FACT) {
            json_string(j, line->text);
            continue;
        }
        json_object(j);
        json_member_text(j, "name", line->key);
        json_member_string(j, "value", line->text);
        json_object_end(j);
    }
    json_array_end(j);
}

void answer_write_json(const struct answer *a, struct writer *w)
{
    struct json_writer j = json_writer_of(w);
    json_object(&j);
    json_member_bool(&j, "verified", true);
    json_member_text(&j, "kind", a->kind);
    write_array(a, &j, ANSWER_FACT, "facts");
    write_array(a, &j, ANSWER_PROVEN, "proven");
    write_array(a, &j, ANSWER_NOT_PROVEN, "not_proven");
    write_array(a, &j, ANSWER_WARNING, "warnings");
    json_object_end(&j);
    writer_u8(w, '\n');
}

void answer_write_failure(bool refuted, const char *error, struct writer *w)
{
    struct json_writer j = json_writer_of(w);
    json_object(&j);
    json_member_bool(&j, "verified", false);
    json_member_bool(&j, "refuted", refuted);
    json_member_text(&j, "error", error);
    json_object_end(&j);
    writer_u8(w, '\n');
}
