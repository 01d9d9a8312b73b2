/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/judge/sigma/fast/synthesis.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "judge/sigma/match.h"
#include "judge/sigma/pattern.h"
#include "tests/judge/sigma/fast/synthesis_state.h"

struct synthesis *synthesis_new(const struct ruleset *rs, struct naive *naive)
{
    struct synthesis *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->rs = rs;
    s->naive = naive;
    s->arena = arena_of(ARENA_BYTES_MAX);
    assert_ok(regex_scratch_init(&s->regex));
    for (size_t i = 0; i < rs->predicate_count; i++) {
        const struct predicate *p = rs->predicates[i];
        if (p->kind == PREDICATE_REGEX) assert_ok(scan_scratch_fit(s->regex.scan, p->regex.set));
    }
    return s;
}

void synthesis_free(struct synthesis *s)
{
    regex_scratch_done(&s->regex);
    arena_done(&s->arena);
    free(s);
}

/* A branch that makes the node wanted; recursion is bounded by RULE_DEPTH_MAX as in the loader. */
static void choose(struct synthesis *s, const struct rule_node *node, bool wanted, size_t depth)
{
    assert_true(depth < RULE_DEPTH_MAX);
    switch ((enum rule_node_kind)node->kind) {
    case NODE_AND:
    case NODE_OR:
        if ((node->kind == NODE_AND) != wanted) { /* one child is enough */
            const uint32_t at = s->attempt == 0 ? 0 : dice_roll(&s->dice, node->count);
            choose(s, &node->children[at], wanted, depth + 1);
            return;
        }
        for (uint32_t i = 0; i < node->count; i++)
            choose(s, &node->children[i], wanted, depth + 1);
        return;
    case NODE_NOT:
        choose(s, node->children, !wanted, depth + 1);
        return;
    case NODE_SELECTION:
        choose(s, s->rule->selections[node->index].node, wanted, depth + 1);
        return;
    case NODE_PREDICATE:
        assert_true(s->literal_count < LITERALS_MAX);
        s->literals[s->literal_count++] =
            (struct literal){ s->rs->predicates[node->index], wanted };
    }
}

static void field_add(struct synthesis *s, slice name, slice text, uint8_t type)
{
    assert_true(s->field_count < SYNTHESIS_FIELDS_MAX);
    s->fields[s->field_count++] = (struct event_field){
        .name = name, .text = text, .name_hash = event_name_hash(name), .type = type
    };
}

static uint8_t type_of(struct synthesis *s, slice text, bool is_number)
{
    if (slice_is(text, "true") || slice_is(text, "false"))
        return dice_roll(&s->dice, 2) == 0 ? EVENT_BOOL : EVENT_TEXT;
    return is_number && dice_roll(&s->dice, 2) == 0 ? EVENT_NUMBER : EVENT_TEXT;
}

static bool is_valued(const struct predicate *p)
{
    return p->kind != PREDICATE_NULL && p->kind != PREDICATE_EXISTS &&
           p->kind != PREDICATE_FIELDREF;
}

static slice name_of(const struct synthesis *s, uint32_t field)
{
    return field == FIELD_KEYWORD ? slice_text("x.synthetic") : s->rs->fields[field].name;
}

static bool same_field(const struct synthesis *s, const struct predicate *a,
                       const struct predicate *b)
{
    return slice_equal(name_of(s, a->field), name_of(s, b->field));
}

/* Whether one value answers all that the branch asks of the field. */
static bool answers_all(struct synthesis *s, const struct predicate *of,
                        const struct event_field *value)
{
    for (size_t i = 0; i < s->literal_count; i++) {
        const struct literal *l = &s->literals[i];
        if (!l->wanted || !is_valued(l->p) || !same_field(s, l->p, of)) continue;
        const bool holds =
            l->p->kind == PREDICATE_TEXT
                ? pattern_match_naive(&l->p->text.pattern, value->text) || match_number(l->p, value)
                : match_scalar(l->p, value, slice_none(), &s->regex);
        if (!holds) return false;
    }
    return true;
}

static bool is_numeric(const struct predicate *p)
{
    return p->kind == PREDICATE_NUMBER || (p->kind == PREDICATE_TEXT && p->text.is_number);
}

static void pieces_clear(struct pieces *p)
{
    *p = (struct pieces){ .start = slice_none(), .end = slice_none(), .whole = slice_none() };
}

static void value_of_one(struct synthesis *s, const struct predicate *p)
{
    pieces_clear(&s->pieces);
    synthesis_pieces(s, p, &s->pieces);
    const slice text = synthesis_joined(s, &s->pieces);
    field_add(s, name_of(s, p->field), text, type_of(s, text, is_numeric(p)));
}

/* The members of a field: one if a value answers all that is asked of it, else one for each
 * question, as an array has them. of is the first literal of the field. */
static void field_values(struct synthesis *s, size_t first)
{
    const struct predicate *of = s->literals[first].p;
    struct event_field value = { .name = slice_none(), .type = EVENT_TEXT };
    const size_t before = s->field_count;
    for (size_t i = first; i < s->literal_count; i++) {
        const struct literal *l = &s->literals[i];
        if (!l->wanted || !is_valued(l->p) || !same_field(s, l->p, of)) continue;
        value_of_one(s, l->p);
        if (!answers_all(s, of, &s->fields[s->field_count - 1])) continue;
        s->fields[before] = s->fields[s->field_count - 1];
        s->field_count = before + 1;
        return;
    }
    pieces_clear(&s->pieces);
    for (size_t i = first; i < s->literal_count; i++) {
        const struct literal *l = &s->literals[i];
        if (l->wanted && is_valued(l->p) && same_field(s, l->p, of))
            synthesis_pieces(s, l->p, &s->pieces);
    }
    value.text = synthesis_joined(s, &s->pieces);
    if (!answers_all(s, of, &value)) return;
    s->field_count = before;
    field_add(s, name_of(s, of->field), value.text, EVENT_TEXT);
}

static const struct event_field *field_find(const struct synthesis *s, slice name)
{
    for (size_t i = 0; i < s->field_count; i++) {
        if (slice_equal(s->fields[i].name, name)) return &s->fields[i];
    }
    return NULL;
}

static slice filler(struct synthesis *s)
{
    char text[16];
    snprintf(text, sizeof text, "z%uq", dice_roll(&s->dice, 1000));
    return synthesis_kept(s, slice_text(text));
}

/* Two fields with one value: what one of them has, or something. */
static void field_pair(struct synthesis *s, const struct predicate *p)
{
    const slice left = name_of(s, p->field), right = name_of(s, p->other.field);
    const struct event_field *l = field_find(s, left), *r = field_find(s, right);
    if (l == NULL) {
        field_add(s, left, r == NULL ? filler(s) : r->text, EVENT_TEXT);
        l = field_find(s, left);
    }
    if (r == NULL || !slice_equal(l->text, r->text)) field_add(s, right, l->text, l->type);
}

/* What is asked of a field apart from its value. */
static void field_state(struct synthesis *s, const struct literal *l)
{
    const slice name = name_of(s, l->p->field);
    const bool have = field_find(s, name) != NULL;
    if (l->p->kind == PREDICATE_NULL && l->wanted && (have || dice_roll(&s->dice, 2) == 0))
        field_add(s, name, slice_none(), EVENT_NULL);
    const bool present = l->wanted ? l->p->kind == PREDICATE_EXISTS : l->p->kind == PREDICATE_NULL;
    if (present && !have) field_add(s, name, filler(s), EVENT_TEXT);
    if (l->wanted && l->p->kind == PREDICATE_FIELDREF) field_pair(s, l->p);
}

static void fields_build(struct synthesis *s)
{
    s->field_count = 0;
    for (size_t i = 0; i < s->literal_count; i++) {
        const struct literal *l = &s->literals[i];
        if (!l->wanted || !is_valued(l->p)) continue;
        if (field_find(s, name_of(s, l->p->field)) == NULL) field_values(s, i);
    }
    for (size_t i = 0; i < s->literal_count; i++)
        field_state(s, &s->literals[i]);
}

static struct event event_of(const struct synthesis *s, const struct event_field *fields,
                             size_t count)
{
    const struct rule_logsource *l = &s->rule->logsource;
    return (struct event){ .fields = fields,
                           .field_count = count,
                           .raw = slice_none(),
                           .parsed = true,
                           .logsource = { .product = l->product,
                                          .service = l->service,
                                          .categories = { l->category },
                                          .category_count = l->category.len != 0 } };
}

/* A branch that asks for words only can be met by a line that is no event. */
static bool make_raw(struct synthesis *s, uint32_t variant)
{
    if (variant % 2 == 0 || s->field_count != 1) return false;
    for (size_t i = 0; i < s->literal_count; i++) {
        if (s->literals[i].wanted && s->literals[i].p->field != FIELD_KEYWORD) return false;
    }
    s->event = event_of(s, s->fields, 0);
    s->event.raw = s->fields[0].text;
    s->event.parsed = false;
    return true;
}

bool synthesis_match(struct synthesis *s, const struct rule *rule, uint32_t variant,
                     const struct event **ret_event)
{
    s->rule = rule;
    for (uint32_t attempt = 0; attempt < SYNTHESIS_ATTEMPTS_MAX; attempt++) {
        arena_reset(&s->arena);
        s->attempt = variant == 0 ? attempt : attempt + 1;
        s->dice.state =
            UINT64_C(0x9e3779b97f4a7c15) * (rule->number + 1) + variant * 7919 + attempt * 104729;
        s->dice.state |= 1;
        for (uint32_t i = 0; i < 4; i++)
            (void)dice_roll(&s->dice, 2);
        s->style = attempt < PLAIN_ATTEMPTS ? (rule->number + variant) % 4 : 0;
        s->literal_count = 0;
        choose(s, rule->condition, true, 0);
        fields_build(s);
        s->event = event_of(s, s->fields, s->field_count);
        if (make_raw(s, variant) && sigma_naive_match(s->naive, rule, &s->event, NULL)) break;
        s->event = event_of(s, s->fields, s->field_count);
        if (sigma_naive_match(s->naive, rule, &s->event, NULL)) break;
        if (attempt + 1 == SYNTHESIS_ATTEMPTS_MAX) return false;
    }
    *ret_event = &s->event;
    return true;
}

static bool is_missed(struct synthesis *s, size_t count)
{
    s->miss = event_of(s, s->missing, count);
    return !sigma_naive_match(s->naive, s->rule, &s->miss, NULL);
}

static void missing_reset(struct synthesis *s)
{
    for (size_t i = 0; i < s->field_count; i++)
        s->missing[i] = s->fields[i];
}

/* The value with one of its characters another one. */
static bool miss_by_character(struct synthesis *s)
{
    enum { PLACES = 48 };
    for (size_t f = 0; f < s->event.field_count; f++) {
        const slice text = s->fields[f].text;
        for (size_t i = 0; i < PLACES && text.len != 0; i++) {
            const size_t at = text.len <= PLACES ? i : i * (text.len - 1) / (PLACES - 1);
            if (at >= text.len || text.at[at] >= 0x80) continue;
            const slice copy = synthesis_kept(s, text);
            ((uint8_t *)(uintptr_t)copy.at)[at] = text.at[at] == '~' ? '^' : '~';
            missing_reset(s);
            s->missing[f].text = copy;
            if (s->missing[f].type == EVENT_NUMBER || s->missing[f].type == EVENT_BOOL)
                s->missing[f].type = EVENT_TEXT;
            if (is_missed(s, s->field_count)) return true;
        }
    }
    return false;
}

static bool miss_by_raw_character(struct synthesis *s)
{
    const slice text = s->event.raw;
    for (size_t at = 0; at < text.len; at++) {
        const slice copy = synthesis_kept(s, text);
        ((uint8_t *)(uintptr_t)copy.at)[at] = text.at[at] == '~' ? '^' : '~';
        s->miss = s->event;
        s->miss.raw = copy;
        if (!sigma_naive_match(s->naive, s->rule, &s->miss, NULL)) return true;
    }
    return false;
}

static bool miss_by_absence(struct synthesis *s)
{
    for (size_t f = 0; f < s->field_count; f++) {
        missing_reset(s);
        s->missing[f] = s->missing[s->field_count - 1];
        if (is_missed(s, s->field_count - 1)) return true;
    }
    return false;
}

/* Collects the predicates of a node; recursion as in choose. */
static void collect(struct synthesis *s, const struct rule_node *node, size_t depth)
{
    assert_true(depth < RULE_DEPTH_MAX);
    if (node->kind == NODE_SELECTION) collect(s, s->rule->selections[node->index].node, depth + 1);
    if (node->kind == NODE_PREDICATE && s->literal_count < LITERALS_MAX)
        s->literals[s->literal_count++] = (struct literal){ s->rs->predicates[node->index], true };
    if (node->kind == NODE_AND || node->kind == NODE_OR || node->kind == NODE_NOT) {
        const uint32_t count = node->kind == NODE_NOT ? 1 : node->count;
        for (uint32_t i = 0; i < count; i++)
            collect(s, &node->children[i], depth + 1);
    }
}

/* One field more, or one with another value. */
static bool miss_by_presence(struct synthesis *s)
{
    const size_t count = s->event.field_count;
    s->literal_count = 0;
    collect(s, s->rule->condition, 0);
    for (size_t i = 0; i < s->literal_count; i++) {
        const struct predicate *p = s->literals[i].p;
        s->field_count = count;
        value_of_one(s, p);
        const struct event_field added = s->fields[count];
        s->field_count = count;
        missing_reset(s);
        s->missing[count] = added;
        if (is_missed(s, count + 1)) return true;
        for (size_t f = 0; f < count; f++) {
            if (!slice_equal(s->fields[f].name, added.name)) continue;
            missing_reset(s);
            s->missing[f] = added;
            if (is_missed(s, count)) return true;
        }
    }
    return false;
}

bool synthesis_miss(struct synthesis *s, const struct event **ret_event, const char **ret_what)
{
    *ret_event = &s->miss;
    *ret_what = "a character";
    if (!s->event.parsed) return miss_by_raw_character(s);
    if (miss_by_character(s)) return true;
    *ret_what = "a field less";
    if (miss_by_absence(s)) return true;
    *ret_what = "a field more";
    return miss_by_presence(s);
}
