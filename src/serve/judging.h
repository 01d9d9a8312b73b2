/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/siphash.h"
#include "base/writer.h"
#include "judge/finding.h"
#include "judge/sigma/correlate/snapshot.h"
#include "serve/rule_pack.h"

/*
 * judging: a bundle of rules at work on the events of a node, in the order of the log. What it
 * concludes depends on the events, their order and the bundle alone.
 */
struct judging;

struct judging_numbers {
    size_t rules;
    size_t refused; /* documents that did not compile */
    size_t bytes;   /* of memory, about */
};

/* Called for each finding: a view that dies with the call. */
typedef status (*judging_found)(void *user, const struct finding *finding);

/* Compiles the pack. With documents that do not compile it is E_VALUE unless refused ones are
 * allowed, and the fault tells the first. E_SYNTAX, E_NOMEM, E_LIMIT. */
status judging_new(slice pack, const struct siphash_key *key, bool allow_refused,
                   struct judging **ret_judging, struct fault *f);
/* NULL is allowed. */
void judging_free(struct judging *j);
struct judging_numbers judging_numbers(const struct judging *j);
/* The hash of the pack. */
const hash *judging_bundle(const struct judging *j);
/* How far before the newest event one may lie and still matter to its correlations; 0: no state. */
uint64_t judging_reach_s(const struct judging *j);
/* Takes events out of its state (judge/sigma/correlate/correlator.h). */
uint64_t judging_forget(struct judging *j, bool (*is_gone)(void *user, uint64_t number),
                        void *user);
/* Its state as bytes (judge/sigma/correlate/snapshot.h): how many, 0 without correlations; writing
 * them; and reading them before it has judged anything, after which it goes on from there. */
size_t judging_state_bytes(const struct judging *j);
status judging_state_write(const struct judging *j, struct writer *w);
status judging_state_read(struct judging *j, slice bytes, const struct correlator_places *places);
/* Judges the next event, first by the rules in their order, then by the correlations. number: what
 * findings call it by; arrived_ns stands for the time of an event that has none. E_NOMEM, or what
 * found returned. */
status judging_event(struct judging *j, const struct event *event, uint64_t number,
                     int64_t arrived_ns, judging_found found, void *user);
