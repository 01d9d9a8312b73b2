/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/correlate.h"

#include <stdlib.h>
#include "base/arena.h"
#include "base/bytes.h"
#include "os/random.h"
#include "base/banned.h"

enum { KEPT_MAX = 4 * 1024 * 1024, KEPT_FIRST_CAP = 1024 };

/* An event that matched a rule, copied into the arena. */
struct kept {
    struct event event;
    struct input_place place;
    const uint32_t *rules;
    size_t rule_count;
};

struct correlate {
    struct correlator *correlator;
    correlate_emit emit;
    void *user;
    struct arena arena;
    struct kept *kept; /* owned */
    size_t count;
    size_t cap;
    uint64_t base; /* events given to the correlator before those that are kept now */
    status failed; /* the first failure of emit */
};

status correlate_new(const struct ruleset *rs, correlate_emit emit, void *user,
                     struct correlate **ret_correlate)
{
    struct correlator_config config = { .lateness_ns = -1 };
    *ret_correlate = NULL;
    if (!correlator_is_needed(rs)) return OK;
    TRY(random_bytes(&config.key, sizeof config.key));
    struct correlate *c = calloc(1, sizeof *c);
    if (c == NULL) return FAIL(E_NOMEM);
    c->emit = emit;
    c->user = user;
    c->arena = arena_of(CORRELATE_BYTES_MAX);
    const status made = correlator_new(rs, &config, &c->correlator);
    if (made.code != E_OK) {
        correlate_free(c);
        return made;
    }
    *ret_correlate = c;
    return OK;
}

void correlate_free(struct correlate *c)
{
    if (c == NULL) return;
    correlator_free(c->correlator);
    arena_done(&c->arena);
    free(c->kept);
    free(c);
}

struct correlator_counts correlate_counts(const struct correlate *c)
{
    return c == NULL ? (struct correlator_counts){} : correlator_counts(c->correlator);
}

const struct input_place *correlate_place(const struct correlate *c, uint64_t position)
{
    return position < c->base || position - c->base >= c->count
               ? NULL
               : &c->kept[position - c->base].place;
}

/* By time; events of one time by file and place, which is the same in any order of the files. */
static int by_time(const void *a, const void *b)
{
    const struct kept *x = a;
    const struct kept *y = b;
    if (x->event.time_ns != y->event.time_ns) return x->event.time_ns < y->event.time_ns ? -1 : 1;
    const int order = strcmp(x->place.path, y->place.path);
    if (order != 0) return order;
    return (x->place.at.record > y->place.at.record) - (x->place.at.record < y->place.at.record);
}

static void on_finding(void *user, const struct finding *finding)
{
    struct correlate *c = user;
    if (c->failed.code != E_OK || c->count == 0) return;
    const struct input_place *place = correlate_place(c, finding->position);
    if (place == NULL) place = &c->kept[c->count - 1].place;
    c->failed = c->emit(c->user, finding, place);
}

static status judge_kept(struct correlate *c)
{
    qsort(c->kept, c->count, sizeof *c->kept, by_time);
    for (size_t i = 0; i < c->count; i++) {
        const struct kept *k = &c->kept[i];
        correlator_event(c->correlator, &k->event, c->base + i, 0, k->rules, k->rule_count,
                         on_finding, c);
    }
    return c->failed;
}

status correlate_end(struct correlate *c)
{
    if (c == NULL) return OK;
    TRY(judge_kept(c));
    correlator_end(c->correlator, on_finding, c);
    return c->failed;
}

/* A deep copy of what correlations look at. E_LIMIT if the arena is full. */
static status copy(struct correlate *c, const struct event *event, const struct input_place *place,
                   struct kept *k)
{
    struct event_field *fields = arena_array(&c->arena, event->field_count, sizeof *fields);
    const slice path = arena_copy(&c->arena, slice_text(place->path));
    if (fields == NULL || path.at == NULL) return FAIL(E_LIMIT);
    for (size_t i = 0; i < event->field_count; i++) {
        fields[i] = event->fields[i];
        fields[i].name = arena_copy(&c->arena, event->fields[i].name);
        fields[i].text = arena_copy(&c->arena, event->fields[i].text);
        if (fields[i].name.at == NULL || fields[i].text.at == NULL) return FAIL(E_LIMIT);
    }
    k->event = *event;
    k->event.fields = fields;
    k->event.raw = slice_none();
    k->event.logsource = (struct logsource){};
    k->place = *place;
    k->place.path = (const char *)path.at;
    return OK;
}

static status rules_copy(struct correlate *c, const struct rule *const *rules, size_t count,
                         struct kept *k)
{
    uint32_t *numbers = arena_array(&c->arena, count, sizeof *numbers);
    if (numbers == NULL) return FAIL(E_LIMIT);
    for (size_t i = 0; i < count; i++)
        numbers[i] = (uint32_t)rules[i]->number;
    k->rules = numbers;
    k->rule_count = count;
    return OK;
}

static status kept_grow(struct correlate *c)
{
    if (c->count < c->cap) return OK;
    const size_t cap = c->cap == 0 ? KEPT_FIRST_CAP : c->cap * 2;
    struct kept *kept = reallocarray(c->kept, cap, sizeof *kept);
    if (kept == NULL) return FAIL(E_NOMEM);
    c->kept = kept;
    c->cap = cap;
    return OK;
}

static status keep(struct correlate *c, const struct event *event, const struct input_place *place,
                   const struct rule *const *rules, size_t rule_count)
{
    if (c->count == KEPT_MAX) return FAIL(E_LIMIT);
    TRY(kept_grow(c));
    struct kept *k = &c->kept[c->count];
    TRY(copy(c, event, place, k));
    TRY(rules_copy(c, rules, rule_count, k));
    c->count++;
    return OK;
}

status correlate_take(struct correlate *c, const struct event *event,
                      const struct input_place *place, const struct rule *const *rules,
                      size_t rule_count)
{
    if (c == NULL || rule_count == 0) return OK;
    const status kept = keep(c, event, place, rules, rule_count);
    if (kept.code != E_LIMIT) return kept;
    TRY(judge_kept(c)); /* full: the windows keep what they need of these */
    c->base += c->count;
    c->count = 0;
    arena_reset(&c->arena);
    return keep(c, event, place, rules, rule_count);
}
