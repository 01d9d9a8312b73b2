/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/fast/prices.h"
#include "judge/sigma/ruleset.h"
#include "record/event.h"

/*
 * learn: makes the rows of prices.h from events. Each source counts by itself and the largest share
 * of any source is what a row gets, so that a large source does not drown a small one.
 */
enum { LEARN_VALUE_BYTES_MAX = 4096 }; /* of a value; the rest is not looked at */

struct learner;

/* Counts the fields that rules of the set name, and keywords. NULL if memory is out. */
struct learner *learner_new(const struct ruleset *rs);
void learner_free(struct learner *l);
/* Counts an event of the source at hand. */
void learner_event(struct learner *l, const struct event *event);
/* Ends a source: its counts become shares. */
void learner_source_end(struct learner *l);
/* The rows that are worth their place, ascending: of what rules of the set ask for all but the very
 * rare, of all else, which other rules may ask for, what is frequent; at most PRICE_ROWS_MAX. The
 * caller frees them. E_NOMEM; E_LIMIT if there are more. */
status learner_rows(const struct learner *l, uint64_t **ret_rows, size_t *ret_count);
