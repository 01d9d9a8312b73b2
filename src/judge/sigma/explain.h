/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/writer.h"
#include "judge/finding.h"
#include "judge/sigma/naive.h"

/*
 * explain: what a trace says, as the fields of a finding or as text for people.
 */
enum { EXPLAIN_VALUE_BYTES_MAX = 200 }; /* of a value in the text; more is cut */

/* The finding of a rule that matched: metadata, and the fields that made it match (those under a
 * negation are none). Fields are allocated in the arena. position is the caller's. E_NOMEM. */
status finding_of_match(const struct ruleset *rs, const struct rule *rule,
                        const struct event *event, uint64_t position, const struct trace *trace,
                        struct arena *arena, struct finding *ret_finding);
/* Writes the tree of the trace: a line per node with "yes" or "no", the rule's words and the
 * event's values. matched is what sigma_naive_match answered. */
void explain_write(struct writer *w, const struct ruleset *rs, const struct rule *rule,
                   const struct event *event, const struct trace *trace, bool matched);
