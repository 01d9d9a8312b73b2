/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "judge/sigma/compile.h"
#include "judge/sigma/correlation.h"
#include "judge/sigma/save/codec.h"
#include "base/banned.h"

static void code_related(struct codec *c, struct rule_related *related)
{
    static_assert(sizeof *related == 32, "a new member: code it, and raise SAVE_VERSION");
    code_text(c, &related->id);
    code_text(c, &related->type);
}

static void code_texts(struct codec *c, struct rule_texts *texts)
{
    CODE_ARRAY(c, slice, texts->at, texts->count, code_text);
}

/* Recursion is bounded by RULE_DEPTH_MAX, as it is for all who walk a tree: a selection counts as
 * the levels below the node that names it. */
static void code_node(struct codec *c, struct rule_node *node)
{
    static_assert(sizeof *node == 48, "a new member: code it, and raise SAVE_VERSION");
    const size_t depth = c->tree.depth;
    if (depth >= RULE_DEPTH_MAX) {
        codec_fail(c, E_LIMIT);
        return;
    }
    code_u8(c, &node->kind, NODE_SELECTION);
    code_u8(c, &node->origin, FROM_VALUE);
    code_u32(c, &node->line, UINT32_MAX);
    code_u32(c, &node->column, UINT32_MAX);
    code_text(c, &node->name);
    switch ((enum rule_node_kind)node->kind) {
    case NODE_AND:
    case NODE_OR:
    case NODE_NOT:
        c->tree.depth++;
        CODE_ARRAY(c, struct rule_node, node->children, node->count, code_node);
        c->tree.depth--;
        if (node->kind == NODE_NOT && node->count != 1) codec_fail(c, E_VALUE);
        return;
    case NODE_PREDICATE:
        code_u32(c, &node->index, UINT32_MAX);
        if (!c->tree.has_predicates || node->index >= c->rules->predicate_count)
            codec_fail(c, E_VALUE);
        return;
    case NODE_SELECTION:
        code_u32(c, &node->index, UINT32_MAX);
        if (node->index >= c->tree.selection_count) {
            codec_fail(c, E_VALUE);
        } else if (c->tree.heights != NULL &&
                   depth + c->tree.heights[node->index] >= RULE_DEPTH_MAX) {
            codec_fail(c, E_LIMIT);
        }
        return;
    }
}

/* A tree on its own; NULL stays NULL. */
static const struct rule_node *code_tree(struct codec *c, const struct rule_node *from)
{
    struct rule_node root = {};
    bool is_there = from != NULL;
    code_bool(c, &is_there);
    if (!is_there) return NULL;
    if (!c->is_reading) root = *from;
    c->tree.depth = 0;
    code_node(c, &root);
    if (!c->is_reading) return from;
    struct rule_node *made = codec_array(c, 1, sizeof *made);
    if (made != NULL) *made = root;
    return made;
}

static void code_selection(struct codec *c, struct rule_selection *selection)
{
    static_assert(sizeof *selection == 32, "a new member: code it, and raise SAVE_VERSION");
    code_text(c, &selection->name);
    code_bool(c, &selection->of_filter);
    selection->node = code_tree(c, selection->node);
    if (selection->node == NULL) codec_fail(c, E_VALUE);
}

/* Recursion is bounded: code_node has refused what is deeper. */
static uint8_t height_of(const struct rule_node *node)
{
    uint8_t height = 0;
    for (uint32_t i = 0; i < node->count; i++) {
        const uint8_t below = height_of(&node->children[i]);
        if (below > height) height = below;
    }
    return (uint8_t)(height + 1);
}

static const uint8_t *heights_of(struct codec *c, const struct rule *rule)
{
    uint8_t *heights = arena_array(c->arena, rule->selection_count, sizeof *heights);
    for (uint32_t i = 0; heights != NULL && i < rule->selection_count; i++)
        heights[i] = height_of(rule->selections[i].node);
    if (heights == NULL) codec_fail(c, E_LIMIT);
    return heights;
}

static void code_logsource(struct codec *c, struct rule_logsource *logsource)
{
    static_assert(sizeof *logsource == 64, "a new member: code it, and raise SAVE_VERSION");
    code_text(c, &logsource->category);
    code_text(c, &logsource->product);
    code_text(c, &logsource->service);
    code_text(c, &logsource->definition);
}

static void code_detection(struct codec *c, struct rule *rule)
{
    c->tree.has_predicates = true;
    c->tree.heights = NULL;
    c->tree.selection_count = 0; /* a selection names no other */
    CODE_ARRAY(c, struct rule_selection, rule->selections, rule->selection_count, code_selection);
    c->tree.selection_count = rule->selection_count;
    if (c->is_reading && codec_is_good(c)) c->tree.heights = heights_of(c, rule);
    rule->condition = code_tree(c, rule->condition);
    if (rule->condition == NULL) codec_fail(c, E_VALUE);
}

static void code_bound(struct codec *c, struct bound *bound)
{
    static_assert(sizeof *bound == 16, "a new member: code it, and raise SAVE_VERSION");
    code_u8(c, &bound->kind, BOUND_NEQ);
    code_double(c, &bound->value);
}

static void code_group(struct codec *c, struct correlation_group *group)
{
    static_assert(sizeof *group == 24, "a new member: code it, and raise SAVE_VERSION");
    size_t count = c->tree.selection_count; /* a field for each listed rule */
    code_text(c, &group->name);
    CODE_ARRAY(c, slice, group->fields, count, code_text);
    if (count != c->tree.selection_count) codec_fail(c, E_VALUE);
}

/* The listed rules, by their numbers. */
static void code_listed(struct codec *c, struct correlation *x)
{
    uint32_t count = x->rule_count;
    code_u32(c, &count, CORRELATION_RULES_MAX);
    const struct rule **made = codec_array(c, count, sizeof *made);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = c->is_reading ? 0 : x->rules[i]->number;
        code_u32(c, &number, UINT32_MAX);
        if (c->is_reading && number >= c->rules->rule_count) codec_fail(c, E_VALUE);
        if (c->is_reading && codec_is_good(c)) made[i] = c->rules->rules[number];
    }
    if (c->is_reading) x->rules = made;
    x->rule_count = count;
}

static void code_correlation(struct codec *c, struct correlation *x)
{
    static_assert(sizeof *x == 192, "a new member: code it, and raise SAVE_VERSION");
    size_t reference_count = x->rule_count;
    code_u8(c, &x->type, CORRELATION_VALUE_MEDIAN);
    code_bool(c, &x->generate);
    code_bool(c, &x->is_monotone);
    code_i64(c, &x->timespan_ns);
    CODE_ARRAY(c, slice, x->references, reference_count, code_text);
    code_listed(c, x);
    if (reference_count != x->rule_count || x->rule_count == 0) codec_fail(c, E_VALUE);
    c->tree.selection_count = x->rule_count; /* the names of a condition are those of rules */
    c->tree.heights = NULL;
    c->tree.has_predicates = false;
    CODE_ARRAY(c, struct correlation_group, x->groups, x->group_count, code_group);
    CODE_ARRAY(c, slice, x->fields, x->field_count, code_text);
    code_u32(c, &x->bound_count, CORRELATION_BOUNDS_MAX);
    for (uint32_t i = 0; i < x->bound_count; i++)
        code_bound(c, &x->bounds[i]);
    code_double(c, &x->percentile);
    x->condition = code_tree(c, x->condition);
    if (x->group_count > CORRELATION_GROUPS_MAX || x->field_count > CORRELATION_FIELDS_MAX ||
        x->timespan_ns < 0 || !correlation_is_complete(x))
        codec_fail(c, E_VALUE);
}

static void code_definition(struct codec *c, struct rule *rule)
{
    struct correlation x = {};
    if (!c->is_reading) x = *rule->correlation;
    code_correlation(c, &x);
    struct correlation *made = codec_array(c, 1, sizeof *made);
    if (made == NULL) return;
    *made = x;
    rule->correlation = made;
}

void code_rule(struct codec *c, struct rule *rule)
{
    static_assert(sizeof *rule == 392, "a new member: code it, and raise SAVE_VERSION");
    code_u8(c, &rule->kind, RULE_FILTER);
    code_u8(c, &rule->level, LEVEL_CRITICAL);
    code_bool(c, &rule->is_silent);
    code_text(c, &rule->file);
    code_u32(c, &rule->line, UINT32_MAX);
    slice *const texts[] = { &rule->title,       &rule->id,       &rule->name,   &rule->status,
                             &rule->description, &rule->license,  &rule->author, &rule->date,
                             &rule->modified,    &rule->taxonomy, &rule->scope };
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        code_text(c, texts[i]);
    code_texts(c, &rule->references);
    code_texts(c, &rule->tags);
    code_texts(c, &rule->fields);
    code_texts(c, &rule->falsepositives);
    CODE_ARRAY(c, struct rule_related, rule->related, rule->related_count, code_related);
    code_logsource(c, &rule->logsource);
    if (rule->kind == RULE_DETECTION) code_detection(c, rule);
    if (rule->kind == RULE_CORRELATION) code_definition(c, rule);
}
