/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/fast/atom.h"

/*
 * prices: in which share of events an atom is true, so that each rule is looked for by what is
 * rare. A table of what is frequent, measured over several sources (tools/literal_prices); what it
 * does not know is taken to be as rare as its length suggests. Prices decide how fast an engine is,
 * never what it finds.
 *
 * A row is a 24-bit key, the hash of (field name, kind, text), and in its low byte a level: the
 * share is 2^(-level / 8). Keyed are presence, whole values, last path components, edges, and the
 * runs of 4 and 8 bytes of a value; the share of a longer text is at most that of its rarest run.
 */
enum {
    PRICE_GRAM_SHORT = 4,
    PRICE_GRAM_LONG = 8,
    PRICE_LEVELS_PER_HALVING = 8,
    PRICE_ROWS_MAX = 1 << 16,
};

/* The table that is built in, made by tools/literal_prices. */
extern const uint32_t price_rows[];
extern const uint32_t price_row_count;

struct prices;

/* A look-up table of these rows (NULL and 0: the built-in ones), which are copied. NULL if memory
 * is out. */
struct prices *prices_new(const uint32_t *rows, size_t count);
void prices_free(struct prices *p);
/* The key of a row. what: enum atom_kind; grams are ATOM_CONTAINS. */
uint32_t price_key(slice field, uint8_t what, slice text);
/* The share of events in which the atom is true, above 0, at most 1. field: its name, empty for
 * keywords. O(text.len). */
float price_of(const struct prices *p, slice field, uint8_t kind, slice text);
