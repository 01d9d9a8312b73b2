/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/index.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/intern.h"
#include "record/event.h"
#include "base/banned.h"

enum {
    INDEX_ARENA_BYTES_MAX = 512 * 1024 * 1024,
    KEY_PREFIX_BYTES = 5, /* of an interned atom: kind and name */
    POSTINGS_MAX = 1 << 26,
};

/* One rule of one atom, before they are sorted into postings. */
struct pair {
    uint32_t atom;
    uint32_t rule;
};

struct building {
    struct index *x;
    const struct ruleset *rs;
    struct intern keys;  /* of atoms */
    struct intern names; /* of fields */
    struct pair *pairs;  /* owned */
    size_t pair_count, pair_cap, atom_cap;
    uint8_t *key; /* owned; grows to the longest atom */
    size_t key_cap;
    uint32_t rule;
};

static status names_build(struct building *b)
{
    struct index *x = b->x;
    const size_t fields = b->rs->field_count;
    x->name_of_field = arena_array(&x->arena, fields + 1, sizeof *x->name_of_field);
    if (x->name_of_field == NULL) return FAIL(E_NOMEM);
    for (size_t i = 0; i < fields; i++)
        TRY(intern_add(&b->names, b->rs->fields[i].name, &x->name_of_field[i], NULL));
    x->name_count = b->names.count;
    uint32_t slots = 16;
    while (slots < 4 * x->name_count)
        slots *= 2;
    x->name_mask = slots - 1;
    x->names = arena_array(&x->arena, (size_t)x->name_count + 1, sizeof *x->names);
    x->name_slots = arena_array(&x->arena, slots, sizeof *x->name_slots);
    if (x->names == NULL || x->name_slots == NULL) return FAIL(E_NOMEM);
    x->names[x->name_count].name = slice_none();
    for (uint32_t i = 0; i < x->name_count; i++) {
        x->names[i].name = b->names.names[i];
        const uint32_t name_hash = event_name_hash(x->names[i].name);
        uint32_t at = name_hash & x->name_mask;
        while (x->name_slots[at].name != 0)
            at = (at + 1) & x->name_mask;
        x->name_slots[at] = (struct index_name_slot){ x->names[i].name, name_hash, i + 1 };
    }
    return OK;
}

/* Doubles an array until it has room for one more. */
static status room(void **at, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) return OK;
    if (*cap > POSTINGS_MAX / 2) return FAIL(E_LIMIT);
    const size_t wanted = *cap == 0 ? 4096 : 2 * *cap;
    void *larger = realloc(*at, wanted * size);
    if (larger == NULL) return FAIL(E_NOMEM);
    *at = larger;
    *cap = wanted;
    return OK;
}

static status atom_key(struct building *b, const struct atom *atom, slice *ret_key)
{
    const size_t len = KEY_PREFIX_BYTES + atom->text.len;
    if (len > b->key_cap) {
        uint8_t *larger = realloc(b->key, len);
        if (larger == NULL) return FAIL(E_NOMEM);
        b->key = larger;
        b->key_cap = len;
    }
    b->key[0] = atom->kind;
    put_u32(b->key + 1, atom->name);
    bytes_copy(b->key + KEY_PREFIX_BYTES, len - KEY_PREFIX_BYTES, atom->text);
    *ret_key = (slice){ b->key, len };
    return OK;
}

/* An edge is looked up by as many bytes as its length class has. */
static struct atom edge_cut(struct atom atom)
{
    if (atom.kind != ATOM_STARTS && atom.kind != ATOM_ENDS) return atom;
    const size_t len = atom_edges[atom_edge(atom.text.len)];
    if (atom.kind == ATOM_ENDS) atom.text = slice_from(atom.text, atom.text.len - len);
    atom.text.len = len;
    return atom;
}

static status atom_take(void *user, const struct atom *given)
{
    struct building *b = user;
    struct atom atom = edge_cut(*given);
    slice key = slice_none();
    uint32_t number = 0;
    bool is_new = false;
    TRY(atom_key(b, &atom, &key));
    TRY(intern_add(&b->keys, key, &number, &is_new));
    if (is_new) {
        void *atoms = b->x->atoms;
        const status s = room(&atoms, number, &b->atom_cap, sizeof *b->x->atoms);
        b->x->atoms = atoms;
        TRY(s);
        atom.text = slice_from(b->keys.names[number], KEY_PREFIX_BYTES);
        b->x->atoms[number] = atom;
        b->x->atom_count = number + 1;
    }
    void *pairs = b->pairs;
    const status s = room(&pairs, b->pair_count, &b->pair_cap, sizeof *b->pairs);
    b->pairs = pairs;
    TRY(s);
    b->pairs[b->pair_count++] = (struct pair){ number, b->rule };
    return OK;
}

static status witnesses_take(struct building *b, const struct prices *prices)
{
    struct index *x = b->x;
    struct witness_maker *m = witness_maker_new(b->rs, x->name_of_field, prices);
    status s = m == NULL ? FAIL(E_NOMEM) : OK;
    x->unwitnessed = arena_array(&x->arena, b->rs->rule_count + 1, sizeof *x->unwitnessed);
    x->expected = arena_array(&x->arena, b->rs->predicate_count + 1, sizeof *x->expected);
    if (x->unwitnessed == NULL || x->expected == NULL) s = FAIL(E_NOMEM);
    for (uint32_t i = 0; i < b->rs->predicate_count && s.code == E_OK; i++)
        x->expected[i] = witness_expectation(m, i);
    for (size_t i = 0; i < b->rs->rule_count && s.code == E_OK; i++) {
        const struct rule *rule = b->rs->rules[i];
        bool has_witness = false;
        if (rule->kind != RULE_DETECTION) continue;
        b->rule = rule->number;
        s = witness_find(m, rule, atom_take, b, &has_witness);
        if (s.code == E_OK && !has_witness) x->unwitnessed[x->unwitnessed_count++] = b->rule;
    }
    witness_maker_free(m);
    return s;
}

static status postings_build(struct building *b)
{
    struct index *x = b->x;
    x->posting_at = arena_array(&x->arena, (size_t)x->atom_count + 2, sizeof *x->posting_at);
    x->posting_rules = arena_array(&x->arena, b->pair_count + 1, sizeof *x->posting_rules);
    if (x->posting_at == NULL || x->posting_rules == NULL) return FAIL(E_NOMEM);
    for (size_t i = 0; i < b->pair_count; i++)
        x->posting_at[b->pairs[i].atom + 2]++;
    for (uint32_t i = 2; i <= x->atom_count; i++)
        x->posting_at[i] += x->posting_at[i - 1];
    for (size_t i = 0; i < b->pair_count; i++) /* posting_at[a + 1] walks to the end of atom a */
        x->posting_rules[x->posting_at[b->pairs[i].atom + 1]++] = b->pairs[i].rule;
    return OK;
}

static status table_build(struct index *x)
{
    uint32_t slots = 16;
    while (slots < 2 * x->atom_count)
        slots *= 2;
    x->slot_mask = slots - 1;
    x->slots = arena_array(&x->arena, slots, sizeof *x->slots);
    x->hint = arena_array(&x->arena, INDEX_HINT_BITS / 64, sizeof *x->hint);
    if (x->slots == NULL || x->hint == NULL) return FAIL(E_NOMEM);
    for (uint32_t i = 0; i < x->atom_count; i++) {
        const struct atom *a = &x->atoms[i];
        struct index_name *n = &x->names[a->name == FIELD_KEYWORD ? x->name_count : a->name];
        n->kinds |= 1u << a->kind;
        if (a->kind == ATOM_PRESENT) n->present = i;
        if (a->kind == ATOM_PRESENT || a->kind == ATOM_CONTAINS) continue;
        if (a->kind == ATOM_EXACT) n->exact_lens |= index_len_bit(a->text.len);
        if (a->kind == ATOM_NAME) n->part_lens |= index_len_bit(a->text.len);
        if (a->kind == ATOM_STARTS) n->starts |= (uint8_t)(1u << atom_edge(a->text.len));
        if (a->kind == ATOM_ENDS) n->ends |= (uint8_t)(1u << atom_edge(a->text.len));
        const uint64_t key = index_hash(a->name, a->kind, a->text.at, a->text.len);
        x->hint[index_hint(key) / 64] |= UINT64_C(1) << index_hint(key) % 64;
        uint32_t at = (uint32_t)key & x->slot_mask;
        while (x->slots[at].atom != 0)
            at = (at + 1) & x->slot_mask;
        x->slots[at] = (struct index_slot){ (uint32_t)(key >> 32), i + 1 };
    }
    return OK;
}

/* The contained texts of each name, into one grams each. */
static status grams_build(struct index *x, const struct prices *prices)
{
    const size_t groups = (size_t)x->name_count + 1;
    struct gram_text *texts = calloc((size_t)x->atom_count + 1, sizeof *texts);
    uint32_t *ends = calloc(groups + 1, sizeof *ends);
    status s = texts == NULL || ends == NULL ? FAIL(E_NOMEM) : OK;
    for (uint32_t pass = 0; pass < 2 && s.code == E_OK; pass++) { /* count, then place */
        for (uint32_t i = 0; i < x->atom_count; i++) {
            const struct atom *a = &x->atoms[i];
            if (a->kind != ATOM_CONTAINS) continue;
            const size_t group = a->name == FIELD_KEYWORD ? x->name_count : a->name;
            if (pass == 0) ends[group + 1]++;
            if (pass == 1) texts[ends[group]++] = (struct gram_text){ a->text, i };
        }
        for (size_t i = 0; i < groups && pass == 0; i++)
            ends[i + 1] += ends[i];
    }
    for (size_t i = 0, start = 0; i < groups && s.code == E_OK; start = ends[i++]) {
        if (ends[i] == start) continue;
        x->names[i].grams = grams_new(texts + start, ends[i] - start, prices, x->names[i].name);
        if (x->names[i].grams == NULL) s = FAIL(E_NOMEM);
    }
    free(texts);
    free(ends);
    return s;
}

static status build(struct building *b, const struct prices *prices)
{
    TRY(names_build(b));
    TRY(witnesses_take(b, prices));
    TRY(postings_build(b));
    TRY(table_build(b->x));
    return grams_build(b->x, prices);
}

status index_new(const struct ruleset *rs, const struct prices *prices, struct index **ret_index)
{
    struct index *x = calloc(1, sizeof *x);
    if (x == NULL) return FAIL(E_NOMEM);
    x->arena = arena_of(INDEX_ARENA_BYTES_MAX);
    struct building b = {
        .x = x, .rs = rs, .keys = intern_of(&x->arena), .names = intern_of(&x->arena)
    };
    const status s = build(&b, prices);
    intern_done(&b.keys);
    intern_done(&b.names);
    free(b.pairs);
    free(b.key);
    if (s.code != E_OK) {
        index_free(x);
        return s;
    }
    *ret_index = x;
    return OK;
}

void index_free(struct index *x)
{
    if (x == NULL) return;
    for (uint32_t i = 0; x->names != NULL && i <= x->name_count; i++)
        grams_free(x->names[i].grams);
    arena_done(&x->arena);
    free(x->atoms);
    free(x);
}

size_t index_bytes(const struct index *x)
{
    size_t bytes = sizeof *x + x->arena.used + x->atom_count * sizeof *x->atoms;
    for (uint32_t i = 0; i <= x->name_count; i++) {
        if (x->names[i].grams != NULL) bytes += grams_bytes(x->names[i].grams);
    }
    return bytes;
}
