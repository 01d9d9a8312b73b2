/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/detection.h"

/*
 * filter: a document whose condition is appended to that of the rules it names (points 1 and 2).
 */
struct rule_filter {
    const slice *references; /* ids and names of rules */
    size_t reference_count;
    bool is_any; /* every rule whose log source agrees */
    /* The selections and condition as rules without and with a category see fields. */
    struct detection detection[2];
};

/* Compiles the filter part of a document into rule->filter. False after a diagnostic. */
bool filter_load(struct document *d, const struct yaml_node *filter, struct rule *rule);
/* Appends every filter of the set to the rules it applies to. */
void filters_apply(struct ruleset *rs);
