/* SPDX-License-Identifier: Apache-2.0 */
#include "view/filter.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/banned.h"

enum { VERSION = 1, FIRST_CAP = 4096, WORD_BITS = 64 };

struct filter_terms filter_terms_of(struct siphash_key key)
{
    return (struct filter_terms){ .key = key };
}

void filter_terms_done(struct filter_terms *t)
{
    free(t->table);
    *t = (struct filter_terms){};
}

static uint64_t hash_of(const struct siphash_key *key, slice term)
{
    const uint64_t h = siphash_128(key, term).low;
    return h == 0 ? 1 : h;
}

static void put(uint64_t *table, size_t cap, uint64_t h)
{
    size_t at = h & (cap - 1);
    while (table[at] != 0)
        at = (at + 1) & (cap - 1);
    table[at] = h;
}

/* At most half of the places are taken. */
static bool grow(struct filter_terms *t)
{
    if (t->count < t->cap / 2) return true;
    const size_t cap = t->cap == 0 ? FIRST_CAP : 2 * t->cap;
    uint64_t *table = calloc(cap, sizeof *table);
    if (table == NULL) {
        t->is_failed = true;
        return false;
    }
    for (size_t i = 0; i < t->cap; i++) {
        if (t->table[i] != 0) put(table, cap, t->table[i]);
    }
    free(t->table);
    t->table = table;
    t->cap = cap;
    return true;
}

void filter_terms_add(struct filter_terms *t, slice term)
{
    if (t->is_full || !grow(t)) return;
    const uint64_t h = hash_of(&t->key, term);
    for (size_t at = h & (t->cap - 1); t->table[at] != 0; at = (at + 1) & (t->cap - 1)) {
        if (t->table[at] == h) return;
    }
    put(t->table, t->cap, h);
    t->is_full = ++t->count > FILTER_TERMS_MAX;
}

/* The probes of a hash: bits of a filter of that many. */
static uint64_t probe(uint64_t h, unsigned nth, uint64_t bits)
{
    const uint64_t step = (h << 32 | h >> 32) * UINT64_C(0x9e3779b97f4a7c15) | 1;
    return (h + nth * step) % bits;
}

static void set_bits(const struct filter_terms *t, uint8_t *words, uint64_t bits)
{
    for (size_t i = 0; i < t->cap; i++) {
        for (unsigned n = 0; t->table[i] != 0 && n < FILTER_PROBES; n++) {
            const uint64_t bit = probe(t->table[i], n, bits);
            words[bit / 8] = (uint8_t)(words[bit / 8] | 1u << bit % 8);
        }
    }
}

status filter_write(const struct filter_terms *t, struct writer *w)
{
    if (t->is_failed) return FAIL(E_NOMEM);
    const size_t words = t->is_full ? 0 : (t->count * FILTER_BITS) / WORD_BITS + 1;
    writer_u8(w, VERSION);
    writer_u64(w, t->key.a);
    writer_u64(w, t->key.b);
    writer_u32(w, (uint32_t)words);
    const size_t at = w->len;
    for (size_t i = 0; i < words; i++)
        writer_u64(w, 0);
    TRY(writer_end(w));
    if (words > 0) set_bits(t, w->at + at, words * WORD_BITS);
    return OK;
}

status filter_parse(slice bytes, struct filter *ret_filter)
{
    struct cursor c = cursor_of(bytes);
    struct filter filter = {};
    uint8_t version = 0;
    uint32_t words = 0;
    TRY(cursor_u8(&c, &version));
    if (version != VERSION) return FAIL(E_UNKNOWN);
    TRY(cursor_u64(&c, &filter.key.a));
    TRY(cursor_u64(&c, &filter.key.b));
    TRY(cursor_u32(&c, &words));
    if (words > FILTER_WORDS_MAX) return FAIL(E_LIMIT);
    TRY(cursor_bytes(&c, (size_t)words * 8, &filter.words));
    TRY(cursor_end(&c));
    *ret_filter = filter;
    return OK;
}

bool filter_may_have(const struct filter *filter, slice term)
{
    const uint64_t bits = filter->words.len * 8;
    const uint64_t h = hash_of(&filter->key, term);
    for (unsigned n = 0; bits > 0 && n < FILTER_PROBES; n++) {
        const uint64_t bit = probe(h, n, bits);
        if ((filter->words.at[bit / 8] >> bit % 8 & 1) == 0) return false;
    }
    return true;
}
