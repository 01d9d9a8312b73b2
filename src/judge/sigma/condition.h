/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/compile.h"

/*
 * condition: "selection and not 1 of filter_*" as a tree.
 *
 *   condition = and { "or" and }        and  = unary { "and" unary }
 *   unary     = { "not" } atom          atom = "(" condition ")" | quantity "of" pattern | name
 *   quantity  = "1" | "any" | "all"     pattern = "them" | name with '*'
 *
 * Words of the language in any case; names are [A-Za-z0-9_-]+. "them" and patterns pass over names
 * that start with '_' unless the pattern itself does.
 */
enum { CONDITION_DEPTH_MAX = 32 };

/* Compiles a condition, or a list of conditions of which any holds. NULL after a diagnostic. */
const struct rule_node *condition_compile(struct document *d, const struct yaml_node *condition,
                                          const struct rule_selection *selections,
                                          uint32_t selection_count);
/* The boolean text of a temporal correlation: names are those of rules, index is the place in
 * names; quantities are not part of it. NULL after a diagnostic. */
const struct rule_node *condition_names(struct document *d, const struct yaml_node *condition,
                                        const slice *names, uint32_t name_count);
