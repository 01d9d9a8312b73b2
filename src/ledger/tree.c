/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/tree.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/merkle.h"
#include "base/banned.h"

struct row {
    hash *nodes; /* owned */
    size_t count;
    size_t cap;
};

struct tree {
    struct merkle_frontier edge;
    struct row low[TREE_SEGMENT_LEVEL]; /* the open segment's nodes, fixed capacity */
    struct row high[TREE_LEVELS - TREE_SEGMENT_LEVEL];
    tree_load load;
    void *with;
};

struct tree *tree_new(tree_load load, void *with)
{
    struct tree *t = calloc(1, sizeof *t);
    if (t == NULL) return NULL;
    t->load = load;
    t->with = with;
    for (unsigned level = 0; level < TREE_SEGMENT_LEVEL; level++) {
        struct row *row = &t->low[level];
        row->cap = (size_t)TREE_SEGMENT_LEAVES >> level;
        row->nodes = malloc(row->cap * sizeof *row->nodes);
        if (row->nodes != NULL) continue;
        tree_free(t);
        return NULL;
    }
    return t;
}

void tree_free(struct tree *t)
{
    if (t == NULL) return;
    for (size_t i = 0; i < COUNT_OF(t->low); i++)
        free(t->low[i].nodes);
    for (size_t i = 0; i < COUNT_OF(t->high); i++)
        free(t->high[i].nodes);
    free(t);
}

uint64_t tree_size(const struct tree *t)
{
    return t->edge.size;
}

/* Room for one more node in every high row, so that closing a segment cannot fail half-way. */
static status high_reserve(struct tree *t)
{
    for (size_t i = 0; i < COUNT_OF(t->high); i++) {
        struct row *row = &t->high[i];
        if (row->count < row->cap) continue;
        const size_t cap = row->cap == 0 ? 4 : row->cap * 2;
        hash *nodes = reallocarray(row->nodes, cap, sizeof *nodes);
        if (nodes == NULL) return FAIL(E_NOMEM);
        row->nodes = nodes;
        row->cap = cap;
    }
    return OK;
}

static void push(struct row *row, const hash *nodes, size_t count)
{
    assert(count <= row->cap - row->count);
    bytes_copy(row->nodes + row->count, (row->cap - row->count) * sizeof *nodes,
               (slice){ (const uint8_t *)nodes, count * sizeof *nodes });
    row->count += count;
}

static struct row *row_of(struct tree *t, unsigned level)
{
    return level < TREE_SEGMENT_LEVEL ? &t->low[level] : &t->high[level - TREE_SEGMENT_LEVEL];
}

static void keep_nodes(void *tree, unsigned level, uint64_t, const hash *nodes, size_t count)
{
    assert(level < TREE_LEVELS);
    push(row_of(tree, level), nodes, count);
}

/* Forgets the nodes of a full segment; they stay readable until the next one begins. */
static void low_begin(struct tree *t)
{
    if (t->low[0].count < TREE_SEGMENT_LEAVES) return;
    for (unsigned level = 0; level < TREE_SEGMENT_LEVEL; level++)
        t->low[level].count = 0;
}

status tree_append(struct tree *t, hash *leaves, size_t count)
{
    const size_t used = t->edge.size % TREE_SEGMENT_LEAVES;
    assert(count <= TREE_SEGMENT_LEAVES - used);
    if (used + count == TREE_SEGMENT_LEAVES) TRY(high_reserve(t));
    low_begin(t);
    const struct merkle_sink sink = { .self = t, .nodes = keep_nodes };
    return merkle_append_many(&t->edge, leaves, count, &sink);
}

status tree_append_segment(struct tree *t, hash root)
{
    assert(t->edge.size % TREE_SEGMENT_LEAVES == 0);
    TRY(high_reserve(t));
    low_begin(t);
    hash node = root;
    unsigned level = TREE_SEGMENT_LEVEL;
    push(row_of(t, level), &node, 1);
    for (; (t->edge.size >> level & 1) != 0; level++) {
        node = merkle_node(t->edge.nodes[level], node);
        push(row_of(t, level + 1), &node, 1);
    }
    t->edge.nodes[level] = node;
    t->edge.size += TREE_SEGMENT_LEAVES;
    return OK;
}

void tree_filled_tile(const struct tree *t, hash ret_tile[256])
{
    const struct row *row = &t->low[8];
    assert(row->count == row->cap && row->cap == 256);
    bytes_copy(ret_tile, row->cap * sizeof *row->nodes,
               (slice){ (const uint8_t *)row->nodes, row->cap * sizeof *row->nodes });
}

status tree_node(void *tree, unsigned level, uint64_t index, hash *ret_node)
{
    const struct tree *t = tree;
    if (level >= TREE_LEVELS || index >= t->edge.size >> level) return FAIL(E_NOT_FOUND);
    if (level >= TREE_SEGMENT_LEVEL) {
        const struct row *row = &t->high[level - TREE_SEGMENT_LEVEL];
        assert(index < row->count);
        *ret_node = row->nodes[index];
        return OK;
    }
    const uint64_t kept_from = (t->edge.size - t->low[0].count) >> level;
    if (index < kept_from) {
        return t->load == NULL ? FAIL(E_NOT_FOUND) : t->load(t->with, level, index, ret_node);
    }
    assert(index - kept_from < t->low[level].count);
    *ret_node = t->low[level].nodes[index - kept_from];
    return OK;
}

hash tree_root(const struct tree *t)
{
    return merkle_frontier_root(&t->edge);
}
