/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/naive.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/text.h"
#include "judge/sigma/compile.h"
#include "judge/sigma/fold.h"
#include "judge/sigma/match.h"
#include "judge/sigma/member.h"
#include "judge/sigma/pattern.h"
#include "base/banned.h"

struct naive {
    const struct ruleset *rs; /* borrowed */
    struct regex_scratch regex;
    uint8_t *left, *right;     /* the two sides of a field reference in its form */
    const struct event *event; /* the one at hand */
    const struct rule *rule;
    struct trace *trace; /* NULL: stop as soon as the answer is known */
};

struct naive *naive_new(const struct ruleset *rs)
{
    struct naive *n = calloc(1, sizeof *n);
    if (n == NULL) return NULL;
    n->rs = rs;
    const size_t room = text_form_bound(EVENT_VALUE_BYTES_MAX);
    n->left = malloc(room);
    n->right = malloc(room);
    status s = n->left == NULL || n->right == NULL ? FAIL(E_NOMEM) : regex_scratch_init(&n->regex);
    for (size_t i = 0; i < rs->predicate_count && s.code == E_OK; i++) {
        const struct predicate *p = rs->predicates[i];
        if (p->kind == PREDICATE_REGEX) s = scan_scratch_fit(n->regex.scan, p->regex.set);
    }
    if (s.code == E_OK) return n;
    naive_free(n);
    return NULL;
}

void naive_free(struct naive *n)
{
    if (n == NULL) return;
    regex_scratch_done(&n->regex);
    free(n->left);
    free(n->right);
    free(n);
}

static bool same_word(slice a, slice b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++) {
        if (text_lower_ascii(a.at[i]) != text_lower_ascii(b.at[i])) return false;
    }
    return true;
}

static enum gate dimension_gate(slice rule, const slice *event, size_t count, bool exact)
{
    size_t stated = 0;
    if (rule.len == 0) return GATE_OPEN;
    for (size_t i = 0; i < count; i++) {
        if (same_word(rule, event[i])) return GATE_OPEN;
        stated += event[i].len != 0;
    }
    return stated != 0 || exact ? GATE_CLOSED : GATE_UNKNOWN;
}

/* An event may be of several services. */
static enum gate service_gate(slice rule, const struct logsource *from)
{
    slice rest = from->service;
    const uint8_t *comma = NULL;
    if (rest.len == 0) return dimension_gate(rule, &rest, 1, from->exact);
    while ((comma = memchr(rest.at, ',', rest.len)) != NULL) {
        const slice one = { rest.at, (size_t)(comma - rest.at) };
        if (same_word(rule, one)) return GATE_OPEN;
        rest = slice_from(rest, one.len + 1);
        if (rest.len == 0) break;
    }
    return dimension_gate(rule, &rest, 1, true);
}

enum gate logsource_gate(const struct rule *rule, const struct event *event)
{
    const struct logsource *from = &event->logsource;
    const enum gate gates[] = {
        dimension_gate(rule->logsource.product, &from->product, 1, false),
        service_gate(rule->logsource.service, from),
        dimension_gate(rule->logsource.category, from->categories, from->category_count,
                       from->exact),
    };
    enum gate worst = GATE_OPEN;
    for (size_t i = 0; i < COUNT_OF(gates); i++) {
        if (gates[i] > worst) worst = gates[i];
    }
    return worst;
}

/* By the textbook up to NAIVE_VALUE_BYTES; what is longer may be made to cost the textbook way the
 * product of both lengths, and is matched in the pattern's form in linear time. */
static bool text_holds(struct naive *n, const struct pattern *pattern, slice text)
{
    if (text.len <= NAIVE_VALUE_BYTES) return pattern_match_naive(pattern, text);
    return pattern_match(pattern,
                         (slice){ n->left, text_form_write(text, pattern->form, n->left) });
}

/* A keyword stands in any scalar of the event, one at a time; in the raw line if there are none. */
static bool ask_keyword(struct naive *n, const struct predicate *p, slice text)
{
    if (p->kind == PREDICATE_TEXT) return text_holds(n, &p->text.pattern, text);
    return regex_match(p->regex.set, p->regex.flags, &n->regex, text);
}

static bool keyword_holds(struct naive *n, const struct predicate *p,
                          const struct event_field **ret_member)
{
    if (!n->event->parsed) {
        slice line = n->event->raw;
        if (line.len > EVENT_VALUE_BYTES_MAX) line.len = EVENT_VALUE_BYTES_MAX;
        return ask_keyword(n, p, line);
    }
    for (size_t i = 0; i < n->event->field_count; i++) {
        const struct event_field *f = &n->event->fields[i];
        if (!member_is_searched(f) || !ask_keyword(n, p, f->text)) continue;
        *ret_member = f;
        return true;
    }
    return false;
}

/* Any of the first members of one field against any of the first of the other. */
static bool fieldref_holds(struct naive *n, const struct predicate *p,
                           const struct event_field **ret_member)
{
    const uint8_t form = p->other.form;
    struct member_walk left = member_walk_of(n->event, &n->rs->fields[p->field]);
    const struct event_field *l = NULL, *r = NULL;
    for (size_t i = 0; i < FIELDREF_MEMBERS_MAX && (l = member_next(&left)) != NULL; i++) {
        if (!member_is_scalar(l)) continue;
        const slice left_formed = { n->left, text_form_write(l->text, form, n->left) };
        struct member_walk right = member_walk_of(n->event, &n->rs->fields[p->other.field]);
        for (size_t j = 0; j < FIELDREF_MEMBERS_MAX && (r = member_next(&right)) != NULL; j++) {
            if (!member_is_scalar(r)) continue;
            const slice right_formed = { n->right, text_form_write(r->text, form, n->right) };
            if (!match_fieldref(p, l, left_formed, r, right_formed)) continue;
            *ret_member = l;
            return true;
        }
    }
    return false;
}

static bool member_holds(struct naive *n, const struct predicate *p,
                         const struct event_field *member)
{
    if (p->kind == PREDICATE_EXISTS) return true;
    if (p->kind == PREDICATE_NULL) return member->type == EVENT_NULL;
    if (!member_is_scalar(member)) return false;
    if (p->kind != PREDICATE_TEXT) return match_scalar(p, member, slice_none(), &n->regex);
    return text_holds(n, &p->text.pattern, member->text) || match_number(p, member);
}

static bool predicate_holds(struct naive *n, const struct predicate *p,
                            const struct event_field **ret_member)
{
    *ret_member = NULL;
    if (p->field == FIELD_KEYWORD) return keyword_holds(n, p, ret_member);
    if (p->kind == PREDICATE_FIELDREF) return fieldref_holds(n, p, ret_member);
    struct member_walk members = member_walk_of(n->event, &n->rs->fields[p->field]);
    const struct event_field *member = NULL;
    bool is_absent = true;
    while ((member = member_next(&members)) != NULL) {
        is_absent = false;
        if (!member_holds(n, p, member)) continue;
        *ret_member = member;
        return true;
    }
    return p->kind == PREDICATE_NULL && is_absent;
}

/* The place for a node in the trace; SIZE_MAX if there is no trace or no room. */
static size_t trace_add(struct trace *trace, const struct rule_node *node, size_t depth)
{
    if (trace == NULL) return SIZE_MAX;
    if (trace->count == trace->cap) {
        trace->left++;
        return SIZE_MAX;
    }
    trace->entries[trace->count] = (struct trace_entry){ .node = node, .depth = (uint16_t)depth };
    return trace->count++;
}

static bool node_holds(struct naive *n, const struct rule_node *node, size_t depth);

static bool children_hold(struct naive *n, const struct rule_node *node, size_t depth)
{
    const bool all = node->kind == NODE_AND;
    bool result = all;
    for (uint32_t i = 0; i < node->count; i++) {
        const bool child = node_holds(n, &node->children[i], depth + 1);
        result = all ? result && child : result || child;
        if (result != all && n->trace == NULL) break;
    }
    return result;
}

/* Recursion is bounded: the loader nests no rule deeper than RULE_DEPTH_MAX. */
static bool node_holds(struct naive *n, const struct rule_node *node, size_t depth)
{
    assert(depth < RULE_DEPTH_MAX);
    const size_t place = trace_add(n->trace, node, depth);
    const struct event_field *member = NULL;
    bool result = false;
    switch ((enum rule_node_kind)node->kind) {
    case NODE_AND:
    case NODE_OR:
        result = children_hold(n, node, depth);
        break;
    case NODE_NOT:
        result = !node_holds(n, node->children, depth + 1);
        break;
    case NODE_PREDICATE:
        result = predicate_holds(n, n->rs->predicates[node->index], &member);
        break;
    case NODE_SELECTION:
        result = node_holds(n, n->rule->selections[node->index].node, depth + 1);
        break;
    }
    if (place != SIZE_MAX) {
        n->trace->entries[place].is_true = result;
        n->trace->entries[place].member = member;
    }
    return result;
}

bool sigma_naive_match(struct naive *n, const struct rule *rule, const struct event *event,
                       struct trace *trace)
{
    assert(rule->kind == RULE_DETECTION);
    const enum gate gate = logsource_gate(rule, event);
    if (gate == GATE_CLOSED && trace == NULL) return false;
    if (trace != NULL) {
        trace->count = 0;
        trace->left = 0;
        trace->gate = gate;
    }
    n->event = event;
    n->rule = rule;
    n->trace = trace;
    const bool holds = node_holds(n, rule->condition, 0);
    return holds && gate != GATE_CLOSED;
}
