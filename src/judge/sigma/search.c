/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/search.h"

#include <assert.h>
#include "base/bytes.h"
#include "judge/sigma/fold.h"
#include "base/banned.h"

enum {
    WORD_BITS = 64,
    WORDS_MAX = PATTERN_SEARCH_SYMBOLS_MAX / WORD_BITS,
    SLOTS = 4 * PATTERN_SEARCH_SYMBOLS_MAX, /* at most a quarter full; ASCII has slots of its own */
};

struct row {
    uint32_t symbol;
    uint64_t bits[WORDS_MAX]; /* bit i: the segment's symbol i is this one, or a '?' */
};

struct pattern_search {
    uint32_t words;
    uint32_t last;           /* number of the last symbol */
    uint64_t any[WORDS_MAX]; /* the '?' alone: what any other symbol gets */
    uint16_t slots[SLOTS];   /* row number + 1 by hash of the symbol, 0 for none */
    uint32_t row_count;
    struct row rows[]; /* one per distinct symbol of the segment */
};

static uint64_t bit(uint32_t i)
{
    return UINT64_C(1) << (i % WORD_BITS);
}

/* The slot of the symbol, or the free one where it belongs. */
static uint32_t slot_of(const struct pattern_search *s, uint32_t symbol)
{
    static_assert(SLOTS == 1024, "the shift leaves ten bits");
    uint32_t at = symbol < 128 ? symbol : symbol * 0x9e3779b1u >> 22;
    while (s->slots[at] != 0 && s->rows[s->slots[at] - 1].symbol != symbol)
        at = (at + 1) % SLOTS;
    return at;
}

static void symbol_add(struct pattern_search *s, uint32_t symbol, uint32_t i)
{
    const uint32_t slot = slot_of(s, symbol);
    if (s->slots[slot] == 0) {
        s->rows[s->row_count].symbol = symbol;
        s->slots[slot] = (uint16_t)++s->row_count;
    }
    s->rows[s->slots[slot] - 1].bits[i / WORD_BITS] |= bit(i);
}

struct pattern_search *search_new(struct arena *arena, const struct pattern_segment *segment)
{
    assert(segment->symbols != 0 && segment->symbols <= PATTERN_SEARCH_SYMBOLS_MAX);
    struct pattern_search *s = arena_take(arena, sizeof *s + segment->symbols * sizeof *s->rows);
    if (s == NULL) return NULL;
    s->last = segment->symbols - 1;
    s->words = s->last / WORD_BITS + 1;
    uint32_t i = 0;
    for (uint32_t p = 0; p < segment->part_count; p++) {
        const struct pattern_part *part = &segment->parts[p];
        if (part->kind == PART_ONE) s->any[i / WORD_BITS] |= bit(i), i++;
        for (size_t at = 0, len = 0; at < part->text.len; at += len) {
            symbol_add(s, symbol_first(slice_from(part->text, at), &len), i++);
        }
    }
    for (uint32_t r = 0; r < s->row_count; r++) {
        for (uint32_t w = 0; w < s->words; w++)
            s->rows[r].bits[w] |= s->any[w];
    }
    return s;
}

size_t search_run(const struct pattern_search *s, slice text)
{
    uint64_t state[WORDS_MAX] = {};
    const uint32_t end_word = s->last / WORD_BITS;
    for (size_t at = 0, len = 0; at < text.len; at += len) {
        const uint32_t slot = slot_of(s, symbol_first(slice_from(text, at), &len));
        const uint64_t *bits = s->slots[slot] == 0 ? s->any : s->rows[s->slots[slot] - 1].bits;
        uint64_t carry = 1;
        for (uint32_t w = 0; w < s->words; w++) {
            const uint64_t next = state[w] >> (WORD_BITS - 1);
            state[w] = (state[w] << 1 | carry) & bits[w];
            carry = next;
        }
        if ((state[end_word] & bit(s->last)) != 0) return at + len;
    }
    return 0;
}
