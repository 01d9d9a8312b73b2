/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "cmd/detect/input.h"
#include "judge/sigma/correlate/correlator.h"

/*
 * correlate: correlations over files that are read in any order. Events that match a rule are kept
 * until the input ends, put into the order of their time (then of file and place, so that the order
 * of the files does not matter), and given to the correlator.
 *
 * When CORRELATE_BYTES_MAX of events are kept, those so far are judged first; an event that comes
 * later and is older than the last of them by more than the lateness is then left out and counted.
 */
struct correlate;

enum { CORRELATE_BYTES_MAX = 512 * 1024 * 1024 };

/* Called for each finding with the place of its last event; both are views that die with the call.
 */
typedef status (*correlate_emit)(void *user, const struct finding *finding,
                                 const struct input_place *place);

/* *ret_correlate is NULL if the rules have no correlation: everything below then does nothing.
 * E_NOMEM. The rule set must outlive it. */
status correlate_new(const struct ruleset *rs, correlate_emit emit, void *user,
                     struct correlate **ret_correlate);
/* NULL is allowed, here and below. */
void correlate_free(struct correlate *c);
/* Keeps an event with the rules that it matches. E_NOMEM, or what emit returned. */
status correlate_take(struct correlate *c, const struct event *event,
                      const struct input_place *place, const struct rule *const *rules,
                      size_t rule_count);
/* The input has ended: judges what is kept and closes every window. */
status correlate_end(struct correlate *c);
/* What was left out, for the summary; zeros for NULL. */
struct correlator_counts correlate_counts(const struct correlate *c);
/* The place of the event that a finding's evidence names by its position; NULL if it was judged and
 * given up before CORRELATE_BYTES_MAX made room. */
const struct input_place *correlate_place(const struct correlate *c, uint64_t position);
