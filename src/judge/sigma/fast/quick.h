/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "judge/sigma/fast/index.h"

/*
 * quick: predicates about a text in the few forms that most have, so that a question about a field
 * with one member is a handful of instructions. What is not quick is worked out by answers.c.
 */
enum quick_kind {
    QUICK_NONE, /* any other predicate */
    QUICK_EXACT,
    QUICK_PREFIX,
    QUICK_SUFFIX,
    QUICK_CONTAINS,
};

enum { QUICK_EDGE_BYTES = 8, QUICK_OFFSET_MAX = UINT16_MAX };

struct quick {
    const uint8_t *text;    /* borrowed from the rule set, in the pattern's form */
    uint64_t edge;          /* its first or (QUICK_SUFFIX) last bytes, shifted as they are loaded */
    uint32_t len;           /* of the text */
    uint32_t name;          /* of the index */
    uint16_t first, second; /* QUICK_CONTAINS: where its two rarest bytes are */
    uint8_t kind;           /* enum quick_kind */
    uint8_t form;           /* enum text_form */
    uint8_t hidden;         /* enum event_field_flags that the rule does not see */
    bool is_number;         /* a number in its one text: others may be equal to it */
};

/* One for each predicate of the set, in the arena. NULL if it is full. */
struct quick *quick_new(const struct ruleset *rs, const struct index *x, struct arena *arena);
/* Whether a value in the form of q->form matches. q is not QUICK_NONE. O(value.len). */
bool quick_match(const struct quick *q, slice value);
