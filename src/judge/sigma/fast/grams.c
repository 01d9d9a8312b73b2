/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/grams.h"

#include <stdlib.h>
#include "base/few.h"
#include "base/lanes.h"
#include "judge/sigma/fast/gram_pass.h"
#include "base/banned.h"

enum {
    STRETCHED_MAX = 16,
    PER_ROUND = 4 * LANES,
    STRIDED = GRAM_BYTES_MAX + 1,
    CLASSES = STRIDED + 1
};

/* How texts are told: those that are ASCII, and those that are not. */
struct gram_set {
    struct gram_pass passes[GRAM_BYTES_MAX];
    uint32_t singles[GRAM_SINGLES_MAX]; /* places among the texts */
    size_t single_count;
};

/* Where in a text the rarest run of four bytes is, and the rarest two, one behind the other. */
struct gram_place {
    uint32_t run, pair;
};

struct grams {
    struct gram_text *texts; /* owned */
    size_t count;
    struct gram_place *places; /* owned; per text */
    struct gram_set ascii, wide;
};

static struct gram_place rarest(const struct prices *prices, slice field, slice text)
{
    const float more_than_any = 4;
    const size_t end = text.len < GRAM_WINDOW_BYTES ? text.len : GRAM_WINDOW_BYTES;
    struct gram_place best = {};
    float least = more_than_any, least_pair = more_than_any, before = more_than_any;
    for (size_t at = 0; at + GRAM_BYTES_MAX <= end; at++) {
        const float price =
            price_of(prices, field, ATOM_CONTAINS, (slice){ text.at + at, GRAM_BYTES_MAX });
        if (price < least) {
            least = price;
            best.run = (uint32_t)at;
        }
        if (before + price < least_pair) {
            least_pair = before + price;
            best.pair = (uint32_t)at - 1;
        }
        before = price;
    }
    return best;
}

static bool is_ascii(slice text)
{
    size_t at = 0;
    while (at < text.len && text.at[at] < 0x80)
        at++;
    return at == text.len;
}

/* The length of a text as far as it matters: STRIDED and more are one class. */
static size_t class_of(slice text)
{
    return text.len < STRIDED ? text.len : STRIDED;
}

/* What is decided for the texts of a set from how many there are of each class. */
struct layout {
    size_t counts[CLASSES];
    size_t single_len; /* texts of up to so many bytes are singles */
    uint32_t stride;
    bool is_stretched[CLASSES]; /* told in the pass of the next class */
};

static struct layout layout_of(const struct grams *g, bool ascii)
{
    struct layout l = { .stride = 1 };
    for (size_t i = 0; i < g->count; i++) {
        if (is_ascii(g->texts[i].text) == ascii) l.counts[class_of(g->texts[i].text)]++;
    }
    for (size_t len = 1, sum = 0; len <= GRAM_BYTES_MAX; len++) {
        sum += l.counts[len];
        if (sum <= GRAM_SINGLES_MAX) l.single_len = len;
    }
    if (l.single_len == 1 || l.single_len == 3) l.single_len--; /* that would spare no pass */
    if (l.single_len == GRAM_BYTES_MAX) l.stride = 2;
    for (size_t len = 1; len < GRAM_BYTES_MAX; len += 2) {
        const size_t more = len == 3 ? l.counts[4] + l.counts[STRIDED] : l.counts[len + 1];
        l.is_stretched[len] = len > l.single_len && l.counts[len] <= STRETCHED_MAX && more != 0;
    }
    return l;
}

/* Begins the passes with room for what will be told by each. */
static bool passes_begin(struct gram_set *set, const struct layout *l)
{
    for (size_t len = 1; len <= GRAM_BYTES_MAX; len++) {
        size_t cap = len > l->single_len && !l->is_stretched[len] ? l->counts[len] : 0;
        if (l->is_stretched[len - 1]) cap += l->counts[len - 1] * GRAM_BYTE_VALUES;
        if (len == GRAM_BYTES_MAX) cap += l->counts[STRIDED] * l->stride;
        if (!gram_pass_begin(&set->passes[len - 1], (uint32_t)len, l->stride, cap)) return false;
    }
    return true;
}

static void text_add(struct gram_set *set, const struct layout *l, const struct grams *g,
                     uint32_t number)
{
    const slice text = g->texts[number].text;
    const size_t len = text.len < GRAM_BYTES_MAX ? text.len : GRAM_BYTES_MAX;
    if (text.len <= l->single_len) {
        set->singles[set->single_count++] = number;
    } else if (text.len < GRAM_BYTES_MAX && l->is_stretched[len]) {
        gram_pass_stretch(&set->passes[len], number, text);
    } else {
        const struct gram_place place = g->places[number];
        const uint32_t at = l->stride == 1 ? place.run : place.pair;
        for (uint32_t i = 0; i < l->stride; i++)
            gram_pass_add(&set->passes[len - 1], number, text, at + i);
    }
}

/* A pass costs the same for a few texts as for many: few texts of one or three bytes are told by
 * runs of one byte more instead. */
static bool set_fill(struct gram_set *set, const struct grams *g, bool ascii)
{
    const struct layout l = layout_of(g, ascii);
    if (!passes_begin(set, &l)) return false;
    for (size_t i = 0; i < g->count; i++) {
        if (is_ascii(g->texts[i].text) == ascii) text_add(set, &l, g, (uint32_t)i);
    }
    for (size_t i = 0; i < GRAM_BYTES_MAX; i++) {
        if (set->passes[i].count != 0 && !gram_pass_finish(&set->passes[i])) return false;
    }
    return true;
}

static struct grams *grams_of(size_t cap)
{
    struct grams *g = calloc(1, sizeof *g);
    if (g == NULL) return NULL;
    g->texts = calloc(cap, sizeof *g->texts);
    g->places = calloc(cap, sizeof *g->places);
    if (g->texts != NULL && g->places != NULL) return g;
    grams_free(g);
    return NULL;
}

/* Those whose texts are there, or NULL and gone. */
static struct grams *grams_filled(struct grams *g)
{
    if (set_fill(&g->ascii, g, true) && set_fill(&g->wide, g, false)) return g;
    grams_free(g);
    return NULL;
}

struct grams *grams_new(const struct gram_text *texts, size_t count, const struct prices *prices,
                        slice field)
{
    assert(count != 0 && count < UINT32_MAX);
    struct grams *g = grams_of(count);
    if (g == NULL) return NULL;
    for (; g->count < count; g->count++) {
        g->texts[g->count] = texts[g->count];
        g->places[g->count] = rarest(prices, field, texts[g->count].text);
    }
    return grams_filled(g);
}

struct grams *grams_subset(const struct grams *g, bool (*wanted)(const void *with, uint32_t value),
                           const void *with)
{
    struct grams *part = grams_of(g->count);
    if (part == NULL) return NULL;
    for (size_t i = 0; i < g->count; i++) {
        if (!wanted(with, g->texts[i].value)) continue;
        part->texts[part->count] = g->texts[i];
        part->places[part->count++] = g->places[i];
    }
    return grams_filled(part);
}

void grams_free(struct grams *g)
{
    if (g == NULL) return;
    for (size_t i = 0; i < GRAM_BYTES_MAX; i++) {
        gram_pass_done(&g->ascii.passes[i]);
        gram_pass_done(&g->wide.passes[i]);
    }
    free(g->texts);
    free(g->places);
    free(g);
}

size_t grams_bytes(const struct grams *g)
{
    size_t bytes = sizeof *g + g->count * (sizeof *g->texts + sizeof *g->places);
    for (size_t i = 0; i < GRAM_BYTES_MAX; i++)
        bytes += gram_pass_bytes(&g->ascii.passes[i]) + gram_pass_bytes(&g->wide.passes[i]);
    return bytes;
}

/* A text of at most GRAM_BYTES_MAX bytes that is looked for. */
struct single {
    slice text;
    size_t last; /* the place of its last byte */
    lanes first_byte, last_byte;
};

/* Where the first byte stands, and the last as far behind. */
static inline lanes ends_stand(const struct single *s, const uint8_t *at)
{
    return (lanes)((lanes_load(at) == s->first_byte) & (lanes_load(at + s->last) == s->last_byte));
}

/* Whether the text stands at one of the first count places, of which LANES are looked at. */
static inline bool stands_at(const struct single *s, const uint8_t *at, size_t count)
{
    uint32_t bits = lanes_bits(ends_stand(s, at));
    if (count < LANES) bits &= (1u << count) - 1;
    for (; bits != 0; bits &= bits - 1) {
        if (bytes_equal_short(at + __builtin_ctz(bits), s->text.at, s->text.len)) return true;
    }
    return false;
}

/* Whether it stands in the value: where its first and its last byte stand it is compared. */
static bool single_stands(slice text, slice value)
{
    if (value.len < text.len) return false;
    const size_t places = value.len - text.len + 1, last = text.len - 1;
    const struct single s = { .text = text,
                              .last = last,
                              .first_byte = (lanes){} + text.at[0],
                              .last_byte = (lanes){} + text.at[last] };
    size_t at = 0;
    for (; at + PER_ROUND <= places; at += PER_ROUND) {
        const uint8_t *here = value.at + at;
        const lanes low = ends_stand(&s, here) | ends_stand(&s, here + LANES);
        const lanes high = ends_stand(&s, here + 2 * LANES) | ends_stand(&s, here + 3 * LANES);
        if (lanes_bits(low | high) == 0) continue;
        for (size_t i = 0; i < PER_ROUND; i += LANES) {
            if (stands_at(&s, here + i, LANES)) return true;
        }
    }
    for (; at < places; at += LANES) {
        if (stands_at(&s, value.at + at, places - at)) return true;
    }
    return false;
}

static void set_search(const struct grams *g, const struct gram_set *set, slice value,
                       const struct gram_search *s)
{
    for (size_t i = 0; i < set->single_count; i++) {
        const struct gram_text *t = &g->texts[set->singles[i]];
        if (s->seen[t->value] == s->round || !single_stands(t->text, value)) continue;
        s->seen[t->value] = s->round;
        s->found(s->user, t->value);
    }
    for (size_t i = 0; i < GRAM_BYTES_MAX; i++)
        gram_pass_search(&set->passes[i], g->texts, value, s);
}

void grams_search(const struct grams *g, slice value, bool is_value_ascii,
                  const struct gram_search *search)
{
    set_search(g, &g->ascii, value, search);
    if (!is_value_ascii) set_search(g, &g->wide, value, search);
}
