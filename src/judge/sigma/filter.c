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

static void filter_append(struct ruleset_build *b, const struct rule *source, struct rule *rule)
{
    const struct detection *d =
        &source->filter->detection[rule->logsource.category.len == 0 ? 0 : 1];
    const uint32_t base = rule->selection_count;
    struct rule_selection *selections =
        compile_array(b, (size_t)base + d->selection_count, sizeof *selections);
    struct rule_node *both = compile_array(b, 2, sizeof *both);
    struct rule_node *root = compile_array(b, 1, sizeof *root);
    if (selections == NULL || both == NULL || root == NULL) return;
    for (uint32_t i = 0; i < base; i++)
        selections[i] = rule->selections[i];
    for (uint32_t i = 0; i < d->selection_count; i++) {
        selections[base + i] = d->selections[i];
        selections[base + i].of_filter = true;
    }
    both[0] = *rule->condition;
    if (!nodes_shift(b, d->condition, base, &both[1], 0)) return;
    both[1].origin = FROM_FILTER;
    both[1].name = source->title;
    *root = (struct rule_node){ .kind = NODE_AND,
                                .origin = FROM_CONDITION,
                                .line = rule->condition->line,
                                .column = rule->condition->column,
                                .count = 2,
                                .children = both,
                                .name = slice_none() };
    rule->condition = root;
    rule->selections = selections;
    rule->selection_count = base + d->selection_count;
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

static void filter_apply_listed(struct ruleset *rs, const struct rule *source)
{
    for (size_t i = 0; i < source->filter->reference_count; i++) {
        const slice reference = source->filter->references[i];
        uint32_t number = 0;
        if (!intern_find(&rs->build->references, reference, &number)) {
            filter_warn(rs, source, reference, "is not loaded");
            continue;
        }
        struct rule *rule = rs->build->rule_at[number];
        if (rule->kind != RULE_DETECTION) {
            filter_warn(rs, source, reference, "is no detection rule, so no filter applies to it");
        } else if (!logsource_agrees(source, rule)) {
            filter_warn(rs, source, reference, "has another log source than the filter");
        } else {
            filter_append(rs->build, source, rule);
        }
    }
}

void filters_apply(struct ruleset *rs)
{
    for (size_t i = 0; i < rs->rule_count; i++) {
        const struct rule *source = rs->rules[i];
        if (source->kind != RULE_FILTER) continue;
        if (!source->filter->is_any) {
            filter_apply_listed(rs, source);
            continue;
        }
        for (size_t j = 0; j < rs->rule_count; j++) {
            struct rule *rule = rs->build->rules[j];
            if (rule->kind == RULE_DETECTION && logsource_agrees(source, rule)) {
                filter_append(rs->build, source, rule);
            }
        }
    }
}
