/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/compile.h"

/*
 * detection: the named selections and the condition of a detection rule or a filter.
 */
struct detection {
    struct rule_selection *selections;
    uint32_t selection_count;
    const struct rule_node *condition;
};

/* Compiles a detection map; keys that keep holds (ends with NULL) are no selections. False after at
 * least one diagnostic. */
bool detection_compile(struct document *d, const struct yaml_node *map, const char *const *keep,
                       struct detection *ret_detection);
