/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/program.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "judge/sigma/predicate.h"
#include "base/banned.h"

/*
 * Steps are written from the end of a condition to its start, so that where to go on is known when
 * a step is written. Children of AND go by cost / (1 - share), those of OR by cost / share: what is
 * cheap and likely to decide comes first. Where a witness was found the branch that it stands in is
 * likely to be true, whatever its share in all events, so it comes last.
 */
enum { STEPS_FIRST = 4096, STEPS_SPARE = 64 };

static const float share_max = 0.99F, share_min = 1e-6F;
static const float telling_max = 1.0F / 16; /* the price of a witness that tells something */

/* What is expected of a node: its cost in the time of a comparison, how often it is true, and what
 * the cheapest witness in it costs. */
struct estimate {
    float cost, share, price;
};

/* A child in the order in which children are asked. */
struct turn {
    float rank;
    uint32_t child;
    bool is_witness;
};

struct compiling {
    const struct ruleset *rs;
    const struct expectation *expected;
    const struct rule *rule;
    struct estimate *selections; /* owned; of the rule at hand */
    size_t selection_cap;
    struct program_step *steps; /* owned */
    size_t count, cap, limit;
    int32_t error; /* enum code, sticky */
    bool is_long;  /* the rule at hand passes the limit */
};

static float predicate_cost(const struct predicate *p)
{
    static const float by_shape[] = {
        [SHAPE_EXACT] = 1,    [SHAPE_PREFIX] = 1,   [SHAPE_SUFFIX] = 1,
        [SHAPE_CONTAINS] = 5, [SHAPE_ANYTHING] = 1, [SHAPE_GENERAL] = 15
    };
    static const float by_kind[] = {
        [PREDICATE_TEXT] = 1,   [PREDICATE_REGEX] = 100, [PREDICATE_NULL] = 1,
        [PREDICATE_EXISTS] = 1, [PREDICATE_NUMBER] = 5,  [PREDICATE_TIME] = 10,
        [PREDICATE_CIDR] = 10,  [PREDICATE_FIELDREF] = 3
    };
    const float keyword = 50;
    float cost = by_kind[p->kind];
    if (p->kind == PREDICATE_TEXT) cost = by_shape[p->text.pattern.shape];
    return p->field == FIELD_KEYWORD ? keyword * cost : cost;
}

static float bounded(float share)
{
    if (share > share_max) return share_max;
    return share < share_min ? share_min : share;
}

static struct estimate predicate_estimate(const struct compiling *c, uint32_t predicate)
{
    return (struct estimate){ .cost = predicate_cost(c->rs->predicates[predicate]),
                              .share = bounded(c->expected[predicate].share),
                              .price = c->expected[predicate].price };
}

/* The lower, the sooner it is asked. */
static float rank_of(const struct estimate *e, bool all)
{
    return e->cost / (all ? 1 - e->share : e->share);
}

static struct estimate estimate(const struct compiling *c, const struct rule_node *node,
                                size_t depth);

static struct estimate children_estimate(const struct compiling *c, const struct rule_node *node,
                                         size_t depth)
{
    const bool all = node->kind == NODE_AND;
    struct estimate sum = { .share = 1, .price = all ? WITNESS_NONE : 0 };
    struct estimate first = { .share = 1 };
    for (uint32_t i = 0; i < node->count; i++) {
        const struct estimate e = estimate(c, &node->children[i], depth + 1);
        if (i == 0 || rank_of(&e, all) < rank_of(&first, all)) first = e;
        sum.cost += e.cost;
        sum.share *= all ? e.share : 1 - e.share;
        if (all && e.price < sum.price) sum.price = e.price;
        if (!all) sum.price += e.price;
    }
    if (!all) sum.share = 1 - sum.share;
    const float rest = sum.cost - first.cost;
    sum.cost = first.cost + rest * (all ? first.share : 1 - first.share);
    sum.share = bounded(sum.share);
    if (sum.price > WITNESS_NONE) sum.price = WITNESS_NONE;
    return sum;
}

/* Recursion is bounded by RULE_DEPTH_MAX, as the loader checks. */
static struct estimate estimate(const struct compiling *c, const struct rule_node *node,
                                size_t depth)
{
    assert(depth < RULE_DEPTH_MAX);
    struct estimate e = {};
    switch ((enum rule_node_kind)node->kind) {
    case NODE_AND:
    case NODE_OR:
        return children_estimate(c, node, depth);
    case NODE_NOT:
        e = estimate(c, node->children, depth + 1);
        return (struct estimate){ e.cost, bounded(1 - e.share), WITNESS_NONE };
    case NODE_PREDICATE:
        return predicate_estimate(c, node->index);
    case NODE_SELECTION:
        return c->selections[node->index];
    }
    return e;
}

static uint32_t step_add(struct compiling *c, uint32_t predicate, uint32_t on_true,
                         uint32_t on_false)
{
    if (c->count == c->limit) c->is_long = true;
    if (c->is_long || c->error != E_OK) return PROGRAM_FALSE;
    if (c->count == c->cap) {
        const size_t cap = c->cap == 0 ? STEPS_FIRST : 2 * c->cap;
        struct program_step *larger = realloc(c->steps, cap * sizeof *larger);
        if (cap > PROGRAM_STEPS_MAX || larger == NULL) {
            c->error = larger == NULL ? E_NOMEM : E_LIMIT;
            if (larger != NULL) c->steps = larger;
            return PROGRAM_FALSE;
        }
        c->steps = larger;
        c->cap = cap;
    }
    c->steps[c->count] = (struct program_step){ predicate, on_true, on_false };
    return (uint32_t)c->count++;
}

static int turn_order(const void *a, const void *b)
{
    const struct turn *left = a, *right = b;
    if (left->is_witness != right->is_witness) return left->is_witness ? 1 : -1;
    if (left->rank != right->rank) return left->rank < right->rank ? -1 : 1;
    return (left->child > right->child) - (left->child < right->child);
}

/* The children in their order; NULL if memory is out. The caller's to free. */
static struct turn *turns_of(struct compiling *c, const struct rule_node *node, size_t depth,
                             bool is_spine)
{
    const bool all = node->kind == NODE_AND;
    struct turn *turns = calloc((size_t)node->count + 1, sizeof *turns);
    float least = WITNESS_NONE;
    uint32_t witness = node->count;
    if (turns == NULL) c->error = E_NOMEM;
    for (uint32_t i = 0; turns != NULL && i < node->count; i++) {
        const struct estimate e = estimate(c, &node->children[i], depth + 1);
        turns[i] = (struct turn){ .rank = rank_of(&e, all), .child = i };
        if (e.price >= least) continue;
        least = e.price;
        witness = i;
    }
    if (turns == NULL) return NULL;
    if (is_spine && least < telling_max && (all || node->count == 1))
        turns[witness].is_witness = true;
    qsort(turns, node->count, sizeof *turns, turn_order);
    return turns;
}

static uint32_t node_steps(struct compiling *c, const struct rule_node *node, uint32_t on_true,
                           uint32_t on_false, size_t depth);

/* The same with the node on the way to the witness. */
static uint32_t spine_steps(struct compiling *c, const struct rule_node *node, uint32_t on_true,
                            uint32_t on_false, size_t depth);

static uint32_t children_steps(struct compiling *c, const struct rule_node *node,
                               const uint32_t targets[2], size_t depth, bool is_spine)
{
    const bool all = node->kind == NODE_AND;
    struct turn *turns = turns_of(c, node, depth, is_spine);
    uint32_t next = all ? targets[1] : targets[0];
    for (uint32_t i = node->count; turns != NULL && i > 0; i--) {
        const struct rule_node *child = &node->children[turns[i - 1].child];
        const uint32_t on_true = all ? next : targets[1], on_false = all ? targets[0] : next;
        next = turns[i - 1].is_witness ? spine_steps(c, child, on_true, on_false, depth + 1)
                                       : node_steps(c, child, on_true, on_false, depth + 1);
    }
    free(turns);
    return next;
}

/* The first step of the node; recursion is bounded by RULE_DEPTH_MAX. */
static uint32_t steps_of(struct compiling *c, const struct rule_node *node,
                         const uint32_t targets[2], size_t depth, bool is_spine)
{
    assert(depth < RULE_DEPTH_MAX);
    if (c->is_long || c->error != E_OK) return PROGRAM_FALSE;
    switch ((enum rule_node_kind)node->kind) {
    case NODE_AND:
    case NODE_OR:
        return children_steps(c, node, targets, depth, is_spine);
    case NODE_NOT:
        return node_steps(c, node->children, targets[0], targets[1], depth + 1);
    case NODE_PREDICATE:
        return step_add(c, node->index, targets[1], targets[0]);
    case NODE_SELECTION: {
        const struct rule_node *selection = c->rule->selections[node->index].node;
        return is_spine ? spine_steps(c, selection, targets[1], targets[0], depth + 1)
                        : node_steps(c, selection, targets[1], targets[0], depth + 1);
    }
    }
    return PROGRAM_FALSE;
}

static uint32_t node_steps(struct compiling *c, const struct rule_node *node, uint32_t on_true,
                           uint32_t on_false, size_t depth)
{
    return steps_of(c, node, (const uint32_t[2]){ on_false, on_true }, depth, false);
}

static uint32_t spine_steps(struct compiling *c, const struct rule_node *node, uint32_t on_true,
                            uint32_t on_false, size_t depth)
{
    return steps_of(c, node, (const uint32_t[2]){ on_false, on_true }, depth, true);
}

/* How many nodes there are; recursion as above. A selection counts where it is defined. */
static size_t node_count(const struct rule_node *node, size_t depth)
{
    assert(depth < RULE_DEPTH_MAX);
    size_t count = 1;
    if (node->kind == NODE_PREDICATE || node->kind == NODE_SELECTION) return count;
    const uint32_t children = node->kind == NODE_NOT ? 1 : node->count;
    for (uint32_t i = 0; i < children; i++)
        count += node_count(&node->children[i], depth + 1);
    return count;
}

static bool rule_begin(struct compiling *c, const struct rule *rule)
{
    size_t nodes = node_count(rule->condition, 0);
    if (rule->selection_count > c->selection_cap) {
        const size_t cap = (size_t)rule->selection_count * 2;
        struct estimate *larger = realloc(c->selections, cap * sizeof *larger);
        if (larger == NULL) return false;
        c->selections = larger;
        c->selection_cap = cap;
    }
    c->rule = rule;
    for (uint32_t i = 0; i < rule->selection_count; i++) {
        nodes += node_count(rule->selections[i].node, 0);
        c->selections[i] = estimate(c, rule->selections[i].node, 0);
    }
    c->limit = c->count + PROGRAM_GROWTH_MAX * nodes + STEPS_SPARE;
    c->is_long = false;
    return true;
}

static void rule_compile(struct compiling *c, const struct rule *rule, uint32_t *ret_start)
{
    const size_t before = c->count;
    *ret_start = PROGRAM_FALSE;
    if (rule->kind != RULE_DETECTION || c->error != E_OK) return;
    if (!rule_begin(c, rule)) {
        c->error = E_NOMEM;
        return;
    }
    *ret_start = spine_steps(c, rule->condition, PROGRAM_TRUE, PROGRAM_FALSE, 0);
    if (!c->is_long) return;
    c->count = before;
    *ret_start = PROGRAM_WALK;
}

status program_new(const struct ruleset *rs, const struct expectation *expected,
                   struct arena *arena, struct program *ret_program)
{
    struct compiling c = { .rs = rs, .expected = expected };
    uint32_t *starts = arena_array(arena, rs->rule_count + 1, sizeof *starts);
    if (starts == NULL) c.error = E_NOMEM;
    for (size_t i = 0; starts != NULL && i < rs->rule_count; i++)
        rule_compile(&c, rs->rules[i], &starts[rs->rules[i]->number]);
    struct program_step *steps = arena_array(arena, c.count + 1, sizeof *steps);
    if (steps == NULL && c.error == E_OK) c.error = E_NOMEM;
    if (c.error == E_OK) {
        const size_t bytes = c.count * sizeof *steps;
        bytes_copy(steps, bytes, (slice){ (const uint8_t *)c.steps, bytes });
        *ret_program = (struct program){ .steps = steps, .starts = starts };
    }
    free(c.steps);
    free(c.selections);
    return FAIL(c.error);
}
