/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/decision/rules.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "record/value.h"
#include "base/banned.h"

enum { DATE_BYTES = 10, TEXTS_BYTES_MAX = 16 * 1024, U8_MOST = 255 };

#define WRONG(...) complain(d->complaints, slice_text(m->name), __VA_ARGS__)

static const struct schema_column *column_of(const struct decision *d, const struct member *m)
{
    return &d->draft.schema->columns[m->place];
}

/* A text of an enumeration; the word null stands for nothing. */
static bool word_of(struct decision *d, const struct member *m, const struct given *v)
{
    if (v->form == GIVEN_TEXT) return true;
    WRONG("must be a text");
    return false;
}

static uint8_t number_of(struct decision *d, const struct member *m, slice word)
{
    const uint8_t number = words_number(column_of(d, m)->choice, word);
    if (number != 0 && (m->most == 0 || number <= m->most)) return number;
    WRONG("is not one of the values allowed");
    return 0;
}

void take_choice(struct decision *d, const struct member *m, const struct given *v)
{
    if (word_of(d, m, v)) draft_column(&d->draft, m->place, number_of(d, m, v->text));
}

void take_bits(struct decision *d, const struct member *m, const struct given *v)
{
    const slice *list = v->form == GIVEN_LIST ? v->list : &v->text;
    const size_t count = v->form == GIVEN_LIST ? v->count : 1;
    unsigned bits = 0;
    if (v->form != GIVEN_LIST && v->form != GIVEN_TEXT) {
        WRONG("must be a list of texts");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t number = number_of(d, m, list[i]);
        if (number == 0) return;
        bits |= 1u << (number - 1);
    }
    draft_column(&d->draft, m->place, (uint16_t)bits);
}

static bool yes_of(struct decision *d, const struct member *m, const struct given *v, bool *ret_yes)
{
    *ret_yes = v->form == GIVEN_TRUE || (v->form == GIVEN_TEXT && slice_is(v->text, "Yes"));
    if (*ret_yes || v->form == GIVEN_FALSE) return true;
    if (v->form == GIVEN_TEXT && slice_is(v->text, "No")) return true;
    WRONG("must be Yes or No");
    return false;
}

void take_flag(struct decision *d, const struct member *m, const struct given *v)
{
    bool yes = false;
    if (yes_of(d, m, v, &yes)) draft_column(&d->draft, m->place, yes);
}

void take_bool(struct decision *d, const struct member *m, const struct given *v)
{
    bool yes = false;
    if (yes_of(d, m, v, &yes)) draft_bool(&d->draft, m->place, yes);
}

static bool is_market_sign(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void take_market(struct decision *d, const struct member *m, const struct given *v)
{
    const bool fits = v->form == GIVEN_TEXT && v->text.len == 2 && is_market_sign(v->text.at[0]) &&
                      is_market_sign(v->text.at[1]);
    if (fits)
        draft_market(&d->draft, m->place, v->text);
    else
        WRONG("must be two capitals or digits");
}

/* ---- texts ---- */

/* Characters, not bytes. The text is UTF-8. */
static size_t characters(slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += (text.at[i] & 0xc0) != 0x80;
    return count;
}

static bool text_of(struct decision *d, const struct member *m, const struct given *v)
{
    if (v->form != GIVEN_TEXT) {
        WRONG("must be a text");
    } else if (!text_is_utf8(v->text)) {
        WRONG("is not UTF-8");
    } else if (characters(v->text) > m->most) {
        WRONG("has more than %u characters", m->most);
    } else {
        return true;
    }
    return false;
}

void take_text(struct decision *d, const struct member *m, const struct given *v)
{
    if (text_of(d, m, v)) draft_text(&d->draft, m->place, v->text);
}

void take_id(struct decision *d, const struct member *m, const struct given *v)
{
    if (!text_of(d, m, v)) return;
    d->id = v->text;
    draft_text(&d->draft, m->place, v->text);
}

/* http or https, a host, and no byte that no address has. */
static bool is_url(slice text)
{
    static const char *const schemes[] = { "https://", "http://" };
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] <= ' ' || text.at[i] == 0x7f || text.at[i] == '"') return false;
    }
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        const slice scheme = slice_text(schemes[i]);
        if (!slice_starts(text, scheme) || text.len == scheme.len) continue;
        const uint8_t first = text.at[scheme.len];
        return first != '/' && first != '.' && first != ':' && first != '?' && first != '#';
    }
    return false;
}

void take_url(struct decision *d, const struct member *m, const struct given *v)
{
    if (!text_of(d, m, v)) return;
    if (is_url(v->text))
        draft_text(&d->draft, m->place, v->text);
    else
        WRONG("must be an address that begins with https:// or http://");
}

static bool is_puid_sign(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || is_market_sign(c) || c == '-' || c == '_';
}

void take_puid(struct decision *d, const struct member *m, const struct given *v)
{
    if (!text_of(d, m, v)) return;
    for (size_t i = 0; i < v->text.len; i++) {
        if (is_puid_sign(v->text.at[i])) continue;
        WRONG("may have letters, digits, - and _ only");
        return;
    }
    take_id(d, m, v);
}

void take_word(struct decision *d, const struct member *m, const struct given *v)
{
    size_t position = 0;
    if (!word_of(d, m, v)) return;
    if (words_find(m->words, v->text, &position))
        draft_text(&d->draft, m->place, slice_text(m->words->at[position]));
    else
        WRONG("is not a %s", m->words->name);
}

/* ---- lists ---- */

static int by_bytes(const void *a, const void *b)
{
    return slice_compare(*(const slice *)a, *(const slice *)b);
}

/* Sorted, each once: the form that is committed. */
static void put_list(struct decision *d, const struct member *m, slice *list, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += 2 + list[i].len; /* cannot wrap: at most DECISION_LIST_MAX short texts */
    uint8_t *room = arena_take(d->arena, len + 1);
    if (room == NULL || len > TEXTS_BYTES_MAX) {
        WRONG("has too much in it");
        return;
    }
    if (count > 1) qsort(list, count, sizeof *list, by_bytes);
    struct writer w = writer_of(room, len);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !slice_equal(list[i], list[i - 1])) value_texts_add(&w, list[i]);
    }
    draft_texts(&d->draft, m->place, writer_slice(&w));
}

/* A copy of the list that may be sorted; NULL after a complaint. */
static slice *list_of(struct decision *d, const struct member *m, const struct given *v,
                      size_t *ret_count)
{
    const slice *from = v->form == GIVEN_LIST ? v->list : &v->text;
    const size_t count = v->form == GIVEN_LIST ? v->count : 1;
    slice *list = NULL;
    if (v->form != GIVEN_LIST && v->form != GIVEN_TEXT) {
        WRONG("must be a list of texts");
        return NULL;
    }
    if (count <= DECISION_LIST_MAX) list = arena_array(d->arena, count + 1, sizeof *list);
    if (list == NULL) WRONG("has more than %d values", DECISION_LIST_MAX);
    for (size_t i = 0; list != NULL && i < count; i++)
        list[i] = from[i];
    *ret_count = count;
    return list;
}

void take_words(struct decision *d, const struct member *m, const struct given *v)
{
    size_t count = 0;
    size_t position = 0;
    slice *list = list_of(d, m, v, &count);
    if (list == NULL) return;
    for (size_t i = 0; i < count; i++) {
        if (!words_find(m->words, list[i], &position)) {
            WRONG("has a value that is not a %s", m->words->name);
            return;
        }
        list[i] = slice_text(m->words->at[position]);
    }
    put_list(d, m, list, count);
}

void take_categories(struct decision *d, const struct member *m, const struct given *v)
{
    const struct choice *choice = d->draft.schema->columns[COLUMN_enforcement_category].choice;
    size_t count = 0;
    slice *list = list_of(d, m, v, &count);
    if (list == NULL) return;
    for (size_t i = 0; i < count; i++) {
        const uint8_t number = words_number(choice, list[i]);
        if (number == 0 || number > m->most) {
            WRONG("has a value that is not a category");
            return;
        }
        list[i] = slice_text(choice_name(choice, number));
    }
    put_list(d, m, list, count);
}

void take_texts(struct decision *d, const struct member *m, const struct given *v)
{
    size_t count = 0;
    slice *list = list_of(d, m, v, &count);
    if (list == NULL) return;
    for (size_t i = 0; i < count; i++) {
        const struct given one = { .form = GIVEN_TEXT, .text = list[i] };
        if (!text_of(d, m, &one)) return;
    }
    put_list(d, m, list, count);
}

/* ---- times and numbers ---- */

static bool is_date(slice text)
{
    uint8_t midnight[DATE_BYTES + sizeof "T00:00:00Z" - 1];
    int64_t ns = 0;
    if (text.len != DATE_BYTES || text.at[4] != '-' || text.at[7] != '-') return false;
    for (size_t i = 0; i < text.len; i++) {
        if (i != 4 && i != 7 && (text.at[i] < '0' || text.at[i] > '9')) return false;
    }
    bytes_copy(midnight, sizeof midnight, text);
    bytes_copy(midnight + DATE_BYTES, sizeof midnight - DATE_BYTES, slice_text("T00:00:00Z"));
    return timestamp_parse_iso((slice){ midnight, sizeof midnight }, &ns).code == E_OK;
}

/* Year-month-day; dates of the dumps have a midnight behind them. most: the first year. */
void take_date(struct decision *d, const struct member *m, const struct given *v)
{
    static const char midnight[] = " 00:00:00";
    slice text = v->text;
    if (v->form != GIVEN_TEXT) {
        WRONG("must be a date such as 2026-01-31");
        return;
    }
    if (text.len == DATE_BYTES + sizeof midnight - 1 &&
        slice_is(slice_from(text, DATE_BYTES), midnight)) {
        text.len = DATE_BYTES;
    }
    uint8_t first[DATE_BYTES];
    struct writer w = writer_of(first, sizeof first);
    writer_printf(&w, "%u-01-01", m->most);
    if (!is_date(text)) {
        WRONG("must be a date such as 2026-01-31");
    } else if (slice_compare(text, writer_slice(&w)) < 0 ||
               slice_compare(text, slice_text("2038-01-01")) > 0) {
        WRONG("must lie between %u-01-01 and 2038-01-01", m->most);
    } else {
        draft_text(&d->draft, m->place, text);
    }
}

void take_time(struct decision *d, const struct member *m, const struct given *v)
{
    int64_t ns = 0;
    if (v->form == GIVEN_TEXT && timestamp_parse_iso(v->text, &ns).code == E_OK && ns >= 0)
        draft_time(&d->draft, m->place, ns);
    else
        WRONG("must be a time such as 2026-01-31T09:00:00Z");
}

static bool number_given(struct decision *d, const struct member *m, const struct given *v,
                         uint64_t *ret_number)
{
    *ret_number = v->number;
    if (v->form == GIVEN_NUMBER) return true;
    WRONG("must be a whole number, 0 or above");
    return false;
}

void take_number(struct decision *d, const struct member *m, const struct given *v)
{
    uint64_t number = 0;
    if (number_given(d, m, v, &number)) draft_u64(&d->draft, m->place, number);
}

/* most: exactly so many digits. */
void take_digits(struct decision *d, const struct member *m, const struct given *v)
{
    bool fits = v->form == GIVEN_TEXT && v->text.len == m->most;
    for (size_t i = 0; fits && i < v->text.len; i++)
        fits = v->text.at[i] >= '0' && v->text.at[i] <= '9';
    if (fits)
        draft_text(&d->draft, m->place, v->text);
    else
        WRONG("must be %u digits", m->most);
}

void take_items(struct decision *d, const struct member *m, const struct given *v)
{
    const int column = d->kind == KIND_notice ? COLUMN_notice_item_count : COLUMN_order_item_count;
    uint64_t number = 0;
    if (!number_given(d, m, v, &number)) return;
    if (number == 0) {
        WRONG("must be 1 or above");
        return;
    }
    draft_u64(&d->draft, m->place, number);
    draft_column(&d->draft, column, (uint16_t)(number < U8_MOST ? number : U8_MOST));
}
