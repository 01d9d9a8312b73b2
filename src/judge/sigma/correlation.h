/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/compile.h"

/*
 * correlation: the definition of a correlation rule; its state and its running are correlator.h.
 */
enum correlation_type {
    CORRELATION_EVENT_COUNT,
    CORRELATION_VALUE_COUNT,
    CORRELATION_TEMPORAL,
    CORRELATION_TEMPORAL_ORDERED,
    CORRELATION_VALUE_SUM,
    CORRELATION_VALUE_AVG,
    CORRELATION_VALUE_PERCENTILE,
    CORRELATION_VALUE_MEDIAN,
};

enum bound_kind { BOUND_GT, BOUND_GTE, BOUND_LT, BOUND_LTE, BOUND_EQ, BOUND_NEQ };

enum {
    CORRELATION_RULES_MAX = 64, /* listed in one correlation: a bit each */
    CORRELATION_GROUPS_MAX = 16,
    CORRELATION_FIELDS_MAX = 16,
    CORRELATION_BOUNDS_MAX = 6,
    CORRELATION_DEPTH_MAX = 10, /* correlations of correlations */
};

struct bound {
    uint8_t kind; /* enum bound_kind */
    double value;
};

/* One field of group-by: the name of the event's field per listed rule, which differs under an
 * alias. */
struct correlation_group {
    slice name;
    const slice *fields; /* rule_count of them; empty: the alias leaves this rule out */
};

struct correlation {
    uint8_t type; /* enum correlation_type */
    bool generate;
    /* More events can only help: decided on arrival. Else when the window closes. */
    bool is_monotone;
    int64_t timespan_ns;
    const slice *references;
    const struct rule *const *rules; /* resolved, in the order listed; NULL before */
    uint32_t rule_count;
    const struct correlation_group *groups;
    uint32_t group_count;
    const slice *fields; /* of value_*: one, or several for value_count */
    uint32_t field_count;
    struct bound bounds[CORRELATION_BOUNDS_MAX]; /* all must hold */
    uint32_t bound_count;
    double percentile;                 /* 0..100 */
    const struct rule_node *condition; /* boolean text over the listed rules (index), or NULL */
};

/* Compiles the correlation part of a document into rule->correlation. False after a diagnostic. */
bool correlation_load(struct document *d, const struct yaml_node *map, struct rule *rule);
/* Resolves the rules of all correlations; refuses those with an unknown rule or a cycle, or deeper
 * than CORRELATION_DEPTH_MAX; marks rules that raise no finding of their own. */
void correlations_link(struct ruleset *rs);
/* Whether the definition has the field and the condition that its type needs. */
bool correlation_is_complete(const struct correlation *c);
/* Whether no correlation lists itself, at any depth, and none is deeper than CORRELATION_DEPTH_MAX.
 * All are resolved. False too if the scratch arena of the set is full. */
bool correlations_are_settled(struct ruleset *rs);
/* Whether a measure meets all bounds. */
bool correlation_holds(const struct correlation *c, double measure);
const char *correlation_type_name(uint8_t type);
