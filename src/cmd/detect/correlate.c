/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/correlate.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/intern.h"
#include "judge/sigma/correlation.h"
#include "os/random.h"
#include "base/banned.h"

enum {
    KEPT_MAX = 4 * 1024 * 1024,
    KEPT_FIRST_CAP = 1024,
    NAMES_BYTES_MAX = 64 * 1024 * 1024,
    BATCH_RULES_MAX = 4096, /* that one event may match and correlations list; more are left out */
};

/* What correlations look at of an event that matched a listed rule, in an arena. */
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
    bool *is_listed;          /* owned; per rule, by its number */
    struct arena names_arena; /* of names */
    struct intern names;      /* of fields that some correlation asks for */
    struct correlate_batch all;
    uint64_t base; /* events given to the correlator before those that are kept now */
    status failed; /* the first failure of emit */
};

static status name_add(struct correlate *c, slice name)
{
    uint32_t number = 0;
    return name.len == 0 ? OK : intern_add(&c->names, name, &number, NULL);
}

/* What one correlation lists and asks for. */
static status look_at(struct correlate *c, const struct correlation *def)
{
    for (uint32_t i = 0; i < def->rule_count; i++)
        c->is_listed[def->rules[i]->number] = true;
    for (uint32_t i = 0; i < def->field_count; i++)
        TRY(name_add(c, def->fields[i]));
    for (uint32_t g = 0; g < def->group_count; g++) {
        for (uint32_t i = 0; i < def->rule_count; i++)
            TRY(name_add(c, def->groups[g].fields[i]));
    }
    return OK;
}

static status correlate_fill(struct correlate *c, const struct ruleset *rs)
{
    struct correlator_config config = { .lateness_ns = -1 };
    c->is_listed = calloc(rs->rule_count + 1, sizeof *c->is_listed);
    c->names_arena = arena_of(NAMES_BYTES_MAX);
    c->names = intern_of(&c->names_arena);
    c->all.arena = arena_of(CORRELATE_BYTES_MAX);
    if (c->is_listed == NULL) return FAIL(E_NOMEM);
    for (size_t i = 0; i < rs->rule_count; i++) {
        if (rs->rules[i]->kind == RULE_CORRELATION) TRY(look_at(c, rs->rules[i]->correlation));
    }
    TRY(random_bytes(&config.key, sizeof config.key));
    return correlator_new(rs, &config, &c->correlator);
}

status correlate_new(const struct ruleset *rs, correlate_emit emit, void *user,
                     struct correlate **ret_correlate)
{
    *ret_correlate = NULL;
    if (!correlator_is_needed(rs)) return OK;
    struct correlate *c = calloc(1, sizeof *c);
    if (c == NULL) return FAIL(E_NOMEM);
    c->emit = emit;
    c->user = user;
    const status made = correlate_fill(c, rs);
    if (made.code != E_OK) {
        correlate_free(c);
        return made;
    }
    *ret_correlate = c;
    return OK;
}

void correlate_batch_done(struct correlate_batch *batch)
{
    arena_done(&batch->arena);
    free(batch->kept);
    *batch = (struct correlate_batch){};
}

void correlate_free(struct correlate *c)
{
    if (c == NULL) return;
    correlator_free(c->correlator);
    correlate_batch_done(&c->all);
    intern_done(&c->names);
    arena_done(&c->names_arena);
    free(c->is_listed);
    free(c);
}

struct correlator_counts correlate_counts(const struct correlate *c)
{
    return c == NULL ? (struct correlator_counts){} : correlator_counts(c->correlator);
}

const struct input_place *correlate_place(const struct correlate *c, uint64_t position)
{
    return position < c->base || position - c->base >= c->all.count
               ? NULL
               : &c->all.kept[position - c->base].place;
}

/* By time; events of one time by file and place, which is the same in any order of the files. */
static int by_time(const void *a, const void *b)
{
    const struct kept *x = a;
    const struct kept *y = b;
    if (x->event.time_ns != y->event.time_ns) return x->event.time_ns < y->event.time_ns ? -1 : 1;
    const int order = strcmp(x->place.path, y->place.path);
    if (order != 0) return order;
    const struct intake_position *p = &x->place.at;
    const struct intake_position *q = &y->place.at;
    if (p->record != q->record) return p->record < q->record ? -1 : 1;
    return (p->element > q->element) - (p->element < q->element);
}

static void on_finding(void *user, const struct finding *finding)
{
    struct correlate *c = user;
    if (c->failed.code != E_OK || c->all.count == 0) return;
    const struct input_place *place = correlate_place(c, finding->position);
    if (place == NULL) place = &c->all.kept[c->all.count - 1].place;
    c->failed = c->emit(c->user, finding, place);
}

static status judge_kept(struct correlate *c)
{
    if (c->all.count > 0) qsort(c->all.kept, c->all.count, sizeof *c->all.kept, by_time);
    for (size_t i = 0; i < c->all.count; i++) {
        const struct kept *k = &c->all.kept[i];
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

/* The fields that some correlation asks for (NULL: all of them), copied. E_LIMIT: the arena is
 * full. */
static status copy_fields(struct arena *arena, const struct intern *names,
                          const struct event *event, struct event *ret_event)
{
    uint32_t number = 0;
    size_t count = 0;
    for (size_t i = 0; i < event->field_count; i++)
        count += names == NULL || intern_find(names, event->fields[i].name, &number);
    struct event_field *fields = arena_array(arena, count, sizeof *fields);
    if (fields == NULL) return FAIL(E_LIMIT);
    size_t at = 0;
    for (size_t i = 0; i < event->field_count; i++) {
        const struct event_field *from = &event->fields[i];
        if (names != NULL && !intern_find(names, from->name, &number)) continue;
        fields[at] = *from;
        fields[at].name = arena_copy(arena, from->name);
        fields[at].text = arena_copy(arena, from->text);
        if (fields[at].name.at == NULL || fields[at].text.at == NULL) return FAIL(E_LIMIT);
        at++;
    }
    *ret_event = (struct event){ .fields = fields,
                                 .field_count = count,
                                 .raw = slice_none(),
                                 .time_ns = event->time_ns,
                                 .has_time = event->has_time,
                                 .parsed = event->parsed,
                                 .cut = event->cut };
    return OK;
}

static status kept_grow(struct correlate_batch *batch)
{
    if (batch->count < batch->cap) return OK;
    if (batch->count == KEPT_MAX) return FAIL(E_LIMIT);
    const size_t cap = batch->cap == 0 ? KEPT_FIRST_CAP : batch->cap * 2;
    struct kept *kept = reallocarray(batch->kept, cap, sizeof *kept);
    if (kept == NULL) return FAIL(E_NOMEM);
    batch->kept = kept;
    batch->cap = cap;
    return OK;
}

static status path_copy(struct correlate_batch *batch, const char *path, const char **ret_path)
{
    if (batch->count > 0) { /* mostly the file of the event before */
        const char *before = batch->kept[batch->count - 1].place.path;
        *ret_path = before;
        if (strcmp(before, path) == 0) return OK;
    }
    const slice copy = arena_copy(&batch->arena, slice_text(path));
    *ret_path = (const char *)copy.at;
    return copy.at == NULL ? FAIL(E_LIMIT) : OK;
}

static status keep(struct correlate_batch *batch, const struct intern *names,
                   const struct kept *from)
{
    struct kept k = *from;
    TRY(kept_grow(batch));
    uint32_t *rules = arena_array(&batch->arena, from->rule_count, sizeof *rules);
    if (rules == NULL) return FAIL(E_LIMIT);
    for (size_t i = 0; i < from->rule_count; i++)
        rules[i] = from->rules[i];
    k.rules = rules;
    TRY(copy_fields(&batch->arena, names, &from->event, &k.event));
    TRY(path_copy(batch, from->place.path, &k.place.path));
    batch->kept[batch->count++] = k;
    return OK;
}

static void batch_reset(struct correlate_batch *batch)
{
    batch->count = 0;
    arena_reset(&batch->arena);
}

status correlate_keep(const struct correlate *c, struct correlate_batch *batch,
                      const struct event *event, const struct input_place *place,
                      const struct rule *const *rules, size_t rule_count)
{
    UNSET uint32_t listed[BATCH_RULES_MAX];
    if (c == NULL || rule_count == 0) return OK;
    struct kept k = { .event = *event, .place = *place, .rules = listed };
    for (size_t i = 0; i < rule_count && k.rule_count < BATCH_RULES_MAX; i++) {
        if (c->is_listed[rules[i]->number]) listed[k.rule_count++] = rules[i]->number;
    }
    if (k.rule_count == 0) return OK;
    if (batch->arena.cap == 0) batch->arena = arena_of(CORRELATE_BATCH_BYTES_MAX);
    return keep(batch, &c->names, &k);
}

status correlate_take(struct correlate *c, struct correlate_batch *batch)
{
    if (c == NULL) return OK;
    for (size_t i = 0; i < batch->count; i++) {
        status kept = keep(&c->all, NULL, &batch->kept[i]);
        if (kept.code == E_LIMIT) {
            TRY(judge_kept(c)); /* full: the windows keep what they need of these */
            c->base += c->all.count;
            batch_reset(&c->all);
            kept = keep(&c->all, NULL, &batch->kept[i]);
        }
        if (kept.code != E_OK) return kept;
    }
    batch_reset(batch);
    return OK;
}
