/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/fault.h"
#include "base/sha256.h"
#include "record/schema.h"

/*
 * definition: what each figure of a report counts, as its definitions.txt says it: the published
 * text is the definition, there is no other one here.
 * Source: docs/formats/report.md section 1.
 */
enum {
    DEFINITIONS_MAX = 256,
    DEFINITION_TERMS_MAX = 8,
    DEFINITION_VALUES_MAX = 16,
    DEFINITION_BY_MAX = 2,
};

struct definition_term {
    const struct schema_column *column;
    uint16_t values[DEFINITION_VALUES_MAX]; /* any of them; of a set of bits: masks */
    size_t count;
};

struct definition {
    slice id;
    hash hash;                   /* of its text */
    const struct schema *schema; /* NULL: nothing is counted by this text itself */
    bool is_opened;              /* its cells need private values, but for those counted by "by" */
    struct definition_term terms[DEFINITION_TERMS_MAX];
    size_t term_count;
    const struct schema_column *by[DEFINITION_BY_MAX];
    bool has_private_by;
    size_t by_count; /* of an opened figure: public columns, up to the first that is none */
    /* Of a share, one counted figure divided by another; else NULL. */
    const struct definition *part;
    const struct definition *whole;
};

struct definitions {
    struct definition *at; /* in the arena, in the order of the text, which must outlive them */
    size_t count;
};

/* Reads the text. E_SYNTAX, E_UNKNOWN (a kind or column), E_VALUE, E_LIMIT, E_DUPLICATE, E_NOMEM;
 * the fault names the figure. */
status definitions_read(slice text, struct arena *arena, struct definitions *ret_definitions,
                        struct fault *fault);
/* Whether its cells follow from public entries. */
static inline bool definition_is_counted(const struct definition *d)
{
    return d->schema != NULL || d->part != NULL;
}

/* Whether an entry with these public columns counts. */
bool definition_counts(const struct definition *d, slice columns);
