/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "judge/sigma/fast/prices.h"
#include "judge/sigma/ruleset.h"

/*
 * witness: for each rule a set of atoms of which at least one is true in every event that the rule
 * matches. AND takes its cheapest branch, OR needs all of them, NOT has none; a predicate offers
 * the cheapest atom that follows from it.
 */
struct witness_maker;

/* The price of what has no witness. */
#define WITNESS_NONE 1e9F

/* For a finished set; all borrowed. name_of_field: per ruleset field the number of its name. NULL
 * if memory is out. */
struct witness_maker *witness_maker_new(const struct ruleset *rs, const uint32_t *name_of_field,
                                        const struct prices *prices);
void witness_maker_free(struct witness_maker *m);

/* Called once for each atom of the witness; the text dies with the maker. E_NOMEM, E_LIMIT. */
typedef status (*witness_atom)(void *user, const struct atom *atom);
/* Whether the rule, a RULE_DETECTION, has a witness, and then its atoms. Passes on the first error
 * of found. O(nodes * depth). */
status witness_find(struct witness_maker *m, const struct rule *rule, witness_atom found,
                    void *user, bool *ret_has_witness);
struct expectation {
    float price; /* of its atoms: about the share of events in which one of them is true;
                    WITNESS_NONE if nothing follows from it */
    float share; /* of the events that have its field: in which it is true, 0 to 1 */
};
/* What is expected of a predicate. */
struct expectation witness_expectation(const struct witness_maker *m, uint32_t predicate);
