/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "judge/output/output.h"
#include "judge/sigma/ruleset.h"

/*
 * navigator: the techniques of a hunt as a layer of the ATT&CK Navigator, format 4.5. The score of
 * a technique is the number of findings of rules that name it; its comment names those rules.
 */
enum { NAVIGATOR_RULES_MAX = 20 }; /* named in a comment; more are counted */

/* Appends the layer and a line feed. findings: per rule, by its number. E_NOMEM. */
status navigator_write(struct writer *w, const struct ruleset *rs, const uint64_t *findings,
                       struct arena *arena);
