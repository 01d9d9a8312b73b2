/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/quick.h"

#include <endian.h>
#include "base/bytes.h"
#include "base/lanes.h"
#include "judge/sigma/fast/number.h"
#include "judge/sigma/predicate.h"
#include "record/event.h"
#include "base/banned.h"

/*
 * A contained text is looked for by its two rarest bytes, at sixteen places at once, and compared
 * where both stand. Values made so that they stand everywhere are left to memmem, which is linear.
 */
enum { BYTE_VALUES = 256, PER_ROUND = 2 * LANES, WASTE_PER_BYTE = 4, WASTE_MIN = 256 };

/* How common a byte is in folded values, roughly: what is common in names of files, commands and
 * in English. Only speed depends on it. */
struct commonness {
    uint8_t of[BYTE_VALUES];
};

static struct commonness commonness_new(void)
{
    static const char order[] = "etainosrlcdmpuhwfgvbyk\\ .-/xz0123jq=:_\"456789,";
    struct commonness common = {};
    for (size_t i = 0; i < sizeof order - 1; i++)
        common.of[(uint8_t)order[i]] = (uint8_t)(sizeof order - i);
    return common;
}

static uint16_t rarest_but(const struct commonness *common, slice text, size_t left_out)
{
    size_t best = left_out == 0 && text.len > 1 ? 1 : 0;
    for (size_t i = 0; i < text.len && i <= QUICK_OFFSET_MAX; i++) {
        if (i != left_out && common->of[text.at[i]] < common->of[text.at[best]]) best = i;
    }
    return (uint16_t)best;
}

static uint64_t load_edge(const uint8_t *at)
{
    uint64_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return le64toh(word);
}

/* The bits of eight loaded bytes that are no part of a text of len bytes. */
static uint32_t edge_shift(uint32_t len)
{
    return len >= QUICK_EDGE_BYTES ? 0 : 8 * (QUICK_EDGE_BYTES - len);
}

static void edge_set(struct quick *q, slice text)
{
    uint8_t edge[QUICK_EDGE_BYTES] = {};
    const size_t len = text.len < sizeof edge ? text.len : sizeof edge;
    if (q->kind == QUICK_SUFFIX) {
        bytes_copy(edge, sizeof edge, slice_from(text, text.len - len));
    } else {
        bytes_copy(edge, sizeof edge, (slice){ text.at, len });
    }
    q->edge = len == 0 ? 0 : load_edge(edge) << edge_shift((uint32_t)len);
}

static uint8_t kind_of(const struct predicate *p)
{
    static const uint8_t kinds[] = {
        [SHAPE_EXACT] = QUICK_EXACT,   [SHAPE_PREFIX] = QUICK_PREFIX,
        [SHAPE_SUFFIX] = QUICK_SUFFIX, [SHAPE_CONTAINS] = QUICK_CONTAINS,
        [SHAPE_ANYTHING] = QUICK_NONE, [SHAPE_GENERAL] = QUICK_NONE
    };
    if (p->kind != PREDICATE_TEXT || p->field == FIELD_KEYWORD) return QUICK_NONE;
    const struct pattern *pattern = &p->text.pattern;
    if (pattern->form == (FORM_CASED | FORM_DASHED) || pattern->text.len > UINT32_MAX)
        return QUICK_NONE;
    if (p->text.is_number && (pattern->shape != SHAPE_EXACT || !number_is_plain(pattern->text)))
        return QUICK_NONE;
    if (pattern->shape != SHAPE_EXACT && pattern->text.len == 0) return QUICK_NONE;
    return kinds[pattern->shape];
}

struct quick *quick_new(const struct ruleset *rs, const struct index *x, struct arena *arena)
{
    const struct commonness common = commonness_new();
    struct quick *all = arena_array(arena, rs->predicate_count + 1, sizeof *all);
    for (size_t i = 0; all != NULL && i < rs->predicate_count; i++) {
        const struct predicate *p = rs->predicates[i];
        struct quick *q = &all[i];
        q->kind = kind_of(p);
        if (q->kind == QUICK_NONE) continue;
        const slice text = p->text.pattern.text;
        q->text = text.at;
        q->len = (uint32_t)text.len;
        q->name = x->name_of_field[p->field];
        q->form = p->text.pattern.form;
        q->is_number = p->text.is_number;
        q->hidden = rs->fields[p->field].is_categorised ? EVENT_FIELD_SHADOWED : EVENT_FIELD_ALIAS;
        q->first = rarest_but(&common, text, SIZE_MAX);
        q->second = rarest_but(&common, text, q->first);
        edge_set(q, text);
    }
    return all;
}

static bool exact(const struct quick *q, slice value)
{
    return value.len == q->len && bytes_equal(value.at, q->text, q->len);
}

static bool prefix(const struct quick *q, slice value)
{
    if (value.len < q->len) return false;
    if (value.len < QUICK_EDGE_BYTES) return bytes_equal(value.at, q->text, q->len);
    if (load_edge(value.at) << edge_shift(q->len) != q->edge) return false;
    return q->len <= QUICK_EDGE_BYTES || bytes_equal(value.at, q->text, q->len);
}

static bool suffix(const struct quick *q, slice value)
{
    if (value.len < q->len) return false;
    const uint8_t *end = value.at + value.len;
    if (value.len < QUICK_EDGE_BYTES) return bytes_equal(end - q->len, q->text, q->len);
    const uint32_t shift = edge_shift(q->len);
    if (load_edge(end - QUICK_EDGE_BYTES) >> shift != q->edge >> shift) return false;
    return q->len <= QUICK_EDGE_BYTES || bytes_equal(end - q->len, q->text, q->len);
}

/* The places from..end one by one; at a byte that fits the text is compared. */
static bool find_at(const struct quick *q, slice value, size_t from, size_t end, size_t *waste)
{
    const uint8_t first = q->text[q->first], second = q->text[q->second];
    for (size_t at = from; at < end; at++) {
        if (value.at[at + q->first] != first || value.at[at + q->second] != second) continue;
        if (bytes_equal(value.at + at, q->text, q->len)) return true;
        *waste += q->len;
    }
    return false;
}

static bool contains(const struct quick *q, slice value)
{
    if (value.len < q->len) return false;
    const size_t places = value.len - q->len + 1;
    const lanes first = (lanes){} + q->text[q->first], second = (lanes){} + q->text[q->second];
    const uint8_t *a = value.at + q->first, *b = value.at + q->second;
    const size_t waste_max = WASTE_PER_BYTE * value.len + WASTE_MIN;
    size_t at = 0, waste = 0;
    for (; at + PER_ROUND <= places; at += PER_ROUND) {
        const lanes low = (lanes)((lanes_load(a + at) == first) & (lanes_load(b + at) == second));
        const lanes high =
            (lanes)((lanes_load(a + at + LANES) == first) & (lanes_load(b + at + LANES) == second));
        if (__builtin_expect(lanes_bits(low | high) == 0, 1)) continue;
        if (find_at(q, value, at, at + PER_ROUND, &waste)) return true;
        if (waste > waste_max)
            return memmem(value.at + at, value.len - at, q->text, q->len) != NULL;
    }
    if (at + LANES <= places) {
        const lanes low = (lanes)((lanes_load(a + at) == first) & (lanes_load(b + at) == second));
        if (lanes_bits(low) != 0 && find_at(q, value, at, at + LANES, &waste)) return true;
        at += LANES;
    }
    if (at == places) return false;
    if (places >= LANES) { /* the last sixteen, some of them for the second time */
        at = places - LANES;
        const lanes low = (lanes)((lanes_load(a + at) == first) & (lanes_load(b + at) == second));
        return lanes_bits(low) != 0 && find_at(q, value, at, places, &waste);
    }
    return find_at(q, value, 0, places, &waste);
}

bool quick_match(const struct quick *q, slice value)
{
    switch ((enum quick_kind)q->kind) {
    case QUICK_EXACT:
        return exact(q, value);
    case QUICK_PREFIX:
        return prefix(q, value);
    case QUICK_SUFFIX:
        return suffix(q, value);
    case QUICK_CONTAINS:
        return contains(q, value);
    case QUICK_NONE:
        break;
    }
    return false;
}
