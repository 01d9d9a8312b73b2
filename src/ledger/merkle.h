/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/sha256.h"
#include "base/status.h"

/*
 * merkle: the tree of RFC 6962 section 2.1 (the same as RFC 9162) over SHA-256. Pure.
 *
 *   MTH({}) = SHA-256("")    leaf = SHA-256(0x00 | entry)    node = SHA-256(0x01 | left | right)
 *   a tree of n > 1 leaves splits at the largest power of two below n
 *
 * A node (level, index) is the root of the complete subtree of the 2^level leaves from
 * index * 2^level on. A subtree [start, end) is valid if start is a multiple of the smallest power
 * of two that is at least end - start; everything that can be proved is about valid subtrees.
 * Cost: a proof reads O(log size) nodes; nothing here allocates or recurses.
 */
#define MERKLE_SIZE_MAX                                                                            \
    ((uint64_t)INT64_MAX) /* leaves: what a timestamp and a checkpoint can say */

enum {
    MERKLE_LEVELS = 64,
    MERKLE_PROOF_MAX = 64, /* hashes of the longest proof in a tree of MERKLE_SIZE_MAX leaves */
    MERKLE_LEAF_PREFIX = 0x00,
    MERKLE_NODE_PREFIX = 0x01,
};

/* SHA-256(0x00 | entry). */
hash merkle_leaf(slice entry);
/* SHA-256(0x01 | left | right). */
hash merkle_node(hash left, hash right);
/* The root of the tree without leaves. */
hash merkle_empty(void);
/* ret_leaves[i] = merkle_leaf(entries[i]); several at a time, so faster than one by one. */
void merkle_leaves(const slice *entries, size_t count, hash *ret_leaves);

/* The rows of a complete subtree, one behind the other: nodes holds its width leaves (or nodes of
 * one level) and has room for width - 1 more; the last one is the root then. width is a power of
 * two.
 */
void merkle_rows(hash *nodes, size_t width);

/*
 * The right edge of a growing tree. Where bit l of size is set, nodes[l] is the root of a complete
 * subtree of 2^l leaves; from the highest bit down they stand from left to right. Other nodes are
 * meaningless. A zeroed frontier is the empty tree.
 */
struct merkle_frontier {
    uint64_t size;
    hash nodes[MERKLE_LEVELS];
};

/* Receives each complete node that an append creates: nodes first .. first + count - 1 of a level,
 * level 0 being the leaves themselves. Levels come in ascending order, once each. */
struct merkle_sink {
    void *self;
    void (*nodes)(void *self, unsigned level, uint64_t first, const hash *nodes, size_t count);
};

/* Adds one leaf. E_LIMIT above MERKLE_SIZE_MAX (nothing changes then). */
status merkle_append(struct merkle_frontier *f, hash leaf);
/* Adds count leaves, hashing across each row; leaves is scratch afterwards. sink may be NULL.
 * E_LIMIT above MERKLE_SIZE_MAX (nothing changes then). */
status merkle_append_many(struct merkle_frontier *f, hash *leaves, size_t count,
                          const struct merkle_sink *sink);
hash merkle_frontier_root(const struct merkle_frontier *f);
/* The nodes from left to right; returns how many (the number of bits set in the size). */
size_t merkle_frontier_save(const struct merkle_frontier *f, hash ret_nodes[MERKLE_LEVELS]);
/* The reverse. E_VALUE if count is not the number of bits set in size, E_LIMIT for a size above
 * MERKLE_SIZE_MAX. */
status merkle_frontier_load(uint64_t size, const hash *nodes, size_t count,
                            struct merkle_frontier *ret_frontier);

/* Where proofs read complete subtrees. Only nodes that lie within the tree are asked for. */
struct merkle_source {
    void *self;
    status (*node)(void *self, unsigned level, uint64_t index, hash *ret_node);
};

struct merkle_range {
    uint64_t start; /* index of the first leaf */
    uint64_t end;   /* index behind the last */
};

/* A proof: hashes from the leaf's side to the root's. */
struct merkle_proof {
    size_t count;
    hash hashes[MERKLE_PROOF_MAX];
};

/* Whether [start, end) is a valid subtree of some tree; every empty range is. */
bool merkle_range_is_subtree(struct merkle_range r);
/* At most two subtrees, the first ending where the second starts, that cover [start, end); the
 * first may begin before start. Source: draft-ietf-plants-merkle-tree-certs, "Arbitrary Intervals".
 */
void merkle_cover(struct merkle_range r, struct merkle_range ret_subtrees[2]);

/* The root of the valid subtree r (of the tree of the first n leaves: r = [0, n)). E_VALUE if it is
 * no subtree; whatever the source fails with. */
status merkle_root(const struct merkle_source *source, struct merkle_range r, hash *ret_root);
/* That the leaf at index is in the tree of size leaves. E_VALUE if index >= size, E_LIMIT. */
status merkle_prove_inclusion(const struct merkle_source *source, uint64_t index, uint64_t size,
                              struct merkle_proof *ret_proof);
/* That the tree of new_size leaves extends the one of old_size. Empty for old_size 0 or equal
 * sizes. E_VALUE if old_size > new_size, E_LIMIT. */
status merkle_prove_consistency(const struct merkle_source *source, uint64_t old_size,
                                uint64_t new_size, struct merkle_proof *ret_proof);
/* That the valid subtree r is part of the tree of size leaves; an inclusion proof and a consistency
 * proof are the cases [i, i + 1) and [0, n). E_VALUE if r is no subtree of that tree, E_LIMIT. */
status merkle_prove_subtree(const struct merkle_source *source, struct merkle_range r,
                            uint64_t size, struct merkle_proof *ret_proof);

/*
 * Verification takes the hashes as they were decoded: count may be anything. E_INVALID if the proof
 * does not show what is claimed, whatever the reason. Source: RFC 9162 sections 2.1.3.2
 * and 2.1.4.2; for subtrees draft-ietf-plants-merkle-tree-certs, "Subtree Consistency Proof".
 */
status merkle_verify_inclusion(uint64_t index, uint64_t size, hash leaf, const hash *proof,
                               size_t count, hash root);
/* That the leaf at index of the tree is in the valid subtree r, whose root is given. */
status merkle_verify_in_subtree(uint64_t index, struct merkle_range r, hash leaf, const hash *proof,
                                size_t count, hash root);
/* E_INVALID for old_size 0 too: every tree extends the empty one, so such a proof shows nothing. */
status merkle_verify_consistency(uint64_t old_size, uint64_t new_size, const hash *proof,
                                 size_t count, const hash roots[2]);
/* roots[0] is the subtree's, roots[1] the tree's. */
status merkle_verify_subtree(struct merkle_range r, uint64_t size, const hash *proof, size_t count,
                             const hash roots[2]);
