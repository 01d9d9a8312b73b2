/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/fast/atom.h"

/*
 * prices: in which share of events an atom is true, so that each rule is looked for by what is
 * rare. A table measured over several sources (tools/literal_prices): of what the public rules ask
 * for also what is rare, so that what was seen at times costs more than what never was, and of all
 * else what is frequent. What it does not know is as rare as its length suggests. Prices decide how
 * fast an engine is, never what it finds.
 *
 * A row is a 32-bit key, the hash of (field name, kind, text), and in its low byte a level: the
 * share is 2^(-level / 8). Keyed are presence, whole values, last path components, edges, and the
 * runs of 4 and 8 bytes of a value; the share of a longer text is at most that of its rarest run.
 */
enum {
    PRICE_GRAM_SHORT = 4,
    PRICE_GRAM_LONG = 8,
    PRICE_LEVELS_PER_HALVING = 8,
    PRICE_LEVEL_BITS = 8,
    PRICE_ROWS_MAX = 1 << 16,
};

/* The table that is built in, made by tools/literal_prices. */
extern const uint64_t price_rows[];
extern const uint32_t price_row_count;

struct prices;

/* A look-up table of these rows (NULL and 0: the built-in ones), which are copied. NULL if memory
 * is out. */
struct prices *prices_new(const uint64_t *rows, size_t count);
/* Called with the key of each question, of some more than once. */
typedef void (*price_asked)(void *user, uint32_t key);
/* Prices that take everything to be certain, and tell what they are asked. NULL if memory is out.
 */
struct prices *prices_asking(price_asked asked, void *user);
void prices_free(struct prices *p);
/* The key of a row. what: enum atom_kind; grams are ATOM_CONTAINS. */
uint32_t price_key(slice field, uint8_t what, slice text);
/* The share of events in which the atom is true, above 0, at most 1. field: its name, empty for
 * keywords. O(text.len). */
float price_of(const struct prices *p, slice field, uint8_t kind, slice text);
