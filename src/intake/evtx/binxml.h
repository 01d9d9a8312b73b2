/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/evtx/element.h"

/*
 * binxml: the binary XML of a record. Templates are followed where they are used; nesting and the
 * number of tokens of a record are bounded, so that templates within templates cannot explode.
 */
enum {
    BINXML_NEST_MAX = 8,
    BINXML_TOKENS_MAX = 65536,
    BINXML_VALUES_MAX = 8192,
    NAME_SLOTS = 1024,
    NAME_TEXT_BYTES = 256 * 1024,
};

/* A name of the chunk, as UTF-8. */
struct binxml_name {
    uint32_t offset; /* in the chunk; 0: the slot is free */
    uint32_t end;    /* behind it, where it stands */
    slice text;
};

/* One value of a template. */
struct binxml_value {
    slice bytes;
    uint8_t type;
};

struct binxml {
    slice chunk; /* borrowed: offsets count from its start */
    struct binxml_name names[NAME_SLOTS];
    struct build name_text; /* holds the texts of names; only its room is used */
    struct elements elements;
    struct binxml_value values[BINXML_VALUES_MAX]; /* of all templates that are open */
    size_t value_count;
    size_t tokens;
};

/* E_NOMEM. */
status binxml_init(struct binxml *x);
/* Frees what binxml_init allocated. */
void binxml_done(struct binxml *x);
/* The records to come are of this chunk. */
void binxml_chunk(struct binxml *x, slice chunk);
/* Adds the fields of the event whose binary XML stands in the chunk from start to end. E_SYNTAX,
 * E_LIMIT; what was read until then is in b. ret_offset: where in the chunk reading stopped. */
status binxml_read(struct binxml *x, struct build *b, size_t start, size_t end, size_t *ret_offset);
