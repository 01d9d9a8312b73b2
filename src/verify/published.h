/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "ledger/count/counter_table.h"
#include "ledger/merkle.h"
#include "ledger/tile.h"

/*
 * published: a log as its operator publishes it (c2sp.org/tlog-tiles, docs/formats/tiles.md): a
 * folder of files, read through a function so that it may lie anywhere. Nothing in it is believed:
 * what is read counts only once it leads to the root of a checkpoint that was verified.
 */
struct published {
    void *self;
    /* The whole file at a path such as "tile/entries/000": a view until the next call. E_NOT_FOUND,
     * E_IO, E_LIMIT, E_NOMEM; the fault names the file. */
    status (*read)(void *self, const char *path, slice *ret_bytes, struct fault *fault);
    uint64_t size;           /* entries published; set by published_open */
    struct fault node_fault; /* why published_node failed last */
};

enum { PUBLISHED_PATH_BYTES_MAX = TILE_PATH_BYTES_MAX + 16 };

/* Reads how far the log is published, which must be as far as size. E_NOT_FOUND if it is not; what
 * read, note_parse and checkpoint_parse say. */
status published_open(struct published *p, uint64_t size, struct fault *fault);

/* Consecutive entries of one bundle, the first of them number first; views until the call ends. */
struct published_entries {
    uint64_t first;
    size_t count;
    const slice *entries;
};

/* Gives each the entries of the range, bundle by bundle. What read and each say; E_SYNTAX for a
 * bundle that is none. */
status published_each(const struct published *p, struct merkle_range r,
                      status (*each)(void *with, const struct published_entries *e,
                                     struct fault *fault),
                      void *with, struct fault *fault);
/* A node of the tree from its hash tiles; fits merkle_source, with the log as self. */
status published_node(void *published, unsigned level, uint64_t index, hash *ret_node);
/* The table that the last entry of a segment commits to, as the operator serves it: a view until
 * the next call. What read and counter_table_parse say. */
status published_counters(const struct published *p, uint64_t segment,
                          struct counter_table *ret_table, struct fault *fault);
