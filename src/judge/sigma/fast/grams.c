/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/grams.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

enum { STRETCHED_MAX = 16, BYTE_VALUES = 256 };
enum { CELLS_LOG_MIN = 9, CELLS_LOG_MAX = 16, CELLS_PER_TEXT_LOG = 5 };

struct entry {
    uint32_t gram;
    uint32_t text;
    uint32_t offset; /* of the gram in the text */
};

/* The texts that are told by runs of one length. */
struct pass {
    uint32_t len;        /* of the run: 1 to 4 */
    uint32_t least;      /* of a text: len, or one less where texts are stretched */
    uint32_t mask;       /* of its bytes in a little-endian word */
    uint32_t cell_shift; /* 32 - log2 of the number of cells */
    uint32_t heads_shift;
    uint8_t *cells;        /* owned; 1 where some text has a run of that hash */
    uint32_t *heads;       /* owned; where the entries of a hash start, and one more */
    struct entry *entries; /* owned; sorted by hash */
    size_t count;
};

struct grams {
    struct gram_text *texts; /* owned */
    size_t count;
    struct pass passes[GRAM_BYTES_MAX];
};

static inline uint32_t load(const uint8_t *at)
{
    uint32_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

static inline uint32_t mix(uint32_t gram)
{
    return gram * 0x9e3779b1u;
}

static uint32_t gram_at(slice text, size_t at, size_t len)
{
    uint32_t gram = 0;
    for (size_t i = 0; i < len; i++)
        gram |= (uint32_t)text.at[at + i] << (8 * i);
    return gram;
}

static size_t gram_len(slice text)
{
    return text.len < GRAM_BYTES_MAX ? text.len : GRAM_BYTES_MAX;
}

/* Where the rarest four bytes of a text are. */
static uint32_t rarest(const struct prices *prices, slice field, slice text)
{
    const size_t end = text.len < GRAM_WINDOW_BYTES ? text.len : GRAM_WINDOW_BYTES;
    uint32_t best = 0;
    float least = 2;
    for (size_t at = 0; at + GRAM_BYTES_MAX <= end; at++) {
        const float price =
            price_of(prices, field, ATOM_CONTAINS, (slice){ text.at + at, GRAM_BYTES_MAX });
        if (price >= least) continue;
        least = price;
        best = (uint32_t)at;
    }
    return best;
}

static int entry_order(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    const uint32_t l = mix(left->gram), r = mix(right->gram);
    if (l != r) return l < r ? -1 : 1;
    return (left->text > right->text) - (left->text < right->text);
}

/* The tables of a pass whose entries are there. */
static bool pass_finish(struct pass *p, size_t len)
{
    p->len = (uint32_t)len;
    p->mask = len == GRAM_BYTES_MAX ? UINT32_MAX : (1u << (8 * len)) - 1;
    uint32_t log = CELLS_LOG_MIN;
    while (log < CELLS_LOG_MAX && (1u << log) < p->count << CELLS_PER_TEXT_LOG)
        log++;
    const uint32_t heads_log = log - 3;
    p->cell_shift = 32 - log;
    p->heads_shift = 32 - heads_log;
    p->cells = calloc((size_t)1 << log, sizeof *p->cells);
    p->heads = calloc(((size_t)1 << heads_log) + 1, sizeof *p->heads);
    if (p->cells == NULL || p->heads == NULL) return false;
    qsort(p->entries, p->count, sizeof *p->entries, entry_order);
    for (size_t i = 0; i < p->count; i++) {
        const uint32_t hash = mix(p->entries[i].gram);
        p->cells[hash >> p->cell_shift] = 1;
        p->heads[(hash >> p->heads_shift) + 1]++;
    }
    for (size_t i = 0; i < (size_t)1 << heads_log; i++)
        p->heads[i + 1] += p->heads[i];
    return true;
}

/* A pass costs the same for a few texts as for many. Few texts of one or three bytes are told by
 * runs of one byte more instead, with every value that the byte behind them can have. */
static void stretch(const size_t counts[GRAM_BYTES_MAX], bool ret_stretched[GRAM_BYTES_MAX])
{
    for (size_t i = 0; i < GRAM_BYTES_MAX; i++)
        ret_stretched[i] = i % 2 == 0 && counts[i] <= STRETCHED_MAX && counts[i + 1] != 0;
}

static void entries_add(struct pass *p, uint32_t text, slice bytes, size_t offset, size_t len)
{
    p->entries[p->count++] = (struct entry){ gram_at(bytes, offset, len), text, (uint32_t)offset };
}

static void entries_stretch(struct pass *p, uint32_t text, slice bytes)
{
    const uint32_t gram = gram_at(bytes, 0, bytes.len);
    for (uint32_t behind = 0; behind < BYTE_VALUES; behind++)
        p->entries[p->count++] = (struct entry){ gram | behind << (8 * bytes.len), text, 0 };
    p->least = (uint32_t)bytes.len;
}

static bool passes_fill(struct grams *g, const struct prices *prices, slice field)
{
    size_t counts[GRAM_BYTES_MAX] = {};
    bool stretched[GRAM_BYTES_MAX] = {};
    for (size_t i = 0; i < g->count; i++)
        counts[gram_len(g->texts[i].text) - 1]++;
    stretch(counts, stretched);
    for (size_t i = 0; i < GRAM_BYTES_MAX; i++) {
        struct pass *p = &g->passes[i];
        const size_t more = i != 0 && stretched[i - 1] ? counts[i - 1] * BYTE_VALUES : 0;
        p->entries = calloc(counts[i] + more + 1, sizeof *p->entries);
        p->least = (uint32_t)i + 1;
        if (p->entries == NULL) return false;
    }
    for (size_t i = 0; i < g->count; i++) {
        const slice text = g->texts[i].text;
        const size_t len = gram_len(text);
        const uint32_t offset = len < GRAM_BYTES_MAX ? 0 : rarest(prices, field, text);
        if (stretched[len - 1]) {
            entries_stretch(&g->passes[len], (uint32_t)i, text);
        } else {
            entries_add(&g->passes[len - 1], (uint32_t)i, text, offset, len);
        }
    }
    for (size_t i = 0; i < GRAM_BYTES_MAX; i++) {
        if (g->passes[i].count != 0 && !pass_finish(&g->passes[i], i + 1)) return false;
    }
    return true;
}

struct grams *grams_new(const struct gram_text *texts, size_t count, const struct prices *prices,
                        slice field)
{
    assert(count != 0 && count < UINT32_MAX);
    struct grams *g = calloc(1, sizeof *g);
    if (g == NULL) return NULL;
    g->texts = calloc(count, sizeof *g->texts);
    g->count = count;
    for (size_t i = 0; i < count && g->texts != NULL; i++)
        g->texts[i] = texts[i];
    if (g->texts != NULL && passes_fill(g, prices, field)) return g;
    grams_free(g);
    return NULL;
}

struct grams *grams_subset(const struct grams *g, bool (*wanted)(const void *with, uint32_t value),
                           const void *with)
{
    struct grams *part = calloc(1, sizeof *part);
    if (part == NULL) return NULL;
    part->texts = calloc(g->count, sizeof *part->texts);
    part->count = g->count;
    bool ok = part->texts != NULL;
    for (size_t i = 0; i < g->count && ok; i++)
        part->texts[i] = g->texts[i];
    for (size_t i = 0; i < GRAM_BYTES_MAX && ok; i++) {
        const struct pass *from = &g->passes[i];
        struct pass *to = &part->passes[i];
        to->least = from->least;
        to->entries = calloc(from->count + 1, sizeof *to->entries);
        ok = to->entries != NULL;
        for (size_t n = 0; n < from->count && ok; n++) {
            if (wanted(with, g->texts[from->entries[n].text].value))
                to->entries[to->count++] = from->entries[n];
        }
        if (ok && to->count != 0) ok = pass_finish(to, i + 1);
    }
    if (ok) return part;
    grams_free(part);
    return NULL;
}

void grams_free(struct grams *g)
{
    if (g == NULL) return;
    for (size_t i = 0; i < GRAM_BYTES_MAX; i++) {
        free(g->passes[i].cells);
        free(g->passes[i].heads);
        free(g->passes[i].entries);
    }
    free(g->texts);
    free(g);
}

size_t grams_bytes(const struct grams *g)
{
    size_t bytes = sizeof *g + g->count * sizeof *g->texts;
    for (size_t i = 0; i < GRAM_BYTES_MAX; i++) {
        const struct pass *p = &g->passes[i];
        if (p->count == 0) continue;
        bytes += ((size_t)1 << (32 - p->cell_shift)) + p->count * sizeof *p->entries;
        bytes += ((size_t)1 << (32 - p->heads_shift)) * sizeof *p->heads;
    }
    return bytes;
}

/* The closer look at one place. */
static __attribute__((noinline)) void look(const struct grams *g, const struct pass *p, slice value,
                                           size_t at, const struct gram_search *s)
{
    const uint32_t gram = load(value.at + at) & p->mask;
    const uint32_t head = mix(gram) >> p->heads_shift;
    for (uint32_t i = p->heads[head]; i < p->heads[head + 1]; i++) {
        const struct entry *e = &p->entries[i];
        if (e->gram != gram || e->offset > at) continue;
        const struct gram_text *t = &g->texts[e->text];
        const size_t start = at - e->offset;
        if (t->text.len > value.len - start || s->seen[t->value] == s->round) continue;
        if (!bytes_equal(value.at + start, t->text.at, t->text.len)) continue;
        s->seen[t->value] = s->round;
        s->found(s->user, t->value);
    }
}

static inline uint8_t cell_at(const uint8_t *cells, uint32_t shift, uint32_t mask,
                              const uint8_t *at)
{
    return cells[mix(load(at) & mask) >> shift];
}

/* What does not change is passed by value, so that it stays in registers. */
static inline void pass_search(const struct grams *g, const struct pass *p, slice value,
                               uint32_t mask, const struct gram_search *s)
{
    enum { STRIDE = 4 };
    if (value.len < p->least) return;
    const uint8_t *cells = p->cells;
    const uint32_t shift = p->cell_shift;
    const size_t places = value.len - p->least + 1;
    size_t at = 0;
    for (; at + STRIDE <= places; at += STRIDE) {
        const uint8_t *here = value.at + at;
        const uint8_t c0 = cell_at(cells, shift, mask, here);
        const uint8_t c1 = cell_at(cells, shift, mask, here + 1);
        const uint8_t c2 = cell_at(cells, shift, mask, here + 2);
        const uint8_t c3 = cell_at(cells, shift, mask, here + 3);
        if (__builtin_expect((c0 | c1 | c2 | c3) == 0, 1)) continue;
        if (c0 != 0) look(g, p, value, at, s);
        if (c1 != 0) look(g, p, value, at + 1, s);
        if (c2 != 0) look(g, p, value, at + 2, s);
        if (c3 != 0) look(g, p, value, at + 3, s);
    }
    for (; at < places; at++) {
        if (cell_at(cells, shift, mask, value.at + at) != 0) look(g, p, value, at, s);
    }
}

void grams_search(const struct grams *g, slice value, const struct gram_search *search)
{
    for (size_t i = 0; i + 1 < GRAM_BYTES_MAX; i++) {
        if (g->passes[i].count == 0) continue;
        pass_search(g, &g->passes[i], value, g->passes[i].mask, search);
    }
    const struct pass *longest = &g->passes[GRAM_BYTES_MAX - 1];
    if (longest->count != 0) pass_search(g, longest, value, UINT32_MAX, search);
}
