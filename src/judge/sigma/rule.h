/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * rule: one loaded Sigma document (detection rule, correlation or filter), immutable once its rule
 * set is finished. Everything lives in the arena of the rule set.
 */
enum rule_kind { RULE_DETECTION, RULE_CORRELATION, RULE_FILTER };

/* Numbers are OCSF's severity_id. */
enum rule_level {
    LEVEL_NONE = 0, /* the rule states none */
    LEVEL_INFORMATIONAL = 1,
    LEVEL_LOW = 2,
    LEVEL_MEDIUM = 3,
    LEVEL_HIGH = 4,
    LEVEL_CRITICAL = 5,
};

enum rule_node_kind {
    NODE_AND,       /* all children */
    NODE_OR,        /* any child */
    NODE_NOT,       /* the one child is false */
    NODE_PREDICATE, /* index: place in ruleset.predicates */
    NODE_SELECTION, /* index: place in rule.selections */
};

/* What the author wrote at this node, for explanations. */
enum rule_node_origin {
    FROM_CONDITION, /* an operator of the condition; name: the whole condition at its root */
    FROM_FILTER,    /* a filter's condition; name: the filter's title */
    FROM_LIST,      /* a list of maps or keywords */
    FROM_MAP,       /* a map of items */
    FROM_ITEM,      /* field|modifiers: values; name: the key as written */
    FROM_VALUE,     /* one value of an item */
};

enum { RULE_NODES_MAX = 65536, RULE_DEPTH_MAX = 96 };

struct rule_node {
    uint8_t kind;   /* enum rule_node_kind */
    uint8_t origin; /* enum rule_node_origin */
    uint32_t line, column;
    uint32_t index;
    uint32_t count;
    const struct rule_node *children;
    slice name;
};

struct rule_selection {
    slice name;
    const struct rule_node *node;
    bool of_filter; /* added by a filter, invisible to the rule's own condition */
};

/* What a rule says of the origin of its events; an empty slice states nothing. */
struct rule_logsource {
    slice category, product, service, definition;
};

struct rule_texts {
    const slice *at;
    size_t count;
};

struct rule_related {
    slice id, type;
};

struct correlation; /* judge/sigma/correlation.h */
struct rule_filter; /* judge/sigma/filter.h */

struct rule {
    uint8_t kind;    /* enum rule_kind */
    uint8_t level;   /* enum rule_level */
    bool is_silent;  /* used by a correlation without generate: true, so no finding of its own */
    uint32_t number; /* place in ruleset.rules */
    slice file;      /* as given to ruleset_add */
    uint32_t line;   /* of the document */

    slice title, id, name, status, description, license, author, date, modified, taxonomy, scope;
    struct rule_texts references, tags, fields, falsepositives;
    const struct rule_related *related;
    size_t related_count;

    /* RULE_DETECTION */
    struct rule_logsource logsource;
    const struct rule_selection *selections;
    uint32_t selection_count;
    const struct rule_node *condition; /* filters that apply to the rule are part of it */

    const struct correlation *correlation; /* RULE_CORRELATION */
    const struct rule_filter *filter;      /* RULE_FILTER */
};

/* "informational" … "critical"; "" for LEVEL_NONE. */
const char *rule_level_name(uint8_t level);
/* The level of a name; false if there is none of that name. */
bool rule_level_of(slice name, uint8_t *ret_level);
/* The id, or the name, or the title where the rule has no id: how messages and findings call it. */
slice rule_reference(const struct rule *rule);
