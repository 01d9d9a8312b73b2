/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/learn.h"

#include <math.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/intern.h"
#include "judge/sigma/fold.h"
#include "judge/sigma/member.h"
#include "judge/sigma/predicate.h"
#include "base/banned.h"

/*
 * Two tables by the key of price_key: counts of the source at hand, and the largest shares so far.
 * Keys of 24 bits fit plain arrays, so nothing is ever looked for.
 */
enum { KEYS = 1 << 24, NAMES_BYTES_MAX = 64 * 1024 * 1024 };

struct learner {
    struct arena arena;
    struct intern fields; /* names that rules know */
    uint32_t *counts;     /* owned; per key: events of the source in which it stands */
    uint32_t *last;       /* owned; per key: the last such event + 1 */
    float *shares;        /* owned */
    uint32_t events;      /* of the source */
    uint8_t *folded;      /* owned */
};

struct learner *learner_new(const struct ruleset *rs)
{
    struct learner *l = calloc(1, sizeof *l);
    if (l == NULL) return NULL;
    l->arena = arena_of(NAMES_BYTES_MAX);
    l->fields = intern_of(&l->arena);
    l->counts = calloc(KEYS, sizeof *l->counts);
    l->last = calloc(KEYS, sizeof *l->last);
    l->shares = calloc(KEYS, sizeof *l->shares);
    l->folded = malloc(text_form_bound(LEARN_VALUE_BYTES_MAX));
    status s = OK;
    for (size_t i = 0; i < rs->field_count && s.code == E_OK; i++)
        s = intern_add(&l->fields, rs->fields[i].name, &(uint32_t){ 0 }, NULL);
    if (s.code == E_OK && l->counts != NULL && l->last != NULL && l->shares != NULL &&
        l->folded != NULL)
        return l;
    learner_free(l);
    return NULL;
}

void learner_free(struct learner *l)
{
    if (l == NULL) return;
    free(l->counts);
    free(l->last);
    free(l->shares);
    free(l->folded);
    intern_done(&l->fields);
    arena_done(&l->arena);
    free(l);
}

static void count(struct learner *l, slice field, uint8_t what, slice text)
{
    const uint32_t key = price_key(field, what, text);
    if (l->last[key] == l->events) return;
    l->last[key] = l->events;
    l->counts[key]++;
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

void learner_source_end(struct learner *l)
{
    for (uint32_t key = 0; key < KEYS && l->events != 0; key++) {
        const float share = (float)l->counts[key] / (float)l->events;
        if (share > l->shares[key]) l->shares[key] = share;
    }
    memset(l->counts, 0, KEYS * sizeof *l->counts);
    memset(l->last, 0, KEYS * sizeof *l->last);
    l->events = 0;
}

status learner_rows(const struct learner *l, float share_min, uint32_t **ret_rows,
                    size_t *ret_count)
{
    uint32_t *rows = calloc(PRICE_ROWS_MAX, sizeof *rows);
    size_t written = 0;
    if (rows == NULL) return FAIL(E_NOMEM);
    for (uint32_t key = 1; key < KEYS; key++) {
        if (l->shares[key] < share_min || l->shares[key] <= 0) continue;
        if (written == PRICE_ROWS_MAX) {
            free(rows);
            return FAIL(E_LIMIT);
        }
        const float level = -log2f(l->shares[key]) * PRICE_LEVELS_PER_HALVING;
        rows[written++] = key << 8 | (level > 255 ? 255 : (uint8_t)level);
    }
    *ret_rows = rows;
    *ret_count = written;
    return OK;
}
