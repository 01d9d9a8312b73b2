/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/sha256.h"
#include "base/status.h"

/*
 * tree: the Merkle tree of the log (RFC 6962) in memory, as far as writing and proving need it.
 *
 * Node (level, index) is the hash of the complete subtree over leaves [index << level, (index + 1)
 * << level). Kept are all complete nodes of the newest segment, full or not (2^16 leaves, 4 MiB),
 * and of every level from TREE_SEGMENT_LEVEL up (64 bytes for each full segment). Nodes below that
 * level in closed segments come from the segment files, through the function given to tree_new.
 * Invariant: row l holds exactly the complete nodes of that level in its range.
 * Cost: an append hashes each node once, row by row, so that the hashes of a row are independent.
 * Threads: none of its own; readers and the appender exclude each other.
 */
enum { TREE_SEGMENT_LEVEL = 16, TREE_LEVELS = 48 };
enum { TREE_SEGMENT_LEAVES = 1 << TREE_SEGMENT_LEVEL };

struct tree;

/* Reads node (level, index) with level < TREE_SEGMENT_LEVEL out of a closed segment. */
typedef status (*tree_load)(void *with, unsigned level, uint64_t index, hash *ret_node);

/* An empty tree; load may be NULL while nothing below a closed segment is asked for. NULL if memory
 * is out. */
struct tree *tree_new(tree_load load, void *with);
void tree_free(struct tree *t);
/* Number of leaves. */
uint64_t tree_size(const struct tree *t);
/* The root of all leaves so far; SHA-256("") for none. */
hash tree_root(const struct tree *t);
/* Appends leaf hashes, which must not cross the end of a segment and are scratch afterwards.
 * E_NOMEM and E_LIMIT leave the tree as it was. */
status tree_append(struct tree *t, hash *leaves, size_t count);
/* Appends a whole closed segment by its root; only where the size is a multiple of a segment. */
status tree_append_segment(struct tree *t, hash root);
/* The hashes of the 256 level-0 tiles of the segment that the last append filled: its level-1 tile.
 * Only right after that append, and before the next. */
void tree_filled_tile(const struct tree *t, hash ret_tile[256]);
/* A complete node. E_NOT_FOUND beyond the size; else what load says. Fits merkle_source. */
status tree_node(void *tree, unsigned level, uint64_t index, hash *ret_node);
