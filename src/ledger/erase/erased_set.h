/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"
#include "base/status.h"
#include "base/writer.h"

/*
 * erased_set: what one erasure entry covers: a sorted set of runs of indices, with the fields that
 * were erased of each. The entry shows only the set's hash. Each item has a salt of its own, so
 * that one can be shown to be in the set without anything of the others. Pure codec. Source:
 * docs/formats/erasure.md.
 *
 *   salt_i = SHA-256(0x31 | seed[32] | i u64)[0..16)
 *   leaf_i = SHA-256(0x30 | salt_i | first u64 | count u64 | fields u64)
 *   node   = SHA-256(0x32 | left | right), split as in RFC 6962
 *   set    = SHA-256(0x33 | n u64 | root of the leaves)
 */
#define ERASED_WHOLE UINT64_MAX /* every field, as a record that is gone */

enum {
    ERASED_SEED_BYTES = 32,
    ERASED_SALT_BYTES = 16,
    ERASED_ITEM_BYTES = 24,
    ERASED_ITEMS_MAX = 65536,
    ERASED_PATH_MAX = 16, /* hashes up from one of ERASED_ITEMS_MAX leaves */
    ERASED_FILE_FIXED_BYTES = 16 + 8 + ERASED_SEED_BYTES + SHA256_BYTES,
    ERASED_FILE_BYTES_MAX = ERASED_FILE_FIXED_BYTES + ERASED_ITEMS_MAX * ERASED_ITEM_BYTES,
};

struct erased_item {
    uint64_t first;
    uint64_t count;  /* records, at least 1; above 1 only where neighbours tell nothing */
    uint64_t fields; /* bit i: the field with the id i + 1; or ERASED_WHOLE */
};

struct erased_set {
    const struct erased_item *items; /* sorted, apart from each other */
    uint32_t count;                  /* 1..ERASED_ITEMS_MAX */
    uint8_t seed[ERASED_SEED_BYTES];
};

/* That one item is in a set. */
struct erased_proof {
    struct erased_item item;
    uint8_t salt[ERASED_SALT_BYTES];
    uint64_t position;
    uint64_t set_count;
    hash path[ERASED_PATH_MAX];
    uint32_t path_len;
};

/* Whether the items are sorted, apart, not empty, and end below 2^64. E_VALUE, E_LIMIT. */
status erased_items_check(const struct erased_item *items, uint64_t count);
/* Records in the set, each counted once. */
uint64_t erased_amount(const struct erased_set *s);
/* The set's hash. E_NOMEM. */
status erased_set_hash(const struct erased_set *s, hash *ret_hash);
/* The proof of the item at that position. E_NOMEM. */
status erased_set_prove(const struct erased_set *s, uint32_t position,
                        struct erased_proof *ret_proof);
/* The hash of the set that the proof belongs to. E_VALUE if it is of no possible form. */
status erased_proof_hash(const struct erased_proof *p, hash *ret_hash);

/* Appends the set as a file. */
void erased_file_write(const struct erased_set *s, struct writer *w);
/* Exactly a file; the items go to ret_items, room for ERASED_ITEMS_MAX, and *ret_set points there.
 * E_SHORT, E_SYNTAX, E_UNKNOWN, E_LIMIT, E_VALUE, E_INVALID (checksum), E_TRAILING. */
status erased_file_parse(slice bytes, struct erased_item *ret_items, struct erased_set *ret_set);
