/* SPDX-License-Identifier: Apache-2.0 */
#include "view/terms.h"

#include "base/bytes.h"
#include "base/writer.h"
#include "base/banned.h"

enum { NAME_BYTES_MAX = 2048 };

static uint8_t small(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static bool is_word_byte(uint8_t c)
{
    const uint8_t s = small(c);
    return (s >= 'a' && s <= 'z') || (s >= '0' && s <= '9') || s == '_' || s >= 0x80;
}

/* Appends the first bytes of text, at most that many, in small letters. */
static void put_small(struct writer *w, slice text, size_t most)
{
    const size_t len = text.len < most ? text.len : most;
    for (size_t i = 0; i < len; i++)
        writer_u8(w, small(text.at[i]));
}

/* The next word of the rest of a text; false if there is none. */
static bool word_next(slice *rest, slice *ret_word)
{
    while (rest->len > 0) {
        size_t start = 0;
        while (start < rest->len && !is_word_byte(rest->at[start]))
            start++;
        size_t end = start;
        while (end < rest->len && is_word_byte(rest->at[end]))
            end++;
        *ret_word = (slice){ rest->at + start, end - start };
        *rest = slice_from(*rest, end);
        if (ret_word->len >= TERM_WORD_BYTES_MIN) return true;
    }
    return false;
}

static void words_of(slice text, terms_each each, void *user)
{
    uint8_t room[TERM_WORD_BYTES_MAX];
    slice word = {};
    while (word_next(&text, &word)) {
        struct writer w = writer_of(room, sizeof room);
        put_small(&w, word, TERM_WORD_BYTES_MAX);
        each(user, writer_slice(&w));
    }
}

void terms_of_field(slice name, slice value, terms_each each, void *user)
{
    uint8_t room[TERM_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    put_small(&w, name, NAME_BYTES_MAX);
    writer_u8(&w, '=');
    put_small(&w, value, TERM_VALUE_BYTES_MAX);
    each(user, writer_slice(&w));
    words_of(value, each, user);
}

void terms_of_event(const struct event *event, terms_each each, void *user)
{
    if (!event->parsed) words_of(event->raw, each, user);
    for (size_t i = 0; i < event->field_count; i++) {
        const struct event_field *field = &event->fields[i];
        const bool scalar =
            field->type == EVENT_TEXT || field->type == EVENT_NUMBER || field->type == EVENT_BOOL;
        if (scalar) terms_of_field(field->name, field->text, each, user);
    }
}

/* ---- questions ---- */

static status add(struct question *q, struct writer *w, size_t from, struct fault *f)
{
    const slice term = { q->room + from, w->len - from };
    if (writer_end(w).code != E_OK || q->count == QUESTION_TERMS_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "a question has at most %d terms and %d bytes",
                         QUESTION_TERMS_MAX, QUESTION_BYTES_MAX);
    }
    q->terms[q->count++] = term;
    return OK;
}

static status add_field(struct question *q, struct writer *w, slice name, slice value,
                        struct fault *f)
{
    const size_t from = w->len;
    put_small(w, name, NAME_BYTES_MAX);
    writer_u8(w, '=');
    put_small(w, value, TERM_VALUE_BYTES_MAX);
    return add(q, w, from, f);
}

static status add_words(struct question *q, struct writer *w, slice text, struct fault *f)
{
    slice word = {};
    while (word_next(&text, &word)) {
        const size_t from = w->len;
        put_small(w, word, TERM_WORD_BYTES_MAX);
        TRY(add(q, w, from, f));
    }
    return OK;
}

/* Cuts the text up to the next space off, which a quote behind '=' may hold too. */
static status part_take(slice *rest, slice *ret_name, slice *ret_value, struct fault *f)
{
    size_t end = 0;
    size_t equals = SIZE_MAX;
    while (end < rest->len && rest->at[end] != ' ' && equals == SIZE_MAX) {
        if (rest->at[end] == '=') equals = end;
        end++;
    }
    const bool quoted = equals != SIZE_MAX && end < rest->len && rest->at[end] == '"';
    const size_t start = quoted ? end + 1 : end;
    end = start;
    while (end < rest->len && rest->at[end] != (quoted ? '"' : ' '))
        end++;
    if (quoted && end == rest->len) {
        return fault_set(f, FAIL(E_VALUE), "the question has a quote that is not closed");
    }
    const bool has_name = equals != SIZE_MAX && equals > 0;
    *ret_name = has_name ? (slice){ rest->at, equals } : slice_none();
    *ret_value = has_name ? (slice){ rest->at + start, end - start } : (slice){ rest->at, end };
    *rest = slice_from(*rest, end < rest->len ? end + 1 : end);
    return OK;
}

status question_parse(slice text, struct question *ret_question, struct fault *f)
{
    struct question *q = ret_question;
    if (text.len > QUESTION_BYTES_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "a question has at most %d bytes", QUESTION_BYTES_MAX);
    }
    struct writer w = writer_of(q->room, sizeof q->room);
    q->count = 0;
    while (text.len > 0) {
        slice name = {};
        slice value = {};
        TRY(part_take(&text, &name, &value, f));
        TRY(name.len > 0 ? add_field(q, &w, name, value, f) : add_words(q, &w, value, f));
    }
    if (q->count > 0) return OK;
    return fault_set(f, FAIL(E_VALUE), "a question asks for NAME=VALUE or for words");
}
