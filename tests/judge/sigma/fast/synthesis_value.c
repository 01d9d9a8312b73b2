/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/judge/sigma/fast/synthesis_state.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/text.h"
#include "judge/sigma/fold.h"
#include "judge/sigma/match.h"

slice synthesis_kept(struct synthesis *s, slice text)
{
    const slice copy = arena_copy(&s->arena, text);
    assert_non_null(copy.at);
    return copy;
}

/* Another spelling of a symbol of a pattern that means the same under its form. */
static uint32_t respelled(struct synthesis *s, uint32_t symbol, uint8_t form)
{
    static const uint32_t dashes[] = { '-', '/', 0x2013, 0x2014, 0x2015 };
    if ((form & FORM_DASHED) != 0 && symbol == '-' && s->style != 0)
        return dashes[dice_roll(&s->dice, COUNT_OF(dashes))];
    if ((form & FORM_CASED) != 0 || s->style == 0) return symbol;
    if (s->style == 3 && symbol == 'k') return 0x212a;
    if (s->style == 3 && symbol == 's') return 0x17f;
    const bool upper = s->style == 1 || dice_roll(&s->dice, 2) == 0;
    return upper && symbol >= 'a' && symbol <= 'z' ? symbol - 32 : symbol;
}

static slice spelled(struct synthesis *s, slice text, uint8_t form)
{
    uint8_t *room = arena_take(&s->arena, 4 * text.len + 1);
    size_t written = 0;
    assert_non_null(room);
    for (size_t at = 0, len = 0; at < text.len; at += len) {
        const uint32_t symbol = symbol_first(slice_from(text, at), &len);
        if (symbol >= SYMBOL_STRAY) {
            room[written++] = text.at[at];
        } else {
            written += text_put_code_point(respelled(s, symbol, form), room + written);
        }
    }
    return (slice){ room, written };
}

/* What a '?' may stand for, or a '*' that is not at an end. */
static slice wild(struct synthesis *s, uint8_t kind)
{
    static const char *const ones[] = { "x", "\xc3\xa9", "\xe2\x82\xac", "7" };
    static const char *const runs[] = { "", " ", "\n", "ab/c", "\xc3\xa9" };
    if (kind == PART_ONE) return slice_text(ones[dice_roll(&s->dice, COUNT_OF(ones))]);
    return slice_text(runs[dice_roll(&s->dice, COUNT_OF(runs))]);
}

/* The text of some parts without '*'. */
static slice run_text(struct synthesis *s, const struct pattern_part *parts, size_t count,
                      uint8_t form)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += 4 * parts[i].text.len + 4;
    uint8_t *room = arena_take(&s->arena, len + 1);
    assert_non_null(room);
    struct writer w = writer_of(room, len);
    for (size_t i = 0; i < count; i++) {
        const bool text = parts[i].kind == PART_TEXT;
        writer_bytes(&w, text ? spelled(s, parts[i].text, form) : wild(s, parts[i].kind));
    }
    assert_ok(writer_end(&w));
    return writer_slice(&w);
}

static void take_middle(struct pieces *p, slice text)
{
    assert_true(p->middle_count < PIECES_MAX);
    p->middle[p->middle_count++] = text;
}

static void take_longer(slice *have, slice text)
{
    if (text.len > have->len) *have = text;
}

static void take_whole(struct pieces *p, slice text)
{
    p->is_whole = true;
    p->whole = text;
}

static void pattern_pieces(struct synthesis *s, const struct pattern *pattern, struct pieces *p)
{
    const size_t count = pattern->part_count;
    for (size_t i = 0, run = 0; i < count; i += run + 1) {
        for (run = 0; i + run < count && pattern->parts[i + run].kind != PART_ANY;)
            run++;
        if (run == 0) continue;
        const slice text = run_text(s, pattern->parts + i, run, pattern->form);
        if (run == count) {
            take_whole(p, text);
        } else if (i == 0) {
            take_longer(&p->start, text);
        } else if (i + run == count) {
            take_longer(&p->end, text);
        } else {
            take_middle(p, text);
        }
    }
    if (count == 0) take_whole(p, slice_none());
}

static void regex_pieces(struct synthesis *s, const struct predicate *predicate, struct pieces *p)
{
    enum { ROOM = 16384 };
    const slice e = predicate->regex.expression;
    uint8_t *room = arena_take(&s->arena, ROOM);
    assert_non_null(room);
    struct writer w = writer_of(room, ROOM);
    if (!specimen_of_regex(e, &s->dice, &w)) return;
    const slice text = writer_slice(&w);
    const bool starts = e.at[0] == '^';
    const bool ends = e.at[e.len - 1] == '$' && (e.len < 2 || e.at[e.len - 2] != '\\');
    if (starts && ends) {
        take_whole(p, text);
    } else if (starts) {
        take_longer(&p->start, text);
    } else if (ends) {
        take_longer(&p->end, text);
    } else {
        take_middle(p, text);
    }
}

static slice number_near(struct synthesis *s, const struct predicate *p)
{
    char text[64] = "";
    struct writer w = writer_of(text, sizeof text - 1);
    writer_bytes(&w, p->written);
    double value = strtod(text, NULL);
    if (p->compare == COMPARE_LT) value -= 1;
    if (p->compare == COMPARE_GT) value += 1;
    snprintf(text, sizeof text, "%.15g", value);
    return synthesis_kept(s, slice_text(text));
}

static slice address_in(struct synthesis *s, const struct network *network)
{
    static const uint8_t v4[12] = { [10] = 0xff, [11] = 0xff };
    char text[INET6_ADDRSTRLEN] = "";
    uint8_t bytes[16];
    bytes_copy(bytes, sizeof bytes, (slice){ network->bytes, sizeof bytes });
    if (network->bits < 128) bytes[15] |= 1;
    const bool four = bytes_equal(bytes, v4, sizeof v4);
    assert_non_null(
        inet_ntop(four ? AF_INET : AF_INET6, four ? bytes + 12 : bytes, text, sizeof text));
    return synthesis_kept(s, slice_text(text));
}

/* A moment at which every question about time that the branch asks of this field is answered. */
static slice moment_for(struct synthesis *s, const struct predicate *predicate)
{
    enum { MINUTES = 60, HOURS = 24, DAYS = 31, MONTHS = 12 };
    const bool year = predicate->time.part == TIME_YEAR,
               minute = predicate->time.part == TIME_MINUTE;
    const int32_t first = year ? predicate->time.value - 1 : 2024;
    for (int32_t n = 0; n < (year ? 3 : 1) * MONTHS * DAYS * HOURS * MINUTES; n++) {
        char text[32];
        int32_t rest = n;
        const int32_t m = rest % MINUTES, h = (rest /= MINUTES) % HOURS;
        const int32_t d = (rest /= HOURS) % DAYS + 1, month = (rest /= DAYS) % MONTHS + 1;
        if (!minute && m != 0) continue;
        snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:00Z", first + rest / MONTHS, month, d,
                 h, m);
        const struct event_field f = { .name = slice_none(), .text = slice_text(text) };
        bool holds = true;
        for (size_t i = 0; i < s->literal_count && holds; i++) {
            const struct literal *l = &s->literals[i];
            if (l->wanted && l->p->kind == PREDICATE_TIME && l->p->field == predicate->field)
                holds = match_time(l->p, &f);
        }
        if (holds) return synthesis_kept(s, slice_text(text));
    }
    return slice_none();
}

void synthesis_pieces(struct synthesis *s, const struct predicate *p, struct pieces *pieces)
{
    switch ((enum predicate_kind)p->kind) {
    case PREDICATE_TEXT:
        pattern_pieces(s, &p->text.pattern, pieces);
        return;
    case PREDICATE_REGEX:
        regex_pieces(s, p, pieces);
        return;
    case PREDICATE_NUMBER:
        take_whole(pieces, number_near(s, p));
        return;
    case PREDICATE_TIME:
        take_whole(pieces, moment_for(s, p));
        return;
    case PREDICATE_CIDR:
        take_whole(pieces, address_in(s, &p->network));
        return;
    case PREDICATE_EXISTS:
    case PREDICATE_NULL:
    case PREDICATE_FIELDREF:
        return;
    }
}

slice synthesis_joined(struct synthesis *s, const struct pieces *p)
{
    static const char *const between[] = { " ", "", "q", "\\", "/", "\t" };
    const uint32_t choice = s->attempt == 0 ? 0 : dice_roll(&s->dice, COUNT_OF(between));
    const slice gap = slice_text(between[choice]);
    if (p->is_whole) return p->whole;
    const bool before = p->start.len == 0 && s->attempt != 0 && dice_roll(&s->dice, 2) == 0;
    const bool behind = p->end.len == 0 && s->attempt != 0 && dice_roll(&s->dice, 2) == 0;
    size_t len = p->start.len + p->end.len + 6;
    for (size_t i = 0; i < p->middle_count; i++)
        len += p->middle[i].len + 1;
    uint8_t *room = arena_take(&s->arena, len + 1);
    assert_non_null(room);
    struct writer w = writer_of(room, len);
    writer_text(&w, before ? "zq" : "");
    writer_bytes(&w, p->start);
    for (size_t i = 0; i < p->middle_count; i++) {
        if (i != 0 || p->start.len != 0) writer_bytes(&w, gap);
        writer_bytes(&w, p->middle[i]);
    }
    if (p->end.len != 0 && w.len != 0) writer_bytes(&w, gap);
    writer_bytes(&w, p->end);
    writer_text(&w, behind ? "qz" : "");
    if (w.len == 0) writer_text(&w, "z");
    assert_ok(writer_end(&w));
    return writer_slice(&w);
}
