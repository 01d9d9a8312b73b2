/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "judge/sigma/regex.h"
#include "record/event.h"
#include "tests/cm.h"
#include "tests/judge/sigma/fast/synthesis.h"

/* What the files of synthesis share: its state, and the values that predicates ask for. */
enum {
    LITERALS_MAX = 16384,
    PIECES_MAX = 256,
    ARENA_BYTES_MAX = 64 * 1024 * 1024,
    PLAIN_ATTEMPTS = 8, /* from then on values are spelled as the rule spells them, folded */
};

/* What a branch asks of the event: a predicate that must be true or must be false. */
struct literal {
    const struct predicate *p;
    bool wanted;
};

/* A value in the making: it starts with start, ends with end, holds the rest between them; or it is
 * whole. */
struct pieces {
    slice start, end, whole;
    slice middle[PIECES_MAX];
    size_t middle_count;
    bool is_whole;
};

struct synthesis {
    const struct ruleset *rs;
    struct naive *naive;
    struct regex_scratch regex;
    struct arena arena;
    struct dice dice;
    uint32_t attempt, style;
    const struct rule *rule;
    struct literal literals[LITERALS_MAX];
    size_t literal_count;
    struct pieces pieces;
    struct event_field fields[SYNTHESIS_FIELDS_MAX], missing[SYNTHESIS_FIELDS_MAX + 1];
    size_t field_count;
    struct event event, miss;
};

/* A copy that lives until the next attempt. */
slice synthesis_kept(struct synthesis *s, slice text);
/* Adds what the predicate asks of a value. */
void synthesis_pieces(struct synthesis *s, const struct predicate *p, struct pieces *pieces);
/* The value that they make. */
slice synthesis_joined(struct synthesis *s, const struct pieces *p);
