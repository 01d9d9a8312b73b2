/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/naive.h"
#include "tests/judge/sigma/fast/specimen.h"

/*
 * synthesis: makes an event that a rule matches out of the rule itself, and a near miss. A branch
 * of the condition that can be true is picked; what it asks of each field becomes a value; the
 * naive evaluator says whether the rule matches, and if it does not, another branch is tried.
 */
enum { SYNTHESIS_FIELDS_MAX = 256, SYNTHESIS_ATTEMPTS_MAX = 400 };

struct synthesis;

/* For a finished set; naive belongs to it. Both are borrowed. Never NULL. */
struct synthesis *synthesis_new(const struct ruleset *rs, struct naive *naive);
void synthesis_free(struct synthesis *s);

/* An event that the rule matches; false if none was found. Another variant is another event. Valid
 * until the next call. */
bool synthesis_match(struct synthesis *s, const struct rule *rule, uint32_t variant,
                     const struct event **ret_event);
/* After synthesis_match: an event that differs in one thing (a character, a field) and that the
 * rule does not match; false if none was found. Valid until the next call; *ret_what says what
 * differs. */
bool synthesis_miss(struct synthesis *s, const struct event **ret_event, const char **ret_what);
