/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/gram_pass.h"

#include <endian.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

enum { CELLS_LOG_MIN = 9, CELLS_LOG_MAX = 16, CELLS_PER_TEXT_LOG = 5 };

static inline uint32_t load(const uint8_t *at)
{
    uint32_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return le32toh(word);
}

static inline uint32_t mix(uint32_t gram)
{
    return gram * 0x9e3779b1u;
}

bool gram_pass_begin(struct gram_pass *p, uint32_t len, uint32_t stride, size_t cap)
{
    *p = (struct gram_pass){ .len = len,
                             .least = len,
                             .stride = stride,
                             .mask = len == GRAM_BYTES_MAX ? UINT32_MAX : (1u << (8 * len)) - 1,
                             .entries = calloc(cap + 1, sizeof *p->entries),
                             .cap = cap };
    return p->entries != NULL;
}

static uint32_t gram_at(slice text, size_t at, size_t len)
{
    uint32_t gram = 0;
    for (size_t i = 0; i < len; i++)
        gram |= (uint32_t)text.at[at + i] << (8 * i);
    return gram;
}

void gram_pass_add(struct gram_pass *p, uint32_t number, slice text, size_t offset)
{
    assert(p->count < p->cap && p->len <= text.len - offset);
    p->entries[p->count++] =
        (struct gram_entry){ gram_at(text, offset, p->len), number, (uint32_t)offset };
}

void gram_pass_stretch(struct gram_pass *p, uint32_t number, slice text)
{
    assert(text.len + 1 == p->len && p->cap - p->count >= GRAM_BYTE_VALUES);
    const uint32_t gram = gram_at(text, 0, text.len);
    for (uint32_t behind = 0; behind < GRAM_BYTE_VALUES; behind++)
        p->entries[p->count++] = (struct gram_entry){ gram | behind << (8 * text.len), number, 0 };
    p->least = (uint32_t)text.len;
}

static int entry_order(const void *a, const void *b)
{
    const struct gram_entry *left = a, *right = b;
    const uint32_t l = mix(left->gram), r = mix(right->gram);
    if (l != r) return l < r ? -1 : 1;
    return (left->text > right->text) - (left->text < right->text);
}

bool gram_pass_finish(struct gram_pass *p)
{
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
        const uint32_t key = mix(p->entries[i].gram);
        p->cells[key >> p->cell_shift] = 1;
        p->heads[(key >> p->heads_shift) + 1]++;
    }
    for (size_t i = 0; i < (size_t)1 << heads_log; i++)
        p->heads[i + 1] += p->heads[i];
    return true;
}

void gram_pass_done(struct gram_pass *p)
{
    free(p->cells);
    free(p->heads);
    free(p->entries);
    *p = (struct gram_pass){};
}

size_t gram_pass_bytes(const struct gram_pass *p)
{
    if (p->cells == NULL) return 0;
    return ((size_t)1 << (32 - p->cell_shift)) + p->cap * sizeof *p->entries +
           ((size_t)1 << (32 - p->heads_shift)) * sizeof *p->heads;
}

/* The closer look at one place. */
static __attribute__((noinline)) void look(const struct gram_pass *p, const struct gram_text *texts,
                                           slice value, size_t at, const struct gram_search *s)
{
    const uint32_t gram = load(value.at + at) & p->mask;
    const uint32_t head = mix(gram) >> p->heads_shift;
    for (uint32_t i = p->heads[head]; i < p->heads[head + 1]; i++) {
        const struct gram_entry *e = &p->entries[i];
        if (e->gram != gram || e->offset > at) continue;
        const struct gram_text *t = &texts[e->text];
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
static inline void search(const struct gram_pass *p, const struct gram_text *texts, slice value,
                          uint32_t mask, size_t stride, const struct gram_search *s)
{
    enum { PLACES = 4 };
    const uint8_t *cells = p->cells;
    const uint32_t shift = p->cell_shift;
    const size_t end = value.len - p->least + 1;
    size_t at = 0;
    for (; at + PLACES * stride <= end; at += PLACES * stride) {
        const uint8_t *here = value.at + at;
        const uint8_t c0 = cell_at(cells, shift, mask, here);
        const uint8_t c1 = cell_at(cells, shift, mask, here + stride);
        const uint8_t c2 = cell_at(cells, shift, mask, here + 2 * stride);
        const uint8_t c3 = cell_at(cells, shift, mask, here + 3 * stride);
        if (__builtin_expect((c0 | c1 | c2 | c3) == 0, 1)) continue;
        if (c0 != 0) look(p, texts, value, at, s);
        if (c1 != 0) look(p, texts, value, at + stride, s);
        if (c2 != 0) look(p, texts, value, at + 2 * stride, s);
        if (c3 != 0) look(p, texts, value, at + 3 * stride, s);
    }
    for (; at < end; at += stride) {
        if (cell_at(cells, shift, mask, value.at + at) != 0) look(p, texts, value, at, s);
    }
}

void gram_pass_search(const struct gram_pass *p, const struct gram_text *texts, slice value,
                      const struct gram_search *s)
{
    if (p->count == 0 || value.len < p->least) return;
    if (p->stride == 2) {
        search(p, texts, value, UINT32_MAX, 2, s);
    } else if (p->len == GRAM_BYTES_MAX) {
        search(p, texts, value, UINT32_MAX, 1, s);
    } else {
        search(p, texts, value, p->mask, 1, s);
    }
}
