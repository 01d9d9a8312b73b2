/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"
#include "ledger/count/counter_key.h"

/*
 * counter_table: the sorted counters of a moment as bytes, their root, and the proof of a run of
 * rows. Source: docs/formats/counts.md sections 3 and 4.
 *
 *   offset  bytes  what
 *   0       8      "candorCT"
 *   8       8      size: entries counted, the sum of all counters
 *   16      2      months before this one are closed
 *   18      8      index of the last summary counted, 2^64-1 for none
 *   26      4      rows
 *   30      27 ·   key[19], counter u64 (never 0), by key, strictly ascending
 *
 *   leaf = SHA-256(0x14 | key[19] | counter u64)      node = SHA-256(0x15 | left | right)
 *   root = RFC 6962 section 2.1 over the leaves; of no rows SHA-256("")
 */
enum {
    COUNTER_ROWS_MAX = 1 << 18, /* classes of one log; what comes behind is counted as overflow */
    COUNTER_ROW_BYTES = COUNTER_KEY_BYTES + 8,
    COUNTER_TABLE_HEADER_BYTES = 30,
    COUNTER_DEPTH_MAX = 19, /* of the tree over COUNTER_ROWS_MAX rows and one overflow row a kind */
    COUNTER_TABLE_ROWS_MAX = COUNTER_ROWS_MAX + 256,
    COUNTER_TABLE_BYTES_MAX =
        COUNTER_TABLE_HEADER_BYTES + COUNTER_TABLE_ROWS_MAX * COUNTER_ROW_BYTES,
    COUNTER_PATH_MAX = 2 * COUNTER_DEPTH_MAX,
};

/* A parsed table: a view into its bytes. */
struct counter_table {
    uint64_t size;
    uint64_t last_summary; /* UINT64_MAX for none */
    slice rows;            /* row_count * COUNTER_ROW_BYTES */
    size_t row_count;
    uint16_t closed;
};

/* Writes header and rows. rows must be sorted. E_LIMIT. */
status counter_table_format(const struct counter_table *t, struct writer *w);
/* Reads exactly these bytes. E_SHORT, E_TRAILING, E_LIMIT, E_SYNTAX (first bytes), E_VALUE (order,
 * a counter of 0, a sum that is not size); the fault names the row. */
status counter_table_parse(slice bytes, struct counter_table *ret_table, struct fault *fault);
/* The key and counter of a row. */
struct counter_key counter_table_key(const struct counter_table *t, size_t row);
uint64_t counter_table_count(const struct counter_table *t, size_t row);
/* The first row whose key is not below this one; row_count if there is none. */
size_t counter_table_find(const struct counter_table *t, const struct counter_key *key);
/* The first key, in order, whose counters are not the same in both tables. */
struct counter_difference {
    struct counter_key key;
    uint64_t said; /* 0: no such row */
    uint64_t is;
};

/* Whether the rows differ, and where first. Linear. */
bool counter_table_differ(const struct counter_table *said, const struct counter_table *is,
                          struct counter_difference *ret_first);
/* The rows [first, end) as a table of their own; its other members are 0. */
struct counter_table counter_table_part(const struct counter_table *t, size_t first, size_t end);
/* The root over the rows. Linear in their number, no memory beyond the stack. */
hash counter_table_root(const struct counter_table *t);

/* The hashes that together with rows [first, first + count) give the root: of all largest subtrees
 * that hold none of them, from left to right. count >= 1. Returns how many, at most
 * COUNTER_PATH_MAX. Linear in the number of rows. */
size_t counter_table_prove(const struct counter_table *t, size_t first, size_t count,
                           hash ret_path[COUNTER_PATH_MAX]);
/* The root that a table of row_count rows has if rows (count * COUNTER_ROW_BYTES) stand at first
 * and path is as above. E_INVALID if the path has too few or too many hashes for it, E_LIMIT for
 * numbers that cannot be. */
status counter_rows_root(slice rows, size_t first, size_t row_count, const hash *path,
                         size_t path_count, hash *ret_root);
