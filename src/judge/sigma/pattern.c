/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/pattern.h"

#include "base/bytes.h"
#include "judge/sigma/fold.h"
#include "judge/sigma/search.h"
#include "base/banned.h"

/*
 * A pattern is cut at its '*' into segments of fixed length in symbols. The first is compared at
 * the start and the last at the end, unless the pattern is open there; each one between is searched
 * from left to right and taken at its earliest end, which never spoils a later one. Plain texts are
 * searched by memmem, segments with a '?' by search.h.
 * Bytewise search is exact for well-formed UTF-8; a text with stray bytes is searched by symbols.
 */

static bool has_stray(slice text)
{
    if (text_is_ascii(text)) return false;
    for (size_t at = 0; at < text.len;) {
        size_t len = 0;
        if (symbol_first(slice_from(text, at), &len) >= SYMBOL_STRAY) return true;
        at += len;
    }
    return false;
}

static status out_of_room(struct fault *fault)
{
    return fault_set(fault, FAIL(E_LIMIT), "the rule set needs too much memory");
}

/* Two texts become one, two '*' become one, and "*?" becomes "?*", which means the same. */
static size_t parts_join(struct pattern_part *parts, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct pattern_part *last = kept == 0 ? NULL : &parts[kept - 1];
        if (parts[i].kind == PART_TEXT && parts[i].text.len == 0) continue;
        if (last != NULL && last->kind == PART_ANY && parts[i].kind == PART_ANY) continue;
        if (last != NULL && last->kind == PART_ANY && parts[i].kind == PART_ONE) {
            last->kind = PART_ONE;
            parts[kept++] = (struct pattern_part){ .kind = PART_ANY, .text = slice_none() };
            continue;
        }
        parts[kept++] = parts[i];
    }
    return kept;
}

/* The text of a run of PART_TEXT parts in the form asked for. */
static slice text_join(struct arena *arena, const struct pattern_part *parts, size_t count,
                       uint8_t form)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].text.len;
    uint8_t *plain = arena_take(arena, len);
    uint8_t *formed = arena_take(arena, text_form_bound(len));
    if (plain == NULL || formed == NULL) return (slice){ NULL, 0 };
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        bytes_copy(plain + at, len - at, parts[i].text);
        at += parts[i].text.len;
    }
    return (slice){ formed, text_form_write((slice){ plain, len }, form, formed) };
}

/* Copies parts, each run of texts as one; NULL if the arena is full. */
static struct pattern_part *parts_copy(struct arena *arena, const struct pattern_part *parts,
                                       size_t count, uint8_t form, size_t *ret_count)
{
    struct pattern_part *copy = arena_array(arena, count + 1, sizeof *copy);
    if (copy == NULL) return NULL;
    size_t written = 0;
    for (size_t i = 0; i < count; i++) {
        size_t run = 0;
        while (i + run < count && parts[i + run].kind == PART_TEXT)
            run++;
        if (run == 0) {
            copy[written++] = (struct pattern_part){ .kind = parts[i].kind, .text = slice_none() };
            continue;
        }
        const slice text = text_join(arena, parts + i, run, form);
        if (text.at == NULL) return NULL;
        copy[written++] = (struct pattern_part){ .kind = PART_TEXT, .text = text };
        i += run - 1;
    }
    *ret_count = written;
    return copy;
}

/* The simple shapes, which have one text and no '?'; anything else is general. */
static uint8_t shape_of(struct pattern *p)
{
    const struct pattern_part *parts = p->parts;
    slice text = slice_none();
    size_t texts = 0;
    for (size_t i = 0; i < p->part_count; i++) {
        if (parts[i].kind == PART_ONE) return SHAPE_GENERAL;
        if (parts[i].kind != PART_TEXT) continue;
        text = parts[i].text;
        texts++;
    }
    if (texts > 1 || has_stray(text)) return SHAPE_GENERAL;
    p->text = text;
    const bool open_start = p->part_count != 0 && parts[0].kind == PART_ANY;
    const bool open_end = p->part_count != 0 && parts[p->part_count - 1].kind == PART_ANY;
    if (texts == 0) return open_start ? SHAPE_ANYTHING : SHAPE_EXACT;
    if (open_start) return open_end ? SHAPE_CONTAINS : SHAPE_SUFFIX;
    return open_end ? SHAPE_PREFIX : SHAPE_EXACT;
}

static status segment_of(struct arena *arena, const struct pattern_part *parts, size_t count,
                         bool is_searched, struct pattern_segment *ret_segment, struct fault *fault)
{
    struct pattern_segment segment = { .parts = parts, .part_count = (uint32_t)count };
    bool is_plain = count == 1 && parts[0].kind == PART_TEXT && !has_stray(parts[0].text);
    for (size_t i = 0; i < count; i++) {
        if (parts[i].kind == PART_ONE) segment.symbols++;
        for (size_t at = 0, len = 0; at < parts[i].text.len; at += len, segment.symbols++) {
            symbol_first(slice_from(parts[i].text, at), &len);
        }
    }
    if (is_searched && !is_plain) {
        if (segment.symbols > PATTERN_SEARCH_SYMBOLS_MAX) {
            return fault_set(fault, FAIL(E_LIMIT),
                             "more than 256 characters around a '?' between two '*'");
        }
        segment.search = search_new(arena, &segment);
        if (segment.search == NULL) return out_of_room(fault);
    }
    *ret_segment = segment;
    return OK;
}

static status segments_build(struct arena *arena, struct pattern *p, struct fault *fault)
{
    struct pattern_segment *segments = arena_array(arena, p->part_count + 1, sizeof *segments);
    if (segments == NULL) return out_of_room(fault);
    p->is_open_start = p->part_count != 0 && p->parts[0].kind == PART_ANY;
    p->is_open_end = p->part_count != 0 && p->parts[p->part_count - 1].kind == PART_ANY;
    size_t written = 0;
    for (size_t i = 0; i < p->part_count; i++) {
        size_t run = 0;
        while (i + run < p->part_count && p->parts[i + run].kind != PART_ANY)
            run++;
        if (run == 0) continue;
        const bool at_start = i == 0, at_end = i + run == p->part_count;
        TRY(segment_of(arena, p->parts + i, run, !at_start && !at_end, &segments[written++],
                       fault));
        i += run - 1;
    }
    p->segments = segments;
    p->segment_count = (uint32_t)written;
    return OK;
}

status pattern_restore(struct arena *arena, struct pattern_part *parts, size_t count, uint8_t form,
                       struct pattern *ret_pattern, struct fault *fault)
{
    struct pattern pattern = { .form = form, .parts = parts, .text = slice_none() };
    pattern.part_count = (uint32_t)parts_join(parts, count);
    pattern.shape = shape_of(&pattern);
    if (pattern.shape == SHAPE_GENERAL) TRY(segments_build(arena, &pattern, fault));
    *ret_pattern = pattern;
    return OK;
}

status pattern_build(struct arena *arena, const struct pattern_part *parts, size_t count,
                     uint8_t form, struct pattern *ret_pattern, struct fault *fault)
{
    size_t copied = 0;
    struct pattern_part *copy = parts_copy(arena, parts, count, form, &copied);
    if (copy == NULL) return out_of_room(fault);
    return pattern_restore(arena, copy, copied, form, ret_pattern, fault);
}

/* Whether the segment stands at the start of text; then *ret_len is the bytes it covers. */
static bool segment_at(const struct pattern_segment *segment, slice text, size_t *ret_len)
{
    size_t at = 0;
    for (uint32_t i = 0; i < segment->part_count; i++) {
        const struct pattern_part *part = &segment->parts[i];
        if (part->kind == PART_ONE) {
            if (at == text.len) return false;
            size_t len = 0;
            symbol_first(slice_from(text, at), &len);
            at += len;
            continue;
        }
        for (size_t from = 0; from < part->text.len;) {
            if (at == text.len) return false;
            size_t want_len = 0, have_len = 0;
            const uint32_t want = symbol_first(slice_from(part->text, from), &want_len);
            if (symbol_first(slice_from(text, at), &have_len) != want) return false;
            from += want_len;
            at += have_len;
        }
    }
    *ret_len = at;
    return true;
}

/* Where the last count symbols of text begin; false if it has fewer. */
static bool symbols_back(slice text, size_t count, size_t *ret_start)
{
    size_t left = text.len;
    for (; count > 0; count--) {
        if (left == 0) return false;
        left -= symbol_last_len((slice){ text.at, left });
    }
    *ret_start = left;
    return true;
}

/* The bytes up to and including the segment's earliest stand in text, or 0 if there is none. */
static size_t segment_find(const struct pattern_segment *segment, slice text)
{
    if (segment->search != NULL) return search_run(segment->search, text);
    const slice needle = segment->parts[0].text;
    const uint8_t *at = text.len == 0 ? NULL : memmem(text.at, text.len, needle.at, needle.len);
    return at == NULL ? 0 : (size_t)(at - text.at) + needle.len;
}

static bool match_general(const struct pattern *p, slice value)
{
    size_t first = 0, behind = p->segment_count;
    if (!p->is_open_start) {
        size_t len = 0;
        if (!segment_at(&p->segments[first++], value, &len)) return false;
        value = slice_from(value, len);
        if (first == behind && !p->is_open_end) return value.len == 0;
    }
    if (!p->is_open_end) {
        const struct pattern_segment *last = &p->segments[--behind];
        size_t start = 0, len = 0;
        if (!symbols_back(value, last->symbols, &start)) return false;
        if (!segment_at(last, slice_from(value, start), &len)) return false;
        value.len = start;
    }
    for (; first < behind; first++) {
        const size_t end = segment_find(&p->segments[first], value);
        if (end == 0) return false;
        value = slice_from(value, end);
    }
    return true;
}

static bool slice_ends(slice value, slice suffix)
{
    return value.len >= suffix.len &&
           slice_equal(slice_from(value, value.len - suffix.len), suffix);
}

bool pattern_match(const struct pattern *p, slice value)
{
    switch ((enum pattern_shape)p->shape) {
    case SHAPE_EXACT:
        return slice_equal(value, p->text);
    case SHAPE_PREFIX:
        return slice_starts(value, p->text);
    case SHAPE_SUFFIX:
        return slice_ends(value, p->text);
    case SHAPE_CONTAINS:
        return value.len != 0 && memmem(value.at, value.len, p->text.at, p->text.len) != NULL;
    case SHAPE_ANYTHING:
        return true;
    case SHAPE_GENERAL:
        return match_general(p, value);
    }
    return false;
}

/* Where naive matching is in the pattern: a part, and a byte of that part's text. */
struct pattern_place {
    uint32_t part;
    size_t at;
};

/* Takes one symbol of the value against the pattern's next one; false if they differ. */
static bool place_step(const struct pattern *p, struct pattern_place *place, uint32_t symbol)
{
    if (place->part == p->part_count) return false;
    const struct pattern_part *part = &p->parts[place->part];
    if (part->kind == PART_ONE) {
        *place = (struct pattern_place){ .part = place->part + 1 };
        return true;
    }
    size_t len = 0;
    if (symbol_first(slice_from(part->text, place->at), &len) != symbol_form(symbol, p->form)) {
        return false;
    }
    place->at += len;
    if (place->at == part->text.len) *place = (struct pattern_place){ .part = place->part + 1 };
    return true;
}

/* The textbook way: walk both; on a difference go back to the last '*' and let it take one more. */
bool pattern_match_naive(const struct pattern *p, slice value)
{
    struct pattern_place place = {}, star = {};
    bool has_star = false;
    size_t at = 0, star_at = 0;
    for (;;) {
        if (place.part < p->part_count && p->parts[place.part].kind == PART_ANY) {
            place = (struct pattern_place){ .part = place.part + 1 };
            if (place.part == p->part_count) return true;
            star = place;
            star_at = at;
            has_star = true;
            continue;
        }
        if (at == value.len) return place.part == p->part_count;
        size_t len = 0;
        const uint32_t symbol = symbol_first(slice_from(value, at), &len);
        if (place_step(p, &place, symbol)) {
            at += len;
            continue;
        }
        if (!has_star) return false;
        symbol_first(slice_from(value, star_at), &len);
        star_at += len;
        at = star_at;
        place = star;
    }
}
