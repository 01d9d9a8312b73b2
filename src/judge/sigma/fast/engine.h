/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/fast/prices.h"
#include "judge/sigma/naive.h"

/*
 * engine: all rules of a set against an event at once, with the findings of the naive evaluator.
 *
 * Values of the event lead to the few rules whose witness is there (index.h), of which those that
 * the log source admits (gate.h) are evaluated, asking each predicate once (answers.h).
 * The engine is immutable and may be shared; a state belongs to one thread at a time.
 */
struct engine;
struct engine_state;

struct engine_numbers {
    size_t rules, atoms, texts, names; /* texts: atoms that are searched for */
    size_t unwitnessed;                /* rules that every admitted event is tried against */
    size_t bytes;                      /* of memory */
};

/* For a finished set, which is borrowed. prices: NULL for the built-in ones. E_NOMEM, E_LIMIT. */
status engine_new(const struct ruleset *rs, const struct prices *prices,
                  struct engine **ret_engine);
void engine_free(struct engine *e);
struct engine_numbers engine_numbers(const struct engine *e);

/* Scratch for one thread. NULL if memory is out. */
struct engine_state *engine_state_new(const struct engine *e);
void engine_state_free(struct engine_state *s);

/* Called for each rule that matches, by ascending rule number. gate: GATE_OPEN or GATE_UNKNOWN. */
typedef void (*engine_found)(void *user, const struct rule *rule, enum gate gate);
/* Judges one event. E_NOMEM. Linear in the event for a given set of rules. */
status engine_match(struct engine_state *s, const struct event *event, engine_found found,
                    void *user);
/* How many rules the last event was tried against. */
size_t engine_candidates(const struct engine_state *s);
