/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "judge/sigma/fast/witness.h"

/*
 * program: the condition of each rule as steps. A step asks one predicate and says at which step to
 * go on if it is true and if it is false, so that a rule is tried without a walk through its tree
 * and what is cheap and decides most is asked first. The answer is the tree's: predicates have no
 * side effects, so their order is free.
 */
#define PROGRAM_TRUE UINT32_MAX
#define PROGRAM_FALSE (UINT32_MAX - 1)
#define PROGRAM_WALK (UINT32_MAX - 2) /* as a start: walk the tree instead */

/* A rule that names a selection so often that it had more than this many steps for each of its
 * nodes has none. */
enum { PROGRAM_GROWTH_MAX = 4, PROGRAM_STEPS_MAX = 1 << 30 };

struct program_step {
    uint32_t predicate;
    uint32_t on_true, on_false; /* the number of a step, PROGRAM_TRUE or PROGRAM_FALSE */
};

struct program {
    const struct program_step *steps;
    const uint32_t *starts; /* per rule: its first step, PROGRAM_TRUE, _FALSE or _WALK */
};

/* For a finished set, in the arena. expected: per predicate (witness_expectation). E_NOMEM,
 * E_LIMIT.
 */
status program_new(const struct ruleset *rs, const struct expectation *expected,
                   struct arena *arena, struct program *ret_program);
