/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/fault.h"
#include "cmd/detect/input.h"
#include "judge/sigma/correlate/correlator.h"

/*
 * correlate: correlations over files that are read in any order and by any number of threads. Of
 * each event that matches a listed rule, the fields that correlations ask for are kept until the
 * input ends; then the events are put into the order of their time (of equal ones, of file and
 * place, so that the order of the files does not matter) and given to the correlator.
 *
 * When CORRELATE_BYTES_MAX are kept, those so far are judged first; an event that comes later and
 * is older than the last of them by more than the lateness is then left out and counted.
 */
struct correlate;

enum {
    CORRELATE_BYTES_MAX = 512 * 1024 * 1024,
    CORRELATE_BATCH_BYTES_MAX = 32 * 1024 * 1024,
};

struct kept;

/* Events that one piece of the input has to keep. Any thread may fill one. */
struct correlate_batch {
    struct arena arena;
    struct kept *kept; /* owned */
    size_t count, cap;
};

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
/* Keeps an event with the rules that it matches. E_LIMIT: the batch is full and has to be taken;
 * E_NOMEM. The correlate is only read. */
status correlate_keep(const struct correlate *c, struct correlate_batch *batch,
                      const struct event *event, const struct input_place *place,
                      const struct rule *const *rules, size_t rule_count);
/* Takes over what the batch holds, and empties it. E_NOMEM, or what emit returned. */
status correlate_take(struct correlate *c, struct correlate_batch *batch);
void correlate_batch_done(struct correlate_batch *batch);
/* The input has ended: judges what is kept and closes every window. */
status correlate_end(struct correlate *c);
/* What was left out, for the summary; zeros for NULL. */
struct correlator_counts correlate_counts(const struct correlate *c);
/* The place of the event that a finding's evidence names by its position; NULL if it was judged and
 * given up before CORRELATE_BYTES_MAX made room. */
const struct input_place *correlate_place(const struct correlate *c, uint64_t position);
