/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/siphash.h"
#include "base/writer.h"

/*
 * filter: whether a term (view/terms.h) may be in a stretch of the log: a Bloom filter over keyed
 * hashes, so that the bytes tell nobody a value who does not have the key, which is of this filter
 * alone. What was added is always found; anything else in about 1 of 300 cases, with FILTER_BITS
 * bits for each of n distinct terms and FILTER_PROBES probes (Bloom 1970: (1 - e^(-k n / m))^k).
 *
 *   version u8 = 1 | key u64, u64 | words u32 | words times 8 bytes, the lowest bit of each first
 *
 * Without words it says yes to everything: there were too many terms.
 */
enum {
    FILTER_BITS = 12,
    FILTER_PROBES = 8,
    FILTER_TERMS_MAX = 1 << 22, /* distinct ones, beyond which it says yes to all */
    FILTER_WORDS_MAX = FILTER_TERMS_MAX / 64 * FILTER_BITS + 1,
    FILTER_BYTES_MAX = 1 + 16 + 4 + 8 * FILTER_WORDS_MAX,
};

/* Terms on their way into a filter. */
struct filter_terms {
    struct siphash_key key;
    uint64_t *table; /* owned: hashes, 0 for a free place; a power of two */
    size_t cap;
    size_t count;
    bool is_full;
    bool is_failed; /* memory is out */
};

/* A parsed filter: a view into its bytes. */
struct filter {
    struct siphash_key key;
    slice words;
};

/* In place; the key should be random. */
struct filter_terms filter_terms_of(struct siphash_key key);
void filter_terms_done(struct filter_terms *t);
/* Adds a term; fails by is_failed only. O(1), amortised. */
void filter_terms_add(struct filter_terms *t, slice term);
/* Appends the filter. E_LIMIT without room, E_NOMEM if is_failed. */
status filter_write(const struct filter_terms *t, struct writer *w);
/* E_SHORT, E_TRAILING, E_UNKNOWN version, E_LIMIT. */
status filter_parse(slice bytes, struct filter *ret_filter);
/* False: nothing that was added is this term. */
bool filter_may_have(const struct filter *filter, slice term);
