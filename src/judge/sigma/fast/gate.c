/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/gate.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/intern.h"
#include "base/text.h"
#include "base/writer.h"
#include "judge/sigma/naive.h"
#include "base/banned.h"

enum { KEY_LEN_BYTES = 2 }; /* before each text of a key */

static_assert(ATOM_KINDS <= 8, "a byte holds a bit for each kind of atom");

/* The key by which equal log sources are known: texts with their lengths, in lower case. */
static void put_text(struct writer *w, slice text)
{
    writer_u32(w, (uint32_t)text.len);
    for (size_t i = 0; i < text.len && w->error == E_OK; i++)
        writer_u8(w, text_lower_ascii(text.at[i]));
}

status sources_new(const struct ruleset *rs, struct arena *arena, struct sources *ret_sources)
{
    struct intern keys = intern_of(arena);
    struct sources s = {
        .source_of_rule = arena_array(arena, rs->rule_count + 1, sizeof *s.source_of_rule),
        .example = arena_array(arena, rs->rule_count + 1, sizeof *s.example),
    };
    status result = s.source_of_rule == NULL || s.example == NULL ? FAIL(E_NOMEM) : OK;
    for (size_t i = 0; i < rs->rule_count && result.code == E_OK; i++) {
        const struct rule *rule = rs->rules[i];
        const struct rule_logsource *l = &rule->logsource;
        if (rule->kind != RULE_DETECTION) continue;
        const size_t room = l->product.len + l->service.len + l->category.len + 12;
        uint8_t *key = malloc(room);
        if (key == NULL) {
            result = FAIL(E_NOMEM);
            break;
        }
        struct writer w = writer_of(key, room);
        bool is_new = false;
        put_text(&w, l->product);
        put_text(&w, l->service);
        put_text(&w, l->category);
        result = intern_add(&keys, writer_slice(&w), &s.source_of_rule[rule->number], &is_new);
        free(key);
        if (is_new) s.example[s.count++] = rule;
    }
    intern_done(&keys);
    if (result.code == E_OK) *ret_sources = s;
    return result;
}

status gate_cache_init(struct gate_cache *c, const struct ruleset *rs, const struct index *index,
                       const struct sources *sources)
{
    enum { SLOTS = GATE_CACHE_SLOTS + 1 };
    const size_t names = (size_t)index->name_count + 1, bytes = sources->count + names;
    *c = (struct gate_cache){ .rs = rs, .index = index, .sources = sources };
    c->slots = calloc(SLOTS, sizeof *c->slots);
    c->bytes = calloc(SLOTS, bytes);
    c->lists = calloc(SLOTS, ((size_t)index->unwitnessed_count + 1) * sizeof *c->lists);
    if (c->slots == NULL || c->bytes == NULL || c->lists == NULL) {
        gate_cache_done(c);
        return FAIL(E_NOMEM);
    }
    for (size_t i = 0; i < SLOTS; i++) {
        c->slots[i].gates = c->bytes + i * bytes;
        c->slots[i].kinds = c->bytes + i * bytes + sources->count;
        c->slots[i].always = c->lists + i * ((size_t)index->unwitnessed_count + 1);
    }
    return OK;
}

void gate_cache_done(struct gate_cache *c)
{
    for (size_t i = 0; c->slots != NULL && i <= GATE_CACHE_SLOTS; i++)
        grams_free(c->slots[i].keywords);
    free(c->slots);
    free(c->bytes);
    free(c->lists);
    *c = (struct gate_cache){};
}

static bool is_admitted(const struct gate_cache *c, const struct admission *a, uint32_t rule)
{
    return a->gates[c->sources->source_of_rule[rule]] != GATE_CLOSED;
}

/* An atom that some admitted rule is looked for by. */
struct wanting {
    const struct gate_cache *c;
    const struct admission *a;
};

static bool is_wanted(const void *with, uint32_t atom)
{
    const struct wanting *w = with;
    const struct index *x = w->c->index;
    for (uint32_t p = x->posting_at[atom]; p < x->posting_at[atom + 1]; p++) {
        if (is_admitted(w->c, w->a, x->posting_rules[p])) return true;
    }
    return false;
}

static status fill(struct gate_cache *c, struct admission *a, const struct event *event)
{
    const struct index *x = c->index;
    const struct wanting wanting = { c, a };
    a->is_filled = false;
    for (uint32_t i = 0; i < c->sources->count; i++)
        a->gates[i] = (uint8_t)logsource_gate(c->sources->example[i], event);
    memset(a->kinds, 0, (size_t)x->name_count + 1);
    a->always_count = 0;
    for (uint32_t i = 0; i < x->unwitnessed_count; i++) {
        if (is_admitted(c, a, x->unwitnessed[i])) a->always[a->always_count++] = x->unwitnessed[i];
    }
    for (uint32_t i = 0; i < x->atom_count; i++) {
        const struct atom *atom = &x->atoms[i];
        const uint32_t name = atom->name == FIELD_KEYWORD ? x->name_count : atom->name;
        if (is_wanted(&wanting, i)) a->kinds[name] |= (uint8_t)(1u << atom->kind);
    }
    grams_free(a->keywords);
    a->keywords = NULL;
    if (a->kinds[x->name_count] != 0) {
        a->keywords = grams_subset(x->names[x->name_count].grams, is_wanted, &wanting);
        if (a->keywords == NULL) return FAIL(E_NOMEM);
    }
    a->is_filled = true;
    return OK;
}

/* Whether the text is what the key goes on with at *at, which then moves behind it. */
static inline bool key_goes_on(const struct admission *a, size_t *at, slice text)
{
    const size_t left = a->key_len - *at;
    if (left < KEY_LEN_BYTES || text.len > left - KEY_LEN_BYTES) return false;
    const uint8_t *key = a->key + *at;
    if (get_u16(key) != text.len || !bytes_equal_short(key + KEY_LEN_BYTES, text.at, text.len))
        return false;
    *at += KEY_LEN_BYTES + text.len;
    return true;
}

/* Whether it is the log source of this key. */
static bool is_key_of(const struct admission *a, const struct logsource *l)
{
    size_t at = 1;
    if (a->key[0] != l->exact || !key_goes_on(a, &at, l->product) ||
        !key_goes_on(a, &at, l->service))
        return false;
    for (size_t i = 0; i < l->category_count; i++) {
        if (!key_goes_on(a, &at, l->categories[i])) return false;
    }
    return at == a->key_len;
}

/* The slots in which a log source may be remembered. */
static struct admission *ways_of(struct gate_cache *c, const struct logsource *l)
{
    uint64_t key = atom_hash(l->exact, l->product.at, l->product.len);
    key = atom_hash(key, l->service.at, l->service.len);
    for (size_t i = 0; i < l->category_count; i++)
        key = atom_hash(key, l->categories[i].at, l->categories[i].len);
    return &c->slots[(key >> 32) % (GATE_CACHE_SLOTS / GATE_CACHE_WAYS) * GATE_CACHE_WAYS];
}

static size_t key_len(const struct logsource *l)
{
    size_t len = 1 + KEY_LEN_BYTES + l->product.len + KEY_LEN_BYTES + l->service.len;
    for (size_t i = 0; i < l->category_count; i++)
        len += KEY_LEN_BYTES + l->categories[i].len;
    return len;
}

/* A slot for a new log source: free, or whose log source is pushed out. */
static struct admission *slot_take(struct gate_cache *c, struct admission *ways,
                                   const struct logsource *l)
{
    if (key_len(l) > GATE_KEY_BYTES_MAX) return &c->slots[GATE_CACHE_SLOTS];
    struct admission *slot = &ways[c->turn++ % GATE_CACHE_WAYS];
    for (size_t i = 0; i < GATE_CACHE_WAYS; i++) {
        if (!ways[i].is_filled) slot = &ways[i];
    }
    struct writer w = writer_of(slot->key, sizeof slot->key);
    writer_u8(&w, l->exact);
    writer_vec16(&w, l->product);
    writer_vec16(&w, l->service);
    for (size_t i = 0; i < l->category_count; i++)
        writer_vec16(&w, l->categories[i]);
    assert(w.error == E_OK);
    slot->key_len = w.len;
    return slot;
}

const struct admission *gate_admit(struct gate_cache *c, const struct event *event)
{
    struct admission *ways = ways_of(c, &event->logsource);
    for (size_t i = 0; i < GATE_CACHE_WAYS; i++) {
        if (ways[i].is_filled && is_key_of(&ways[i], &event->logsource)) return &ways[i];
    }
    struct admission *slot = slot_take(c, ways, &event->logsource);
    return fill(c, slot, event).code == E_OK ? slot : NULL;
}
