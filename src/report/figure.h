/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"
#include "ledger/count/counter_table.h"

/*
 * figure: what is counted for a report (figures.def), and how.
 */
enum { FIGURE_BY_MAX = 2, FIGURE_TERMS_MAX = 4, FIGURE_VALUES_MAX = 8 };

struct figure {
    const char *id;
    const char *where;
    const char *by;
    const char *title;
    const char *meaning;
    uint8_t kind;
};

extern const struct figure figures[];
extern const size_t figure_count;

/* A figure with its words resolved to columns of the kind's present schema. */
struct figure_plan {
    const struct schema *schema;
    struct {
        const struct schema_column *column;
        uint16_t values[FIGURE_VALUES_MAX]; /* for a set of bits: the first has all of them */
        uint8_t count;
    } terms[FIGURE_TERMS_MAX];
    uint8_t term_count;
    const struct schema_column *by[FIGURE_BY_MAX]; /* the second may be NULL */
};

/* Resolves a row of the table. E_UNKNOWN, E_VALUE, E_LIMIT: a mistake in figures.def. */
status figure_resolve(const struct figure *figure, struct figure_plan *ret_plan, struct fault *f);
/* Whether entries of that key count; and then the values that the figure is split by. */
bool figure_counts(const struct figure_plan *p, const struct counter_key *key,
                   uint16_t ret_by[FIGURE_BY_MAX]);
/* Appends a value of a column as it is published: its word, market or number. */
void figure_value_print(const struct schema_column *c, uint16_t value, struct writer *w);
/* Appends the definition, the text whose SHA-256 names it. */
void figure_define(const struct figure *figure, struct writer *w);
/* The SHA-256 of the definition. */
hash figure_hash(const struct figure *figure);
