/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/learn.h"

#include <math.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/intern.h"
#include "judge/sigma/fold.h"
#include "judge/sigma/member.h"
#include "judge/sigma/fast/witness.h"
#include "judge/sigma/predicate.h"
#include "base/banned.h"

/*
 * What rules ask for is counted exactly, each key by itself: questions are few, and many are rare.
 * All else is counted by the high bits of its key, of which a plain array holds all: only what is
 * frequent counts there, and what shares its place then is lost beside it.
 */
enum {
    OTHER_BITS = 24,
    OTHERS = 1 << OTHER_BITS,
    ASKED_MIN = 1 << 16,
    ASKED_MAX = 1 << 24,
    NAMES_BYTES_MAX = 64 * 1024 * 1024
};

/* The smallest share in some source for which a row is written. */
static const float asked_least = 1.0F / 32768, other_least = 1.0F / 4;

struct tally {
    uint32_t key;   /* the last one that was counted here */
    uint32_t count; /* events of the source in which it stands */
    uint32_t last;  /* the last such event + 1 */
    float share;    /* the largest of a source */
};

struct learner {
    struct arena arena;
    struct intern fields;      /* names that rules know */
    struct tally *asked;       /* owned; by key, at most half full; key 0: free */
    size_t asked_count, slots; /* slots: a power of two */
    struct tally *others;      /* owned; by the high bits of a key */
    uint32_t events;           /* of the source */
    uint8_t *folded;           /* owned */
};

/* The place of a key among those that are asked, which is free if it is not. */
static struct tally *asked_at(const struct learner *l, uint32_t key)
{
    size_t at = key & (l->slots - 1);
    while (l->asked[at].key != 0 && l->asked[at].key != key)
        at = (at + 1) & (l->slots - 1);
    return &l->asked[at];
}

static void asked_grow(struct learner *l)
{
    struct tally *before = l->asked;
    const size_t slots = l->slots;
    l->slots = slots == 0 ? ASKED_MIN : 2 * slots;
    l->asked = l->slots > ASKED_MAX ? NULL : calloc(l->slots, sizeof *l->asked);
    for (size_t i = 0; i < slots && l->asked != NULL; i++) {
        if (before[i].key != 0) asked_at(l, before[i].key)->key = before[i].key;
    }
    free(before);
}

static void note_asked(void *user, uint32_t key)
{
    struct learner *l = user;
    if (2 * l->asked_count >= l->slots && (l->slots == 0 || l->asked != NULL)) asked_grow(l);
    if (l->asked == NULL) return; /* memory is out */
    struct tally *t = asked_at(l, key);
    l->asked_count += t->key == 0;
    t->key = key;
}

/* Has a witness sought for each rule, for the questions that this asks of the prices. */
static status ask(struct learner *l, const struct ruleset *rs)
{
    uint32_t *names = calloc(rs->field_count + 1, sizeof *names); /* atoms are of no interest */
    struct prices *asking = prices_asking(note_asked, l);
    struct witness_maker *m = NULL;
    if (names != NULL && asking != NULL) m = witness_maker_new(rs, names, asking);
    const bool failed = m == NULL || l->asked == NULL;
    witness_maker_free(m);
    prices_free(asking);
    free(names);
    return failed ? FAIL(E_NOMEM) : OK;
}

struct learner *learner_new(const struct ruleset *rs)
{
    struct learner *l = calloc(1, sizeof *l);
    if (l == NULL) return NULL;
    l->arena = arena_of(NAMES_BYTES_MAX);
    l->fields = intern_of(&l->arena);
    l->others = calloc(OTHERS, sizeof *l->others);
    l->folded = malloc(text_form_bound(LEARN_VALUE_BYTES_MAX));
    status s = l->others == NULL || l->folded == NULL ? FAIL(E_NOMEM) : OK;
    for (size_t i = 0; i < rs->field_count && s.code == E_OK; i++)
        s = intern_add(&l->fields, rs->fields[i].name, &(uint32_t){ 0 }, NULL);
    if (s.code == E_OK) s = ask(l, rs);
    if (s.code == E_OK) return l;
    learner_free(l);
    return NULL;
}

void learner_free(struct learner *l)
{
    if (l == NULL) return;
    free(l->asked);
    free(l->others);
    free(l->folded);
    intern_done(&l->fields);
    arena_done(&l->arena);
    free(l);
}

static void count(struct learner *l, slice field, uint8_t what, slice text)
{
    const uint32_t key = price_key(field, what, text);
    struct tally *t = asked_at(l, key);
    if (t->key == 0) t = &l->others[key >> (32 - OTHER_BITS)];
    if (t->last == l->events) return;
    t->key = key;
    t->last = l->events;
    t->count++;
}

static void count_runs(struct learner *l, slice field, slice value)
{
    static const uint8_t lens[] = { PRICE_GRAM_SHORT, PRICE_GRAM_LONG };
    for (size_t i = 0; i < COUNT_OF(lens); i++) {
        for (size_t at = 0; at + lens[i] <= value.len; at++)
            count(l, field, ATOM_CONTAINS, (slice){ value.at + at, lens[i] });
    }
}

static void count_value(struct learner *l, slice field, slice value)
{
    count(l, field, ATOM_EXACT, value);
    count(l, field, ATOM_NAME, atom_name_part(value));
    for (size_t i = 0; i < ATOM_EDGES && atom_edges[i] <= value.len; i++) {
        const size_t len = atom_edges[i];
        count(l, field, ATOM_STARTS, (slice){ value.at, len });
        count(l, field, ATOM_ENDS, slice_from(value, value.len - len));
    }
    count_runs(l, field, value);
}

void learner_event(struct learner *l, const struct event *event)
{
    l->events++;
    for (size_t i = 0; i < event->field_count; i++) {
        const struct event_field *f = &event->fields[i];
        slice text = f->text;
        if (text.len > LEARN_VALUE_BYTES_MAX) text.len = LEARN_VALUE_BYTES_MAX;
        uint32_t number = 0;
        const bool known = intern_find(&l->fields, f->name, &number);
        if (known) count(l, f->name, ATOM_PRESENT, slice_none());
        if (!member_is_scalar(f)) continue;
        const slice value = { l->folded, text_form_write(text, FORM_FOLDED, l->folded) };
        if (known) count_value(l, f->name, value);
        if (member_is_searched(f)) count_runs(l, slice_none(), value);
    }
}

static void tallies_end(struct tally *tallies, size_t count, uint32_t events)
{
    for (size_t i = 0; i < count && events != 0; i++) {
        const float share = (float)tallies[i].count / (float)events;
        if (share > tallies[i].share) tallies[i].share = share;
        tallies[i].count = tallies[i].last = 0;
    }
}

void learner_source_end(struct learner *l)
{
    tallies_end(l->asked, l->slots, l->events);
    tallies_end(l->others, OTHERS, l->events);
    l->events = 0;
}

struct writing {
    uint64_t *rows;
    size_t count;
    bool is_full;
};

static void write_rows(struct writing *w, const struct tally *tallies, size_t count, float least)
{
    const float level_max = (1 << PRICE_LEVEL_BITS) - 1;
    for (size_t i = 0; i < count; i++) {
        if (tallies[i].share < least || tallies[i].share <= 0) continue;
        w->is_full |= w->count == PRICE_ROWS_MAX;
        if (w->is_full) return;
        const float level = -log2f(tallies[i].share) * PRICE_LEVELS_PER_HALVING;
        w->rows[w->count++] = (uint64_t)tallies[i].key << PRICE_LEVEL_BITS |
                              (uint64_t)(level > level_max ? level_max : level);
    }
}

static int by_row(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

status learner_rows(const struct learner *l, uint64_t **ret_rows, size_t *ret_count)
{
    struct writing w = { .rows = calloc(PRICE_ROWS_MAX, sizeof *w.rows) };
    if (w.rows == NULL) return FAIL(E_NOMEM);
    write_rows(&w, l->asked, l->slots, asked_least);
    write_rows(&w, l->others, OTHERS, other_least);
    if (w.is_full) {
        free(w.rows);
        return FAIL(E_LIMIT);
    }
    qsort(w.rows, w.count, sizeof *w.rows, by_row);
    *ret_rows = w.rows;
    *ret_count = w.count;
    return OK;
}
