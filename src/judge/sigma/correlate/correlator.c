/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/correlate/correlator.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "judge/sigma/correlate/window.h"
#include "base/banned.h"

enum { BYTES_MIN = 64 * 1024, DUE_SHARE = 6, RUNNING_MAX = UINT16_MAX };

bool correlator_is_needed(const struct ruleset *rs)
{
    for (size_t i = 0; i < rs->rule_count; i++) {
        if (rs->rules[i]->kind == RULE_CORRELATION) return true;
    }
    return false;
}

/* How many of the newest events (or distinct values) decide a growing count. */
static uint32_t need_of(const struct correlation *def)
{
    double need = 1;
    const bool counts =
        def->type == CORRELATION_EVENT_COUNT || def->type == CORRELATION_VALUE_COUNT;
    if (!counts || !def->is_monotone) return UINT32_MAX;
    for (uint32_t i = 0; i < def->bound_count; i++) {
        const double value = def->bounds[i].value;
        const double least = def->bounds[i].kind == BOUND_GT ? floor(value) + 1 : ceil(value);
        if (least > need) need = least;
    }
    return need >= UINT32_MAX ? UINT32_MAX : (uint32_t)need;
}

static void running_fill(struct correlator *c)
{
    const struct ruleset *rs = c->rs;
    for (size_t i = 0; i < rs->rule_count; i++) {
        if (rs->rules[i]->kind != RULE_CORRELATION) continue;
        const struct correlation *def = rs->rules[i]->correlation;
        c->running[c->running_count++] =
            (struct running){ .rule = rs->rules[i], .def = def, .need = need_of(def) };
    }
}

/* links of rule r: link_starts[r] to link_starts[r + 1], by correlation. */
static void links_fill(struct correlator *c)
{
    for (uint32_t i = 0; i < c->running_count; i++) {
        const struct correlation *def = c->running[i].def;
        for (uint32_t p = 0; p < def->rule_count; p++)
            c->link_starts[def->rules[p]->number + 1]++;
    }
    for (size_t r = 0; r < c->rs->rule_count; r++)
        c->link_starts[r + 1] += c->link_starts[r];
    for (uint32_t i = c->running_count; i-- > 0;) {
        const struct correlation *def = c->running[i].def;
        for (uint32_t p = def->rule_count; p-- > 0;) {
            c->links[--c->link_starts[def->rules[p]->number + 1]] =
                (struct link){ .correlation = (uint16_t)i, .place = (uint16_t)p };
        }
    }
    /* Each end has become its start: a rule's end is the next one's start. */
    for (size_t r = 0; r < c->rs->rule_count; r++)
        c->link_starts[r] = c->link_starts[r + 1];
}

static size_t link_total(const struct ruleset *rs, bool *ret_closes, size_t *ret_count)
{
    size_t total = 0;
    for (size_t i = 0; i < rs->rule_count; i++) {
        if (rs->rules[i]->kind != RULE_CORRELATION) continue;
        total += rs->rules[i]->correlation->rule_count;
        *ret_closes = *ret_closes || !rs->rules[i]->correlation->is_monotone;
        ++*ret_count;
    }
    return total;
}

static status tables_new(struct correlator *c)
{
    bool closes = false;
    size_t count = 0;
    const size_t total = link_total(c->rs, &closes, &count);
    if (count > RUNNING_MAX) return FAIL(E_LIMIT);
    const size_t due_bytes = closes ? c->config.bytes_max / DUE_SHARE : 0;
    c->due_cap = (uint32_t)(due_bytes / sizeof *c->due);
    TRY(cells_init(&c->cells, c->config.bytes_max - due_bytes));
    c->due = calloc(c->due_cap + 1, sizeof *c->due);
    c->running = calloc(count + 1, sizeof *c->running);
    c->link_starts = calloc(c->rs->rule_count + 2, sizeof *c->link_starts);
    c->links = calloc(total + 1, sizeof *c->links);
    c->met = calloc(total + 1, sizeof *c->met);
    c->frames = calloc(CORRELATION_DEPTH_MAX + 1, sizeof *c->frames);
    const bool all = c->due != NULL && c->running != NULL && c->link_starts != NULL &&
                     c->links != NULL && c->met != NULL && c->frames != NULL;
    return all ? OK : FAIL(E_NOMEM);
}

status correlator_new(const struct ruleset *rs, const struct correlator_config *config,
                      struct correlator **ret_correlator)
{
    struct correlator *c = calloc(1, sizeof *c);
    if (c == NULL) return FAIL(E_NOMEM);
    c->rs = rs;
    c->config = *config;
    if (c->config.bytes_max == 0) c->config.bytes_max = CORRELATOR_BYTES_DEFAULT;
    if (c->config.lateness_ns < 0) c->config.lateness_ns = CORRELATOR_LATENESS_DEFAULT_NS;
    const status s = c->config.bytes_max < BYTES_MIN ? FAIL(E_LIMIT) : tables_new(c);
    if (s.code != E_OK) {
        correlator_free(c);
        return s;
    }
    running_fill(c);
    links_fill(c);
    *ret_correlator = c;
    return OK;
}

void correlator_free(struct correlator *c)
{
    if (c == NULL) return;
    cells_done(&c->cells);
    free(c->running);
    free(c->link_starts);
    free(c->links);
    free(c->met);
    free(c->due);
    free(c->taken);
    free(c->numbers);
    free(c->frames);
    free(c);
}

void correlator_tell_evictions(struct correlator *c, uint32_t correlation, bool all)
{
    struct running *r = &c->running[correlation];
    if (r->evicted == r->evicted_told) return;
    if (!all && r->evicted < 2 * r->evicted_told) return;
    r->evicted_told = r->evicted;
    c->emit(c->user, &(struct finding){ .kind = FINDING_EVICTION,
                                        .rule = r->rule,
                                        .time_ns = c->newest_ns,
                                        .evicted_count = r->evicted });
}

/* The sliding window of a group has turned true. */
static void fire_on_arrival(struct correlator *c, uint32_t group, const struct source *source,
                            double measure, size_t depth)
{
    struct frame *frame = &c->frames[depth];
    const struct state_cell *s = state_of(c, group);
    const struct running *r = &c->running[s->correlation];
    size_t told = 0;
    for (uint32_t e = s->first; e != 0 && told < FINDING_EVIDENCE_MAX;) {
        frame->evidence[told++] = c->cells.at[e].event.position;
        e = c->cells.at[e].event.newer;
    }
    const struct finding finding = { .kind = FINDING_CORRELATION,
                                     .rule = r->rule,
                                     .position = source->position,
                                     .time_ns = source->time_ns,
                                     .is_time_assumed = source->is_time_assumed,
                                     .event = source->event,
                                     .groups = frame->groups,
                                     .group_count = r->def->group_count,
                                     .evidence = frame->evidence,
                                     .evidence_count = told,
                                     .evidence_left = s->count - told,
                                     .window_start_ns = c->cells.at[s->first].event.time_ns,
                                     .window_end_ns = c->cells.at[s->last].event.time_ns,
                                     .measure = measure };
    correlator_fire(c, s->correlation, &finding, depth);
}

/* One listed rule's event enters one correlation. */
static void enter(struct correlator *c, const struct link *link, const struct source *source,
                  size_t depth)
{
    struct frame *frame = &c->frames[depth];
    const struct running *r = &c->running[link->correlation];
    const struct siphash_print print =
        group_print(c, link->correlation, link->place, source, frame);
    const uint32_t group = group_of(c, link->correlation, print, frame);
    if (group == 0) return;
    if (!r->def->is_monotone) {
        due_add(c, group, link->place, source);
        return;
    }
    double measure = 0;
    if (!window_add(c, group, link->place, source)) return;
    const bool holds = window_holds(c, group, &measure);
    struct state_cell *s = state_of(c, group);
    const bool fires = holds && !s->has_fired;
    s->has_fired = holds;
    if (fires) fire_on_arrival(c, group, source, measure, depth);
}

/* Recursion is bounded: no correlation of a finished set is deeper than CORRELATION_DEPTH_MAX. */
void correlator_fire(struct correlator *c, uint32_t correlation, const struct finding *finding,
                     size_t depth)
{
    const struct rule *rule = c->running[correlation].rule;
    if (!rule->is_silent) c->emit(c->user, finding);
    const uint32_t first = c->link_starts[rule->number], end = c->link_starts[rule->number + 1];
    if (first == end) return;
    assert(depth < CORRELATION_DEPTH_MAX);
    const struct source source = { .event = finding->event,
                                   .rule = rule,
                                   .groups = finding->groups,
                                   .group_count = finding->group_count,
                                   .time_ns = finding->time_ns,
                                   .position = finding->position,
                                   .is_time_assumed = finding->is_time_assumed };
    for (uint32_t i = first; i < end; i++)
        enter(c, &c->links[i], &source, depth + 1);
}

static int link_order(const void *a, const void *b)
{
    const struct link *left = a;
    const struct link *right = b;
    if (left->correlation != right->correlation)
        return left->correlation < right->correlation ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

/* The links of all matched rules, in an order that does not depend on the caller's. */
static size_t links_meet(struct correlator *c, const uint32_t *matched, size_t matched_count)
{
    size_t count = 0;
    for (size_t i = 0; i < matched_count; i++) {
        assert(matched[i] < c->rs->rule_count);
        for (uint32_t l = c->link_starts[matched[i]]; l < c->link_starts[matched[i] + 1]; l++) {
            c->met[count++] = c->links[l];
        }
    }
    if (count > 1) qsort(c->met, count, sizeof *c->met, link_order);
    return count;
}

void correlator_watermark(struct correlator *c)
{
    if (__builtin_sub_overflow(c->newest_ns, c->config.lateness_ns, &c->watermark_ns)) {
        c->watermark_ns = INT64_MIN;
    }
}

static void watermark_move(struct correlator *c, int64_t time_ns)
{
    if (c->has_time && time_ns <= c->newest_ns) return;
    c->has_time = true;
    c->newest_ns = time_ns;
    correlator_watermark(c);
    due_close(c, false);
}

/* Times keep this distance from the ends, so that no sum of a time and a timespan wraps. */
static int64_t time_clamp(int64_t time_ns)
{
    const int64_t bound = INT64_MAX / 4;
    return time_ns > bound ? bound : time_ns < -bound ? -bound : time_ns;
}

void correlator_event(struct correlator *c, const struct event *event, uint64_t position,
                      int64_t receipt_ns, const uint32_t *matched, size_t matched_count,
                      correlator_emit emit, void *user)
{
    c->emit = emit;
    c->user = user;
    c->serial++;
    const int64_t time_ns = time_clamp(event->has_time ? event->time_ns : receipt_ns);
    watermark_move(c, time_ns);
    const size_t count = links_meet(c, matched, matched_count);
    if (count == 0) return;
    if (time_ns < c->watermark_ns) {
        c->late++;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct running *r = &c->running[c->met[i].correlation];
        const struct source source = { .event = event,
                                       .rule = r->def->rules[c->met[i].place],
                                       .time_ns = time_ns,
                                       .position = position,
                                       .is_time_assumed = !event->has_time };
        enter(c, &c->met[i], &source, 0);
    }
    for (uint32_t i = 0; i < c->running_count; i++)
        correlator_tell_evictions(c, i, false);
}

void correlator_end(struct correlator *c, correlator_emit emit, void *user)
{
    c->emit = emit;
    c->user = user;
    due_close(c, true);
    for (uint32_t i = 0; i < c->running_count; i++)
        correlator_tell_evictions(c, i, true);
}

struct correlator_counts correlator_counts(const struct correlator *c)
{
    struct correlator_counts out = { .late = c->late, .not_a_number = c->not_a_number };
    for (uint32_t i = 0; i < c->running_count; i++) {
        out.groups_evicted += c->running[i].evicted;
        out.groups += c->running[i].group_count;
        out.bytes_used += (uint64_t)c->running[i].cell_count * CELL_BYTES;
    }
    return out;
}
