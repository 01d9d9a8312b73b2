/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/ruleset.h"
#include "record/event.h"

/*
 * naive: the evaluator that reads like the specification. Every other engine must agree with it on
 * every rule and event; it also tells why a rule matched or did not.
 *
 * Logic has two values (point 17): a question about an absent field is answered no, and its
 * negation yes. One rule against one event, nothing remembered in between.
 */
struct naive;

enum { NAIVE_VALUE_BYTES = 4096 }; /* up to here a value is matched symbol by symbol */

enum gate {
    GATE_OPEN,    /* the event states what the rule's log source asks for */
    GATE_UNKNOWN, /* nothing speaks against it, but the event does not state all of it */
    GATE_CLOSED,  /* both state a dimension and differ; or the event's origin is known exactly */
};

/* One node of the rule, in the order of a walk from the root (a node, then its children). */
struct trace_entry {
    const struct rule_node *node;
    const struct event_field
        *member; /* what made a predicate true; NULL for none or the raw line */
    uint16_t depth;
    bool is_true;
};

/* The whole evaluation: nothing is cut short, so that each branch can be explained. */
struct trace {
    struct trace_entry *entries; /* the caller's, cap of them */
    size_t count, cap;
    size_t left; /* entries that did not fit */
    enum gate gate;
};

/* An evaluator for a finished set, for one thread. NULL if memory is out. */
struct naive *naive_new(const struct ruleset *rs);
void naive_free(struct naive *n);
/* Whether the rule, which is a RULE_DETECTION of the set, matches the event. With a trace, which
 * may be NULL, the condition is evaluated even if the log source speaks against it. */
bool sigma_naive_match(struct naive *n, const struct rule *rule, const struct event *event,
                       struct trace *trace);
/* What the rule's log source says to the event's (point 20). */
enum gate logsource_gate(const struct rule *rule, const struct event *event);
