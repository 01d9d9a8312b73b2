/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/witness.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "judge/sigma/fast/number.h"
#include "judge/sigma/fast/regex_literal.h"
#include "judge/sigma/fold.h"
#include "base/banned.h"

/*
 * Predicates are shared by rules, so each one's offer is worked out once. What an atom costs beside
 * its price is the work of looking for it: a little for each, more for a text that must be
 * searched.
 */
enum { WITNESS_ARENA_BYTES_MAX = 256 * 1024 * 1024, OFFER_ATOMS_MAX = REGEX_LITERALS_MAX };

static const float no_witness = WITNESS_NONE;
static const float search_cost = 4e-6F, table_cost = 1e-6F;

/* What a predicate offers; price no_witness and no atoms if nothing follows from it. */
struct offer {
    float price;
    uint32_t count;
    const struct atom *atoms;
};

struct witness_maker {
    const struct ruleset *rs; /* borrowed */
    const uint32_t *name_of_field;
    const struct prices *prices;
    struct arena arena;
    struct offer *offers; /* owned; per predicate */
    const struct rule *rule;
    witness_atom found;
    void *user;
};

/* The predicate at hand and the cheapest atom so far. */
struct offering {
    struct witness_maker *m;
    const struct predicate *p;
    slice field;
    struct atom best;
    float price;
};

static void offer_atom(struct offering *o, uint8_t kind, slice text)
{
    const bool searched = kind == ATOM_CONTAINS;
    float price = price_of(o->m->prices, o->field, kind, text);
    price += searched ? search_cost : table_cost;
    if (o->price <= price) return;
    const uint32_t name =
        o->p->field == FIELD_KEYWORD ? FIELD_KEYWORD : o->m->name_of_field[o->p->field];
    o->best = (struct atom){ .kind = kind, .name = name, .text = text };
    o->price = price;
}

static bool is_digest_len(size_t len)
{
    return len == 32 || len == 40 || len == 64;
}

/* "name=" and the digits of a digest, which nothing else is as rare as. */
static bool offer_digest(struct offering *o, slice text)
{
    size_t digits = 0;
    while (digits < text.len && atom_is_hex(text.at[text.len - 1 - digits]))
        digits++;
    if (!is_digest_len(digits) || digits == text.len) return false;
    if (text.at[text.len - 1 - digits] != '=') return false;
    offer_atom(o, ATOM_DIGEST, slice_from(text, text.len - digits));
    return true;
}

/* A text that stands somewhere in the value; dashed: '-' may be other characters there. */
static void offer_inner(struct offering *o, slice text, bool dashed)
{
    if (!dashed) {
        if (text.len != 0) offer_atom(o, ATOM_CONTAINS, text);
        return;
    }
    for (size_t at = 0, start = 0; at <= text.len; at++) {
        if (at < text.len && text.at[at] != '-') continue;
        if (at > start) offer_atom(o, ATOM_CONTAINS, (slice){ text.at + start, at - start });
        start = at + 1;
    }
}

static void offer_end(struct offering *o, slice text)
{
    const slice name = atom_name_part(text);
    if (name.len != 0 && name.len < text.len) {
        offer_atom(o, ATOM_NAME, name);
    } else if (text.len != 0) {
        offer_atom(o, ATOM_ENDS, text);
    }
}

/* A copy of the part's text in folded form; empty if memory is out, which offers nothing. */
static slice folded(struct witness_maker *m, slice text)
{
    uint8_t *room = arena_take(&m->arena, text_form_bound(text.len));
    if (room == NULL) return slice_none();
    return (slice){ room, text_form_write(text, FORM_FOLDED, room) };
}

static void offer_pattern(struct offering *o)
{
    const struct pattern *pattern = &o->p->text.pattern;
    const bool dashed = (pattern->form & FORM_DASHED) != 0;
    const bool keyword = o->p->field == FIELD_KEYWORD;
    if (!keyword) offer_atom(o, ATOM_PRESENT, slice_none());
    if (pattern->part_count == 0 && !keyword) offer_atom(o, ATOM_EXACT, slice_none());
    for (uint32_t i = 0; i < pattern->part_count; i++) {
        if (pattern->parts[i].kind != PART_TEXT) continue;
        const slice text = folded(o->m, pattern->parts[i].text);
        const bool first = i == 0, last = i + 1 == pattern->part_count;
        if (text.len == 0) continue;
        if (first && last && !keyword && !dashed) {
            offer_atom(o, ATOM_EXACT, text);
            continue;
        }
        const bool bare = keyword || dashed;
        if (!bare && offer_digest(o, text)) continue;
        offer_inner(o, text, dashed);
        if (bare) continue;
        if (first && !last) offer_atom(o, ATOM_STARTS, text);
        if (last && !first) offer_end(o, text);
    }
}

static float regex_price(const void *with, slice literal)
{
    const struct offering *o = with;
    return price_of(o->m->prices, o->field, ATOM_CONTAINS, literal) + search_cost;
}

/* Several atoms, one for each alternative of an expression. */
static struct offer regex_offer(struct offering *o)
{
    struct regex_literals set;
    if (o->p->field != FIELD_KEYWORD) offer_atom(o, ATOM_PRESENT, slice_none());
    regex_literals_find(o->p->regex.expression, &o->m->arena, regex_price, o, &set);
    struct atom *atoms = arena_array(&o->m->arena, set.count + 1, sizeof *atoms);
    if (atoms == NULL) return (struct offer){ .price = no_witness };
    if (set.count == 0 || o->price <= set.price) {
        if (o->price == no_witness) return (struct offer){ .price = no_witness };
        atoms[0] = o->best;
        return (struct offer){ o->price, 1, atoms };
    }
    const uint32_t name =
        o->p->field == FIELD_KEYWORD ? FIELD_KEYWORD : o->m->name_of_field[o->p->field];
    for (size_t i = 0; i < set.count; i++)
        atoms[i] = (struct atom){ .kind = ATOM_CONTAINS, .name = name, .text = set.texts[i] };
    return (struct offer){ set.price, (uint32_t)set.count, atoms };
}

/* A rule's number meets the text of a number, and any number of the same value. */
static struct offer text_offer(struct offering *o)
{
    const bool number = o->p->text.is_number;
    struct atom *atoms = arena_array(&o->m->arena, 2, sizeof *atoms);
    uint8_t *room = arena_take(&o->m->arena, NUMBER_TEXT_BYTES_MAX);
    if (atoms == NULL || room == NULL) return (struct offer){ .price = no_witness };
    offer_pattern(o);
    if (o->price == no_witness) return (struct offer){ .price = no_witness };
    atoms[0] = o->best;
    if (!number || o->best.kind == ATOM_PRESENT) return (struct offer){ o->price, 1, atoms };
    const slice canonical = number_text(&o->p->text.number, room);
    const float price = price_of(o->m->prices, o->field, ATOM_EXACT, canonical);
    if (canonical.len == 0) { /* too long to be told by its text */
        atoms[0] = (struct atom){ .kind = ATOM_PRESENT, .name = o->best.name, .text = canonical };
        return (struct offer){ price_of(o->m->prices, o->field, ATOM_PRESENT, slice_none()), 1,
                               atoms };
    }
    atoms[1] = (struct atom){ .kind = ATOM_EXACT, .name = o->best.name, .text = canonical };
    const bool same = o->best.kind == ATOM_EXACT && slice_equal(o->best.text, canonical);
    return (struct offer){ same ? o->price : o->price + price, same ? 1 : 2, atoms };
}

static struct offer presence_offer(struct offering *o)
{
    struct atom *atom = arena_array(&o->m->arena, 1, sizeof *atom);
    if (atom == NULL) return (struct offer){ .price = no_witness };
    offer_atom(o, ATOM_PRESENT, slice_none());
    *atom = o->best;
    return (struct offer){ o->price, 1, atom };
}

static struct offer offer_of(struct witness_maker *m, const struct predicate *p)
{
    struct offering o = { .m = m, .p = p, .field = slice_none(), .price = no_witness };
    if (p->field != FIELD_KEYWORD) o.field = m->rs->fields[p->field].name;
    switch ((enum predicate_kind)p->kind) {
    case PREDICATE_TEXT:
        return text_offer(&o);
    case PREDICATE_REGEX:
        return regex_offer(&o);
    case PREDICATE_NULL:
        break;
    case PREDICATE_EXISTS:
    case PREDICATE_NUMBER:
    case PREDICATE_TIME:
    case PREDICATE_CIDR:
    case PREDICATE_FIELDREF:
        if (p->field != FIELD_KEYWORD) return presence_offer(&o);
        break;
    }
    return (struct offer){ .price = no_witness };
}

struct witness_maker *witness_maker_new(const struct ruleset *rs, const uint32_t *name_of_field,
                                        const struct prices *prices)
{
    struct witness_maker *m = calloc(1, sizeof *m);
    if (m == NULL) return NULL;
    *m = (struct witness_maker){ .rs = rs,
                                 .name_of_field = name_of_field,
                                 .prices = prices,
                                 .arena = arena_of(WITNESS_ARENA_BYTES_MAX),
                                 .offers = calloc(rs->predicate_count + 1, sizeof *m->offers) };
    if (m->offers == NULL) {
        witness_maker_free(m);
        return NULL;
    }
    for (size_t i = 0; i < rs->predicate_count; i++)
        m->offers[i] = offer_of(m, rs->predicates[i]);
    return m;
}

void witness_maker_free(struct witness_maker *m)
{
    if (m == NULL) return;
    arena_done(&m->arena);
    free(m->offers);
    free(m);
}

static float add_prices(float a, float b)
{
    const float sum = a + b;
    return sum > no_witness ? no_witness : sum;
}

/* The price of a node; recursion is bounded by RULE_DEPTH_MAX, as the loader checks. */
static float node_price(const struct witness_maker *m, const struct rule_node *node, size_t depth)
{
    assert(depth < RULE_DEPTH_MAX);
    float price = node->kind == NODE_AND ? no_witness : 0;
    switch ((enum rule_node_kind)node->kind) {
    case NODE_AND:
    case NODE_OR:
        for (uint32_t i = 0; i < node->count; i++) {
            const float child = node_price(m, &node->children[i], depth + 1);
            if (node->kind == NODE_OR) price = add_prices(price, child);
            if (node->kind == NODE_AND && child < price) price = child;
        }
        return price;
    case NODE_NOT:
        return no_witness;
    case NODE_PREDICATE:
        return m->offers[node->index].price;
    case NODE_SELECTION:
        return node_price(m, m->rule->selections[node->index].node, depth + 1);
    }
    return no_witness;
}

/* Gives out the atoms of a node that has a price; recursion as above. */
static status node_atoms(const struct witness_maker *m, const struct rule_node *node, size_t depth)
{
    assert(depth < RULE_DEPTH_MAX);
    const struct rule_node *cheapest = NULL;
    float least = no_witness;
    switch ((enum rule_node_kind)node->kind) {
    case NODE_AND:
        for (uint32_t i = 0; i < node->count; i++) {
            const float price = node_price(m, &node->children[i], depth + 1);
            if (price >= least) continue;
            least = price;
            cheapest = &node->children[i];
        }
        assert(cheapest != NULL);
        return node_atoms(m, cheapest, depth + 1);
    case NODE_OR:
        for (uint32_t i = 0; i < node->count; i++)
            TRY(node_atoms(m, &node->children[i], depth + 1));
        return OK;
    case NODE_PREDICATE:
        for (uint32_t i = 0; i < m->offers[node->index].count; i++)
            TRY(m->found(m->user, &m->offers[node->index].atoms[i]));
        return OK;
    case NODE_SELECTION:
        return node_atoms(m, m->rule->selections[node->index].node, depth + 1);
    case NODE_NOT:
        break;
    }
    assert(false);
    return FAIL(E_LIMIT);
}

status witness_find(struct witness_maker *m, const struct rule *rule, witness_atom found,
                    void *user, bool *ret_has_witness)
{
    assert(rule->kind == RULE_DETECTION);
    m->rule = rule;
    m->found = found;
    m->user = user;
    *ret_has_witness = node_price(m, rule->condition, 0) < no_witness;
    return *ret_has_witness ? node_atoms(m, rule->condition, 0) : OK;
}

struct expectation witness_expectation(const struct witness_maker *m, uint32_t predicate)
{
    static const float by_kind[] = {
        [PREDICATE_TEXT] = 1,      [PREDICATE_REGEX] = 0.05F,   [PREDICATE_NULL] = 0.05F,
        [PREDICATE_EXISTS] = 0.5F, [PREDICATE_NUMBER] = 0.3F,   [PREDICATE_TIME] = 0.3F,
        [PREDICATE_CIDR] = 0.1F,   [PREDICATE_FIELDREF] = 0.02F
    };
    const struct predicate *p = m->rs->predicates[predicate];
    const bool keyword = p->field == FIELD_KEYWORD;
    const slice field = keyword ? slice_none() : m->rs->fields[p->field].name;
    const float present = keyword ? 1 : price_of(m->prices, field, ATOM_PRESENT, slice_none());
    const float price = m->offers[predicate].price;
    const float share = price / present, most = by_kind[p->kind];
    return (struct expectation){ .price = price, .share = share < most ? share : most };
}
