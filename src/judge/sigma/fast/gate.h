/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/fast/index.h"
#include "record/event.h"

/*
 * gate: which rules a log source admits, and therefore what is worth looking for in its events.
 * Rules share few log sources, and so do events: the answer for an event's log source is worked out
 * once and kept.
 */
enum {
    GATE_CACHE_SLOTS = 128,   /* log sources remembered; others push them out */
    GATE_CACHE_WAYS = 4,      /* of which these many may have the same hash */
    GATE_KEY_BYTES_MAX = 512, /* of a log source that is remembered */
    GATE_SOURCES_MAX = 1 << 20,
};

/* The log sources of the rules: one number for those that ask for the same. */
struct sources {
    uint32_t *source_of_rule;    /* per rule */
    const struct rule **example; /* per source: a rule that has it */
    uint32_t count;
};

/* In the arena. E_NOMEM. */
status sources_new(const struct ruleset *rs, struct arena *arena, struct sources *ret_sources);

/* What one log source of events admits. */
struct admission {
    uint8_t key[GATE_KEY_BYTES_MAX];
    size_t key_len;
    bool is_filled;
    struct grams *keywords; /* owned; what admitted rules look for by keyword, or NULL */
    uint8_t *gates;         /* per source: enum gate */
    uint8_t *kinds;         /* per name: 1 << enum atom_kind that admitted rules look for */
    uint32_t *always;       /* always_count rules: admitted and without witness */
    uint32_t always_count;
};

struct gate_cache {
    const struct ruleset *rs; /* borrowed */
    const struct index *index;
    const struct sources *sources;
    struct admission *slots; /* owned; GATE_CACHE_SLOTS, and one for what is not remembered */
    uint8_t *bytes;          /* owned; the arrays of the slots */
    uint32_t *lists;         /* owned; likewise */
    uint8_t turn;            /* which way is pushed out next */
};

/* E_NOMEM. */
status gate_cache_init(struct gate_cache *c, const struct ruleset *rs, const struct index *index,
                       const struct sources *sources);
void gate_cache_done(struct gate_cache *c);
/* What the event's log source admits; valid until the next call. NULL if memory is out. */
const struct admission *gate_admit(struct gate_cache *c, const struct event *event);
