/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/answers.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/lanes.h"
#include "base/text.h"
#include "judge/sigma/fast/number.h"
#include "judge/sigma/fold.h"
#include "judge/sigma/match.h"
#include "judge/sigma/member.h"
#include "base/banned.h"

enum { ZEROS_BEHIND = 24, FORMED_MORE = 4 + ZEROS_BEHIND, NO_FIELD = 0 };

status answers_init(struct answers *a, const struct ruleset *rs, const struct index *index,
                    const struct quick *quick)
{
    const size_t names = (size_t)index->name_count + 1, predicates = rs->predicate_count + 1;
    const size_t side = text_form_bound(EVENT_VALUE_BYTES_MAX);
    *a = (struct answers){ .rs = rs,
                           .index = index,
                           .quick = quick,
                           .fields = calloc(EVENT_FIELDS_MAX, sizeof *a->fields),
                           .names = calloc(names, sizeof *a->names),
                           .known = calloc(predicates, sizeof *a->known),
                           .left = malloc(side),
                           .right = malloc(side) };
    status s = regex_scratch_init(&a->regex);
    if (a->fields == NULL || a->names == NULL || a->known == NULL || a->left == NULL ||
        a->right == NULL)
        s = FAIL(E_NOMEM);
    for (size_t i = 0; i < rs->predicate_count && s.code == E_OK; i++) {
        const struct predicate *p = rs->predicates[i];
        if (p->kind == PREDICATE_REGEX) s = scan_scratch_fit(a->regex.scan, p->regex.set);
    }
    if (s.code != E_OK) answers_done(a);
    return s;
}

void answers_done(struct answers *a)
{
    if (a->regex.scan != NULL) regex_scratch_done(&a->regex);
    free(a->fields);
    free(a->names);
    free(a->known);
    free(a->bytes);
    free(a->left);
    free(a->right);
    *a = (struct answers){};
}

static_assert((int)ZEROS_BEHIND > (int)GRAM_READ_BEHIND, "nothing else is read");

/* What form_make may write for a text of len bytes: text_form_bound and zeros, of which the first
 * stays between it and the next. */
static size_t formed_room(size_t len)
{
    return len + len / 2 + FORMED_MORE;
}

/* Room for all values of the event in every form, so that no value moves later. */
static status room_for(struct answers *a, const struct event *event)
{
    size_t text = 0;
    for (size_t i = 0; i < event->field_count; i++)
        text += event->fields[i].text.len;
    const size_t total = formed_room(EVENT_VALUE_BYTES_MAX) /* the raw line */ +
                         ANSWERS_FORMS * (formed_room(text) + event->field_count * FORMED_MORE);
    a->used = 0;
    if (total <= a->cap) return OK;
    free(a->bytes);
    a->cap = 0;
    a->bytes = malloc(total + total / 2); /* not a new one for each event that is a little longer */
    if (a->bytes == NULL) return FAIL(E_NOMEM);
    a->cap = total + total / 2;
    return OK;
}

static void next_round(struct answers *a)
{
    if (a->round != ANSWERS_ROUND_MAX) {
        a->round++;
        return;
    }
    memset(a->names, 0, ((size_t)a->index->name_count + 1) * sizeof *a->names);
    memset(a->known, 0, (a->rs->predicate_count + 1) * sizeof *a->known);
    a->round = 1;
}

status answers_begin(struct answers *a, const struct event *event)
{
    assert(event->field_count <= EVENT_FIELDS_MAX);
    TRY(room_for(a, event));
    next_round(a);
    a->event = event;
    for (size_t i = 0; i < event->field_count; i++) {
        const struct event_field *f = &event->fields[i];
        const uint32_t name = index_name_find(a->index, f->name, f->name_hash);
        struct answers_field *known = &a->fields[i];
        known->name = name;
        known->next = NO_FIELD;
        known->made = 0;
        if (name == INDEX_NO_NAME) continue;
        const uint32_t here = (uint32_t)i + 1;
        struct answers_name *n = &a->names[name];
        if (n->round != a->round) {
            n->round = a->round;
            n->head = here;
        } else {
            a->fields[n->tail - 1].next = here;
        }
        n->tail = here;
    }
    return OK;
}

/* The lanes at from in lower case; what was seen there is added to *seen. */
static inline void fold_lanes(const uint8_t *from, uint8_t *to, lanes *seen)
{
    lanes v = lanes_load(from);
    *seen |= v;
    v += (lanes)(v - 'A' <= 'Z' - 'A') & 32; /* below 'A' it wraps */
    lanes_store(to, v);
}

/* The same of the eight bytes of a word. */
static inline uint64_t fold_word(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101, highs = ones << 7, low = word & ~highs;
    const uint64_t above = low + ones * (0x7f - 'Z'), from = low + ones * (0x80 - 'A');
    return word | ((from & ~above & ~word & highs) >> 2);
}

static inline uint64_t load_word(const uint8_t *at)
{
    uint64_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

/* Fewer than LANES bytes: two words that may overlap, or one whose upper bytes are 0. */
static inline uint64_t fold_few(const uint8_t *from, size_t len, uint8_t *to)
{
    enum { WORD = 8 };
    if (len < WORD) {
        const uint64_t few = bytes_few(from, len), folded = htole64(fold_word(few));
        __builtin_memcpy(to, &folded, WORD);
        return few;
    }
    const uint64_t low = load_word(from), high = load_word(from + len - WORD);
    const uint64_t low_folded = fold_word(low), high_folded = fold_word(high);
    __builtin_memcpy(to, &low_folded, WORD);
    __builtin_memcpy(to + len - WORD, &high_folded, WORD);
    return low | high;
}

/* Lower case of ASCII; false if some byte is not ASCII, and what was written is then of no use. Up
 * to LANES bytes more than len are written, none more is read. */
static bool fold_ascii(const uint8_t *from, size_t len, uint8_t *to)
{
    if (len < LANES) return (fold_few(from, len, to) & 0x8080808080808080) == 0;
    lanes seen = {};
    size_t at = 0;
    for (; at + LANES <= len; at += LANES)
        fold_lanes(from + at, to + at, &seen);
    fold_lanes(from + len - LANES, to + len - LANES, &seen); /* some of it again */
    return lanes_bits(seen) == 0;
}

static slice form_make(struct answers *a, slice text, enum answers_form form, bool *ret_is_ascii)
{
    assert(formed_room(text.len) <= a->cap - a->used);
    uint8_t *to = a->bytes + a->used;
    size_t len = text.len;
    if (form == ANSWERS_DASHED) {
        len = text_form_write(text, FORM_FOLDED | FORM_DASHED, to);
    } else {
        *ret_is_ascii = fold_ascii(text.at, text.len, to);
        if (!*ret_is_ascii) len = text_form_write(text, FORM_FOLDED, to);
    }
    memset(to + len, 0, ZEROS_BEHIND);
    a->used += len + 1;
    return (slice){ to, len };
}

slice answers_form(struct answers *a, uint32_t field, enum answers_form form)
{
    struct answers_field *f = &a->fields[field];
    const slice made = form_make(a, a->event->fields[field].text, form, &f->is_ascii);
    f->formed[form] = made;
    f->made |= (uint8_t)(1u << form);
    return made;
}

slice answers_all(struct answers *a, bool *ret_is_ascii)
{
    *ret_is_ascii = true;
    for (uint32_t i = 0; i < a->event->field_count; i++) {
        if (member_is_searched(&a->event->fields[i])) answers_formed(a, i, ANSWERS_FOLDED);
        if (a->fields[i].made != 0 && !a->fields[i].is_ascii) *ret_is_ascii = false;
    }
    return (slice){ a->bytes, a->used };
}

slice answers_raw(struct answers *a, bool *ret_is_ascii)
{
    slice line = a->event->raw;
    if (line.len > EVENT_VALUE_BYTES_MAX) line.len = EVENT_VALUE_BYTES_MAX;
    return form_make(a, line, ANSWERS_FOLDED, ret_is_ascii);
}

/* A walk over the members of a field in the order of the event, as member.h defines them. */
struct members {
    const struct answers *a;
    uint32_t next;  /* field + 1 */
    uint8_t hidden; /* enum event_field_flags */
    bool is_literal;
};

static bool members_step(struct members *m, uint32_t *ret_field)
{
    while (m->next != NO_FIELD) {
        const uint32_t at = m->next - 1;
        const uint8_t flags = m->a->event->fields[at].flags;
        m->next = m->a->fields[at].next;
        if ((flags & m->hidden) != 0) continue;
        if (m->is_literal && (flags & EVENT_FIELD_LITERAL) == 0) continue;
        *ret_field = at;
        return true;
    }
    return false;
}

static struct members members_of(const struct answers *a, uint32_t field)
{
    const struct answers_name *name = &a->names[a->index->name_of_field[field]];
    struct members m = { .a = a,
                         .next = name->round == a->round ? name->head : NO_FIELD,
                         .hidden = a->rs->fields[field].is_categorised ? EVENT_FIELD_SHADOWED
                                                                       : EVENT_FIELD_ALIAS };
    struct members look = m;
    for (uint32_t at = 0; members_step(&look, &at);) {
        if ((a->event->fields[at].flags & EVENT_FIELD_LITERAL) != 0) m.is_literal = true;
    }
    return m;
}

/* The field's text in the form of a pattern. */
static slice in_form(struct answers *a, uint32_t field, uint8_t form)
{
    if (form == FORM_FOLDED) return answers_formed(a, field, ANSWERS_FOLDED);
    if (form == FORM_DASHED) return answers_formed(a, field, ANSWERS_DASHED);
    const slice text = a->event->fields[field].text;
    if (form == FORM_CASED) return text;
    return (slice){ a->left, text_form_write(text, form, a->left) };
}

static bool member_holds(struct answers *a, const struct predicate *p, uint32_t field)
{
    const struct event_field *member = &a->event->fields[field];
    if (p->kind == PREDICATE_EXISTS) return true;
    if (p->kind == PREDICATE_NULL) return member->type == EVENT_NULL;
    if (!member_is_scalar(member)) return false;
    slice formed = slice_none();
    if (p->kind == PREDICATE_TEXT) formed = in_form(a, field, p->text.pattern.form);
    return match_scalar(p, member, formed, &a->regex);
}

static bool raw_holds(struct answers *a, const struct predicate *p)
{
    slice line = a->event->raw;
    if (line.len > EVENT_VALUE_BYTES_MAX) line.len = EVENT_VALUE_BYTES_MAX;
    const struct event_field member = { .name = slice_none(), .text = line, .type = EVENT_TEXT };
    if (p->kind != PREDICATE_TEXT) return match_scalar(p, &member, slice_none(), &a->regex);
    const uint8_t form = p->text.pattern.form;
    return match_scalar(p, &member, (slice){ a->left, text_form_write(line, form, a->left) },
                        &a->regex);
}

static bool keyword_holds(struct answers *a, const struct predicate *p)
{
    if (!a->event->parsed) return raw_holds(a, p);
    for (uint32_t i = 0; i < a->event->field_count; i++) {
        if (member_is_searched(&a->event->fields[i]) && member_holds(a, p, i)) return true;
    }
    return false;
}

/* A side of a comparison of two fields; room: for the one form that is not kept. */
static slice side(struct answers *a, uint32_t field, uint8_t form, uint8_t *room)
{
    if (form != (FORM_CASED | FORM_DASHED)) return in_form(a, field, form);
    return (slice){ room, text_form_write(a->event->fields[field].text, form, room) };
}

static bool fieldref_holds(struct answers *a, const struct predicate *p)
{
    const uint8_t form = p->other.form;
    const struct event_field *fields = a->event->fields;
    struct members left = members_of(a, p->field);
    uint32_t l = 0, r = 0;
    for (size_t i = 0; i < FIELDREF_MEMBERS_MAX && members_step(&left, &l); i++) {
        if (!member_is_scalar(&fields[l])) continue;
        const slice left_formed = side(a, l, form, a->left);
        struct members right = members_of(a, p->other.field);
        for (size_t j = 0; j < FIELDREF_MEMBERS_MAX && members_step(&right, &r); j++) {
            if (!member_is_scalar(&fields[r])) continue;
            const slice right_formed = side(a, r, form, a->right);
            if (match_fieldref(p, &fields[l], left_formed, &fields[r], right_formed)) return true;
        }
    }
    return false;
}

static bool predicate_holds(struct answers *a, const struct predicate *p)
{
    if (p->field == FIELD_KEYWORD) return keyword_holds(a, p);
    if (p->kind == PREDICATE_FIELDREF) return fieldref_holds(a, p);
    struct members members = members_of(a, p->field);
    bool is_absent = true;
    for (uint32_t at = 0; members_step(&members, &at); is_absent = false) {
        if (member_holds(a, p, at)) return true;
    }
    return p->kind == PREDICATE_NULL && is_absent;
}

/* A predicate that is not quick, or asks about a field with several members: remembered, for it may
 * cost. */
static __attribute__((noinline)) bool ask_slowly(struct answers *a, uint32_t predicate)
{
    const uint32_t known = a->known[predicate];
    if (known >> 1 == a->round) return (known & 1) != 0;
    const bool holds = predicate_holds(a, a->rs->predicates[predicate]);
    a->known[predicate] = a->round << 1 | holds;
    return holds;
}

static inline bool ask(struct answers *a, uint32_t predicate)
{
    const struct quick *q = &a->quick[predicate];
    if (q->kind == QUICK_NONE) return ask_slowly(a, predicate);
    const struct answers_name *name = &a->names[q->name];
    if (name->round != a->round) return false;
    const uint32_t field = name->head - 1;
    if (a->fields[field].next != NO_FIELD) return ask_slowly(a, predicate);
    const struct event_field *f = &a->event->fields[field];
    if ((f->flags & q->hidden) != 0 || !member_is_scalar(f)) return false;
    const slice value = in_form(a, field, q->form);
    if (quick_match(q, value)) return true;
    const bool is_odd = q->is_number && f->type == EVENT_NUMBER && !number_is_plain(f->text);
    return is_odd && ask_slowly(a, predicate);
}

bool answers_ask(struct answers *a, uint32_t predicate)
{
    return ask(a, predicate);
}

bool answers_run(struct answers *a, const struct program *program, uint32_t rule)
{
    uint32_t at = program->starts[rule];
    while (at < PROGRAM_STEPS_MAX) {
        const struct program_step *step = &program->steps[at];
        at = ask(a, step->predicate) ? step->on_true : step->on_false;
    }
    return at == PROGRAM_TRUE;
}
