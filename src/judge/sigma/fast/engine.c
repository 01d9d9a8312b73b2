/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/engine.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/lanes.h"
#include "judge/sigma/fast/answers.h"
#include "judge/sigma/fast/gate.h"
#include "judge/sigma/fast/number.h"
#include "judge/sigma/member.h"
#include "base/banned.h"

enum { ENGINE_ARENA_BYTES_MAX = 256 * 1024 * 1024, WORD_BITS = 64 };

struct engine {
    const struct ruleset *rs; /* borrowed */
    struct arena arena;
    struct index *index; /* owned */
    struct sources sources;
    struct quick *quick;
    struct program program;
};

struct engine_state {
    const struct engine *engine; /* borrowed */
    struct answers answers;
    struct gate_cache gates;
    uint32_t *seen;            /* owned; per atom, for grams */
    uint64_t *candidates;      /* owned; a bit per rule; none is set between events */
    uint64_t *marks;           /* owned; a bit for each word of candidates that is not 0 */
    size_t candidate_count;    /* of the last event */
    const struct admission *a; /* of the event at hand */
};

static status engine_build(struct engine *e, const struct prices *prices)
{
    struct prices *built_in = NULL;
    if (prices == NULL) {
        built_in = prices_new(NULL, 0);
        if (built_in == NULL) return FAIL(E_NOMEM);
    }
    status s = index_new(e->rs, prices == NULL ? built_in : prices, &e->index);
    if (s.code == E_OK) s = sources_new(e->rs, &e->arena, &e->sources);
    prices_free(built_in);
    TRY(s);
    e->quick = quick_new(e->rs, e->index, &e->arena);
    if (e->quick == NULL) return FAIL(E_NOMEM);
    return program_new(e->rs, e->index->expected, &e->arena, &e->program);
}

status engine_new(const struct ruleset *rs, const struct prices *prices, struct engine **ret_engine)
{
    struct engine *e = calloc(1, sizeof *e);
    if (e == NULL) return FAIL(E_NOMEM);
    e->rs = rs;
    e->arena = arena_of(ENGINE_ARENA_BYTES_MAX);
    const status s = engine_build(e, prices);
    if (s.code != E_OK) {
        engine_free(e);
        return s;
    }
    *ret_engine = e;
    return OK;
}

void engine_free(struct engine *e)
{
    if (e == NULL) return;
    index_free(e->index);
    arena_done(&e->arena);
    free(e);
}

struct engine_numbers engine_numbers(const struct engine *e)
{
    struct engine_numbers n = { .atoms = e->index->atom_count,
                                .names = e->index->name_count,
                                .unwitnessed = e->index->unwitnessed_count,
                                .bytes = sizeof *e + e->arena.used + index_bytes(e->index) };
    for (size_t i = 0; i < e->rs->rule_count; i++)
        n.rules += e->rs->rules[i]->kind == RULE_DETECTION;
    for (uint32_t i = 0; i < e->index->atom_count; i++)
        n.texts += e->index->atoms[i].kind == ATOM_CONTAINS;
    return n;
}

static size_t word_count(const struct engine *e)
{
    return e->rs->rule_count / WORD_BITS + 1;
}

struct engine_state *engine_state_new(const struct engine *e)
{
    struct engine_state *s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->engine = e;
    s->seen = calloc((size_t)e->index->atom_count + 1, sizeof *s->seen);
    s->candidates = calloc(word_count(e), sizeof *s->candidates);
    s->marks = calloc(word_count(e) / WORD_BITS + 1, sizeof *s->marks);
    if (s->seen != NULL && s->candidates != NULL && s->marks != NULL &&
        answers_init(&s->answers, e->rs, e->index, e->quick).code == E_OK &&
        gate_cache_init(&s->gates, e->rs, e->index, &e->sources).code == E_OK)
        return s;
    engine_state_free(s);
    return NULL;
}

void engine_state_free(struct engine_state *s)
{
    if (s == NULL) return;
    answers_done(&s->answers);
    gate_cache_done(&s->gates);
    free(s->seen);
    free(s->candidates);
    free(s->marks);
    free(s);
}

static void candidate_add(struct engine_state *s, uint32_t rule)
{
    const uint32_t word = rule / WORD_BITS;
    s->candidates[word] |= 1ull << rule % WORD_BITS;
    s->marks[word / WORD_BITS] |= 1ull << word % WORD_BITS;
}

/* An atom is true: its rules are candidates if the log source admits them. */
static void atom_found(void *user, uint32_t atom)
{
    struct engine_state *s = user;
    const struct index *x = s->engine->index;
    const uint32_t *source_of_rule = s->engine->sources.source_of_rule;
    for (uint32_t i = x->posting_at[atom]; i < x->posting_at[atom + 1]; i++) {
        const uint32_t rule = x->posting_rules[i];
        if (s->a->gates[source_of_rule[rule]] != GATE_CLOSED) candidate_add(s, rule);
    }
}

static void look_up(struct engine_state *s, uint32_t name, uint8_t kind, slice text)
{
    uint32_t atom = 0;
    const uint64_t key = index_hash(name, kind, text.at, text.len);
    if (index_find(s->engine->index, key, &atom)) atom_found(s, atom);
}

static void look_up_edges(struct engine_state *s, uint32_t name, uint32_t kinds, slice value)
{
    const struct index_name *n = &s->engine->index->names[name];
    const unsigned fitting = atom_edges_of(value.len);
    const unsigned starts = (kinds & 1u << ATOM_STARTS) != 0 ? n->starts & fitting : 0;
    const unsigned ends = (kinds & 1u << ATOM_ENDS) != 0 ? n->ends & fitting : 0;
    for (unsigned left = starts; left != 0; left &= left - 1)
        look_up(s, name, ATOM_STARTS, (slice){ value.at, atom_edges[__builtin_ctz(left)] });
    for (unsigned left = ends; left != 0; left &= left - 1) {
        const size_t len = atom_edges[__builtin_ctz(left)];
        look_up(s, name, ATOM_ENDS, slice_from(value, value.len - len));
    }
}

/* How many hexadecimal digits the text starts with, up to most, which is a multiple of LANES. */
static size_t digits_count(slice text, size_t most)
{
    size_t count = 0;
    for (; count < most && text.len - count >= LANES; count += LANES) {
        const lanes v = lanes_load(text.at + count);
        const lanes hex = (lanes)((v - '0' <= '9' - '0') | (v - 'a' <= 'f' - 'a'));
        if (lanes_bits(hex) != UINT16_MAX) break;
    }
    while (count < most && count < text.len && atom_is_hex(text.at[count]))
        count++;
    return count;
}

static void look_up_digests(struct engine_state *s, uint32_t name, slice value)
{
    static const uint8_t lens[] = { 32, 40, 64 };
    for (size_t at = 0; at < value.len;) {
        const uint8_t *equals = memchr(value.at + at, '=', value.len - at);
        if (equals == NULL) return;
        at = (size_t)(equals - value.at) + 1;
        const size_t digits = digits_count(slice_from(value, at), lens[2]);
        for (size_t i = 0; i < COUNT_OF(lens) && lens[i] <= digits; i++)
            look_up(s, name, ATOM_DIGEST, (slice){ value.at + at, lens[i] });
    }
}

static void look_up_number(struct engine_state *s, uint32_t name, const struct event_field *f)
{
    uint8_t room[NUMBER_TEXT_BYTES_MAX];
    struct decimal number = {};
    if (f->type != EVENT_NUMBER || number_is_plain(f->text)) return;
    if (decimal_parse(f->text, &number).code != E_OK) return;
    look_up(s, name, ATOM_EXACT, number_text(&number, room));
}

/* What a scalar field of a name that rules know leads to. */
static void field_witness(struct engine_state *s, uint32_t field, uint32_t name, uint32_t kinds)
{
    const struct index_name *n = &s->engine->index->names[name];
    const struct event_field *f = &s->answers.event->fields[field];
    const slice value = answers_formed(&s->answers, field, ANSWERS_FOLDED);
    if ((kinds & 1u << ATOM_EXACT) != 0) {
        if ((n->exact_lens & index_len_bit(value.len)) != 0) look_up(s, name, ATOM_EXACT, value);
        look_up_number(s, name, f);
    }
    if ((kinds & 1u << ATOM_NAME) != 0) {
        const slice part = atom_name_part(value);
        if ((n->part_lens & index_len_bit(part.len)) != 0) look_up(s, name, ATOM_NAME, part);
    }
    if ((kinds & (1u << ATOM_STARTS | 1u << ATOM_ENDS)) != 0) look_up_edges(s, name, kinds, value);
    if ((kinds & 1u << ATOM_DIGEST) != 0) look_up_digests(s, name, value);
    if ((kinds & 1u << ATOM_CONTAINS) != 0) {
        const struct gram_search search = { s->seen, s->answers.round, atom_found, s };
        grams_search(n->grams, value, s->answers.fields[field].is_ascii, &search);
    }
}

static void keyword_witness(struct engine_state *s)
{
    const struct grams *grams = s->a->keywords;
    const struct event *event = s->answers.event;
    const struct gram_search search = { s->seen, s->answers.round, atom_found, s };
    bool is_ascii = false;
    const slice text =
        event->parsed ? answers_all(&s->answers, &is_ascii) : answers_raw(&s->answers, &is_ascii);
    grams_search(grams, text, is_ascii, &search);
}

static void find_candidates(struct engine_state *s, const struct event *event)
{
    const struct index *x = s->engine->index;
    for (uint32_t i = 0; i < event->field_count; i++) {
        const uint32_t name = s->answers.fields[i].name;
        if (name == INDEX_NO_NAME) continue;
        const uint32_t kinds = s->a->kinds[name];
        if (kinds == 0) continue;
        if ((kinds & 1u << ATOM_PRESENT) != 0) atom_found(s, x->names[name].present);
        if (kinds != 1u << ATOM_PRESENT && member_is_scalar(&event->fields[i]))
            field_witness(s, i, name, kinds);
    }
    if (s->a->keywords != NULL) keyword_witness(s);
}

/* Recursion is bounded: the loader nests no rule deeper than RULE_DEPTH_MAX. */
static bool node_holds(struct engine_state *s, const struct rule *rule,
                       const struct rule_node *node, size_t depth)
{
    assert(depth < RULE_DEPTH_MAX);
    switch ((enum rule_node_kind)node->kind) {
    case NODE_AND:
    case NODE_OR: {
        const bool all = node->kind == NODE_AND;
        for (uint32_t i = 0; i < node->count; i++) {
            if (node_holds(s, rule, &node->children[i], depth + 1) != all) return !all;
        }
        return all;
    }
    case NODE_NOT:
        return !node_holds(s, rule, node->children, depth + 1);
    case NODE_PREDICATE:
        return answers_ask(&s->answers, node->index);
    case NODE_SELECTION:
        return node_holds(s, rule, rule->selections[node->index].node, depth + 1);
    }
    return false;
}

static bool rule_holds(struct engine_state *s, uint32_t number)
{
    const struct program *program = &s->engine->program;
    if (program->starts[number] != PROGRAM_WALK) return answers_run(&s->answers, program, number);
    const struct rule *rule = s->engine->rs->rules[number];
    return node_holds(s, rule, rule->condition, 0);
}

/* The rules of one word of candidates, which is then empty. */
static void try_word(struct engine_state *s, size_t word, engine_found found, void *user)
{
    const struct engine *e = s->engine;
    uint64_t bits = s->candidates[word];
    s->candidates[word] = 0;
    for (; bits != 0; bits &= bits - 1) {
        const uint32_t number = (uint32_t)(word * WORD_BITS) + (uint32_t)__builtin_ctzll(bits);
        s->candidate_count++;
        if (!rule_holds(s, number)) continue;
        found(user, e->rs->rules[number],
              (enum gate)s->a->gates[e->sources.source_of_rule[number]]);
    }
}

static void try_candidates(struct engine_state *s, engine_found found, void *user)
{
    s->candidate_count = 0;
    for (size_t m = 0; m <= word_count(s->engine) / WORD_BITS; m++) {
        uint64_t marks = s->marks[m];
        s->marks[m] = 0;
        for (; marks != 0; marks &= marks - 1)
            try_word(s, m * WORD_BITS + (size_t)__builtin_ctzll(marks), found, user);
    }
}

status engine_match(struct engine_state *s, const struct event *event, engine_found found,
                    void *user)
{
    const uint32_t round = s->answers.round;
    TRY(answers_begin(&s->answers, event));
    if (s->answers.round < round)
        memset(s->seen, 0, (size_t)s->engine->index->atom_count * sizeof *s->seen);
    s->a = gate_admit(&s->gates, event);
    if (s->a == NULL) return FAIL(E_NOMEM);
    for (uint32_t i = 0; i < s->a->always_count; i++)
        candidate_add(s, s->a->always[i]);
    find_candidates(s, event);
    try_candidates(s, found, user);
    return OK;
}

size_t engine_candidates(const struct engine_state *s)
{
    return s->candidate_count;
}
