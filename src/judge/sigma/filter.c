/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/filter.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/banned.h"

static const char *const filter_keys[] = { "rules", "condition", NULL };

static bool references_load(struct document *d, const struct yaml_node *rules,
                            struct rule_filter *filter)
{
    if (rules == NULL || (rules->type == YAML_LIST && rules->count == 0)) {
        document_error(d, rules, "filter-rules",
                       "a filter needs rules: a list of ids and names, or any");
        return false;
    }
    const bool list = rules->type == YAML_LIST;
    const size_t count = list ? rules->count : 1;
    slice *references = compile_array(d->build, count, sizeof *references);
    if (references == NULL) return false;
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *node = list ? rules->members[i].value : rules;
        if (node->type == YAML_LIST || node->type == YAML_MAP || node->type == YAML_NULL) {
            document_error(d, node, "filter-rules", "the id or name of a rule must be a text");
            return false;
        }
        references[i] = compile_copy(d->build, node->text);
    }
    filter->references = references;
    filter->reference_count = count;
    filter->is_any = !list && slice_is(rules->text, "any");
    return true;
}

static bool has_not(const struct rule_node *node, size_t depth)
{
    if (node->kind == NODE_NOT) return true;
    assert(depth < RULE_DEPTH_MAX);
    for (uint32_t i = 0; node->kind != NODE_SELECTION && i < node->count; i++) {
        if (has_not(&node->children[i], depth + 1)) return true;
    }
    return false;
}

bool filter_load(struct document *d, const struct yaml_node *map, struct rule *rule)
{
    if (map->type != YAML_MAP) {
        document_error(d, map, "filter", "filter must be a map, this is %s", yaml_type_name(map));
        return false;
    }
    struct rule_filter *filter = compile_array(d->build, 1, sizeof *filter);
    if (filter == NULL || !references_load(d, yaml_member(map, "rules"), filter)) return false;
    const struct yaml_node *condition = yaml_member(map, "condition");
    if (condition != NULL && condition->type == YAML_LIST) {
        document_error(d, condition, "condition", "the condition of a filter is one text");
        return false;
    }
    const int first = rule->logsource.category.len == 0 ? 0 : 1;
    for (int view = 1; view >= first; view--) {
        d->is_categorised = view == 1;
        d->is_quiet = view != 1;
        if (!detection_compile(d, map, filter_keys, &filter->detection[view])) return false;
    }
    d->is_quiet = false;
    if (!has_not(filter->detection[1].condition, 0)) {
        document_warning(d, condition, "filter-keeps",
                         "the condition is appended with \"and\" and has no \"not\": it keeps only "
                         "the events it matches");
    }
    rule->filter = filter;
    return true;
}

static bool agrees(slice filter, slice rule)
{
    return filter.len == 0 || slice_equal(filter, rule);
}

/* Every key that the filter's log source sets is set alike in the rule's. */
static bool logsource_agrees(const struct rule *filter, const struct rule *rule)
{
    return agrees(filter->logsource.category, rule->logsource.category) &&
           agrees(filter->logsource.product, rule->logsource.product) &&
           agrees(filter->logsource.service, rule->logsource.service);
}

/* A copy of the tree in which selections are counted from base. */
static bool nodes_shift(struct ruleset_build *b, const struct rule_node *from, uint32_t base,
                        struct rule_node *to, size_t depth)
{
    assert(depth < RULE_DEPTH_MAX);
    *to = *from;
    if (to->kind == NODE_SELECTION) to->index += base;
    if (to->kind == NODE_SELECTION || to->count == 0) return true;
    struct rule_node *children = compile_array(b, to->count, sizeof *children);
    if (children == NULL) return false;
    for (uint32_t i = 0; i < to->count; i++) {
        if (!nodes_shift(b, &from->children[i], base, &children[i], depth + 1)) return false;
    }
    to->children = children;
    return true;
}

/* A filter that applies to a rule, in a list per rule. */
struct applied {
    const struct rule *filter;
    struct applied *next;
};

/* What applies to each rule of the set, in the order of the filters. */
struct applying {
    struct ruleset *rs;
    struct applied **first, **last; /* in the scratch arena, per rule */
};

static void apply(struct applying *a, const struct rule *filter, const struct rule *rule)
{
    struct applied *one = arena_take(&a->rs->build->scratch, sizeof *one);
    if (one == NULL) {
        compile_fail(a->rs->build, FAIL(E_LIMIT));
        return;
    }
    one->filter = filter;
    if (a->first[rule->number] == NULL) {
        a->first[rule->number] = one;
    } else {
        a->last[rule->number]->next = one;
    }
    a->last[rule->number] = one;
}

static const struct detection *detection_of(const struct rule *filter, const struct rule *rule)
{
    return &filter->filter->detection[rule->logsource.category.len == 0 ? 0 : 1];
}

/* The filter's condition as a node of the rule, and its selections behind those that are there. */
static bool filter_append(struct ruleset_build *b, const struct rule *filter, struct rule *rule,
                          struct rule_selection *selections, struct rule_node *ret_node)
{
    const struct detection *d = detection_of(filter, rule);
    const uint32_t base = rule->selection_count;
    for (uint32_t i = 0; i < d->selection_count; i++) {
        selections[base + i] = d->selections[i];
        selections[base + i].of_filter = true;
    }
    rule->selection_count = base + d->selection_count;
    if (!nodes_shift(b, d->condition, base, ret_node, 0)) return false;
    ret_node->origin = FROM_FILTER;
    ret_node->name = filter->title;
    return true;
}

/* All filters of a rule at once, side by side under one node: the tree gets one level deeper,
 * whatever their number. */
static void filters_append(struct ruleset_build *b, struct rule *rule, const struct applied *list)
{
    size_t count = 1, selection_count = rule->selection_count;
    for (const struct applied *one = list; one != NULL; one = one->next, count++)
        selection_count += detection_of(one->filter, rule)->selection_count;
    struct rule_selection *selections = compile_array(b, selection_count, sizeof *selections);
    struct rule_node *nodes = compile_array(b, count, sizeof *nodes);
    struct rule_node *root = compile_array(b, 1, sizeof *root);
    if (selections == NULL || nodes == NULL || root == NULL) return;
    for (uint32_t i = 0; i < rule->selection_count; i++)
        selections[i] = rule->selections[i];
    size_t written = 0;
    nodes[written++] = *rule->condition;
    for (const struct applied *one = list; one != NULL; one = one->next) {
        if (!filter_append(b, one->filter, rule, selections, &nodes[written++])) return;
    }
    *root = (struct rule_node){ .kind = NODE_AND,
                                .origin = FROM_CONDITION,
                                .line = rule->condition->line,
                                .column = rule->condition->column,
                                .count = (uint32_t)count,
                                .children = nodes,
                                .name = slice_none() };
    rule->condition = root;
    rule->selections = selections;
}

static void filter_warn(struct ruleset *rs, const struct rule *source, slice reference,
                        const char *why)
{
    const struct yaml_node at = { .line = source->line, .column = 1 };
    struct document d = { .rs = rs,
                          .build = rs->build,
                          .file = source->file,
                          .root = &at,
                          .reference = rule_reference(source) };
    document_warning(&d, NULL, "filter-unused", "the rule %.*s %s", SHOW(reference), why);
}

static void filter_apply_listed(struct applying *a, const struct rule *source)
{
    struct ruleset *rs = a->rs;
    for (size_t i = 0; i < source->filter->reference_count; i++) {
        const slice reference = source->filter->references[i];
        const struct rule *rule = ruleset_find(rs, reference);
        if (rule == NULL) {
            filter_warn(rs, source, reference, "is not loaded");
        } else if (rule->kind != RULE_DETECTION) {
            filter_warn(rs, source, reference, "is no detection rule, so no filter applies to it");
        } else if (!logsource_agrees(source, rule)) {
            filter_warn(rs, source, reference, "has another log source than the filter");
        } else {
            apply(a, source, rule);
        }
    }
}

static void filter_apply(struct applying *a, const struct rule *source)
{
    if (!source->filter->is_any) {
        filter_apply_listed(a, source);
        return;
    }
    for (size_t i = 0; i < a->rs->rule_count; i++) {
        const struct rule *rule = a->rs->rules[i];
        if (rule->kind == RULE_DETECTION && logsource_agrees(source, rule)) apply(a, source, rule);
    }
}

void filters_apply(struct ruleset *rs)
{
    struct ruleset_build *b = rs->build;
    struct applying a = {
        .rs = rs,
        .first = arena_array(&b->scratch, rs->rule_count + 1, sizeof(struct applied *)),
        .last = arena_array(&b->scratch, rs->rule_count + 1, sizeof(struct applied *)),
    };
    if (a.first == NULL || a.last == NULL) {
        compile_fail(b, FAIL(E_NOMEM));
        return;
    }
    for (size_t i = 0; i < rs->rule_count; i++) {
        if (rs->rules[i]->kind == RULE_FILTER) filter_apply(&a, rs->rules[i]);
    }
    for (size_t i = 0; i < rs->rule_count && b->fatal.code == E_OK; i++) {
        if (a.first[i] != NULL) filters_append(b, b->rules[i], a.first[i]);
    }
}
