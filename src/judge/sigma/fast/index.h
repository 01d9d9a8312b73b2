/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "judge/sigma/fast/grams.h"
#include "judge/sigma/fast/witness.h"
#include "judge/sigma/ruleset.h"

/*
 * index: the witnesses of all rules, arranged so that the values of an event lead to the rules.
 *
 *     field name --table--> name --by kind--> atoms --postings--> rules
 *
 * Exact values, name parts, edges and digests are looked up by their hash in one table; contained
 * texts are searched by one grams per name. Immutable once built.
 */
#define INDEX_NO_NAME UINT32_MAX
enum { INDEX_HINT_LOG = 17, INDEX_HINT_BITS = 1 << INDEX_HINT_LOG };

/* What there is to look for in the values of one name. */
struct index_name {
    slice name;
    uint32_t kinds;       /* 1 << enum atom_kind */
    uint8_t starts, ends; /* which of atom_edges there are */
    uint64_t exact_lens;  /* a bit for each length that an ATOM_EXACT has (index_len_bit) */
    uint64_t part_lens;   /* the same of ATOM_NAME */
    uint32_t present;     /* the atom of ATOM_PRESENT */
    struct grams *grams;  /* owned; NULL: no ATOM_CONTAINS */
};

struct index {
    struct arena arena;
    struct index_name *names; /* name_count, then one for keywords */
    uint32_t name_count;
    uint32_t *name_of_field; /* per ruleset field */
    struct index_name_slot {
        slice text;
        uint32_t hash; /* event_name_hash */
        uint32_t name; /* name + 1, or 0 */
    } * name_slots;
    uint32_t name_mask;
    struct index_slot {
        uint32_t tag;  /* of the hash */
        uint32_t atom; /* atom + 1, or 0 */
    } * slots;
    uint32_t slot_mask;
    uint64_t *hint; /* INDEX_HINT_BITS; a bit is set where the hash of some atom falls */

    struct atom *atoms;
    uint32_t atom_count;
    uint32_t *posting_at;    /* atom_count + 1 */
    uint32_t *posting_rules; /* rule numbers */
    uint32_t *unwitnessed;   /* rules without witness, ascending */
    uint32_t unwitnessed_count;
    struct expectation *expected; /* per predicate */
};

/* Builds the index of a finished set, whose texts it borrows. E_NOMEM, E_LIMIT. */
status index_new(const struct ruleset *rs, const struct prices *prices, struct index **ret_index);
void index_free(struct index *x);
/* Bytes of memory it takes. */
size_t index_bytes(const struct index *x);
/* The number of a field name, or INDEX_NO_NAME. name_hash: event_name_hash(name). */
static inline uint32_t index_name_find(const struct index *x, slice name, uint32_t name_hash)
{
    for (uint32_t at = name_hash & x->name_mask;; at = (at + 1) & x->name_mask) {
        const struct index_name_slot *slot = &x->name_slots[at];
        if (slot->name == 0) return INDEX_NO_NAME;
        if (slot->hash != name_hash) continue;
        if (slot->text.len == name.len && bytes_equal_short(slot->text.at, name.at, name.len))
            return slot->name - 1;
    }
}

/* The hash by which an atom of these kinds is looked up. */
static inline uint64_t index_hash(uint32_t name, uint8_t kind, const uint8_t *at, size_t len)
{
    return atom_hash((uint64_t)name << 8 | kind, at, len);
}

/* The bit of a length: lengths of 63 and more share one. */
static inline uint64_t index_len_bit(size_t len)
{
    return UINT64_C(1) << (len < 63 ? len : 63);
}

/* The bit of a hash in the hint. */
static inline uint32_t index_hint(uint64_t key)
{
    return (uint32_t)(key >> (64 - INDEX_HINT_LOG));
}

/* The atom of a hash; false if there is none. Most hashes are turned away by the hint, which stays
 * in the nearest cache. */
static inline bool index_find(const struct index *x, uint64_t key, uint32_t *ret_atom)
{
    const uint32_t bit = index_hint(key);
    if ((x->hint[bit / 64] >> bit % 64 & 1) == 0) return false;
    const uint32_t tag = (uint32_t)(key >> 32);
    for (uint32_t at = (uint32_t)key & x->slot_mask;; at = (at + 1) & x->slot_mask) {
        if (x->slots[at].atom == 0) return false;
        if (x->slots[at].tag != tag) continue;
        *ret_atom = x->slots[at].atom - 1;
        return true;
    }
}
