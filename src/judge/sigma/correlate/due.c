/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "judge/sigma/correlate/window.h"
#include "base/banned.h"

/*
 * Windows that close: anchored at the group's first event, as long as the timespan, decided when
 * the watermark has passed their end, so that no event can still fall into them. Events wait
 * unsorted; closing takes those of the window out and leaves the rest to the next. Every group that
 * waits is in the heap of ends once and knows its place there.
 */
enum { TAKEN_START = 256 };

static bool is_earlier(const struct due *a, const struct due *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->group < b->group;
}

static struct more_cell *more_of(const struct correlator *c, uint32_t group)
{
    return &c->cells.at[state_of(c, group)->more].more;
}

static void heap_put(struct correlator *c, uint32_t at, struct due due)
{
    c->due[at] = due;
    more_of(c, due.group)->due_at = at;
}

static void sift_up(struct correlator *c, uint32_t at)
{
    const struct due due = c->due[at];
    while (at > 0 && is_earlier(&due, &c->due[(at - 1) / 2])) {
        heap_put(c, at, c->due[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_put(c, at, due);
}

static void sift_down(struct correlator *c, uint32_t at)
{
    const struct due due = c->due[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= c->due_count) break;
        if (child + 1 < c->due_count && is_earlier(&c->due[child + 1], &c->due[child])) child++;
        if (!is_earlier(&c->due[child], &due)) break;
        heap_put(c, at, c->due[child]);
        at = child;
    }
    heap_put(c, at, due);
}

bool due_is_heap(const struct correlator *c)
{
    for (uint32_t at = 1; at < c->due_count; at++) {
        if (is_earlier(&c->due[at], &c->due[(at - 1) / 2])) return false;
    }
    return true;
}

void due_remove(struct correlator *c, uint32_t group)
{
    const uint32_t at = more_of(c, group)->due_at;
    assert(at < c->due_count && c->due[at].group == group);
    state_of(c, group)->is_due = 0;
    const struct due last = c->due[--c->due_count];
    if (at == c->due_count) return;
    heap_put(c, at, last);
    sift_up(c, at);
    sift_down(c, more_of(c, last.group)->due_at);
}

/* The group's window ends at due_ns, whether it waited before or not. */
static void due_set(struct correlator *c, uint32_t group, int64_t due_ns)
{
    struct state_cell *s = state_of(c, group);
    if (s->is_due) due_remove(c, group);
    assert(c->due_count < c->due_cap); /* a group has three cells: correlator.c, DUE_SHARE */
    s->is_due = 1;
    more_of(c, group)->due_ns = due_ns;
    c->due[c->due_count] = (struct due){ .due_ns = due_ns, .group = group };
    sift_up(c, c->due_count++);
}

void due_add(struct correlator *c, uint32_t group, uint32_t place, const struct source *source)
{
    struct state_cell *s = state_of(c, group);
    const struct running *r = &c->running[s->correlation];
    struct siphash_print print = {};
    double number = 0;
    const bool temporal =
        r->def->type == CORRELATION_TEMPORAL || r->def->type == CORRELATION_TEMPORAL_ORDERED;
    if (!temporal && group_has_seen(c, s, source)) return;
    if (!window_value(c, r, group, place, source, &print, &number)) return;
    const uint32_t cell = group_take(c, s->correlation, group);
    if (cell == 0) return;
    s = state_of(c, group);
    struct event_cell *e = &c->cells.at[cell].event;
    *e = (struct event_cell){ .time_ns = source->time_ns, .position = source->position };
    e->value.bits = print.low;
    if (r->def->type >= CORRELATION_VALUE_SUM) e->value.number = number;
    e->older = s->last;
    if (s->last != 0) c->cells.at[s->last].event.newer = cell;
    if (s->first == 0) s->first = cell;
    s->last = cell;
    s->arrival = cell;
    s->serial = c->serial;
    s->count++;
    const int64_t due_ns = source->time_ns + r->def->timespan_ns;
    if (!s->is_due || due_ns < c->cells.at[s->more].more.due_ns) due_set(c, group, due_ns);
}

static int taken_order(const void *a, const void *b)
{
    const struct taken *left = a;
    const struct taken *right = b;
    if (left->time_ns != right->time_ns) return left->time_ns < right->time_ns ? -1 : 1;
    return (left->position > right->position) - (left->position < right->position);
}

static bool taken_room(struct correlator *c, size_t count)
{
    if (count <= c->taken_cap) return true;
    size_t cap = c->taken_cap == 0 ? TAKEN_START : c->taken_cap;
    while (cap < count)
        cap *= 2;
    struct taken *taken = realloc(c->taken, cap * sizeof *taken);
    if (taken != NULL) c->taken = taken;
    double *numbers = realloc(c->numbers, cap * sizeof *numbers);
    if (numbers != NULL) c->numbers = numbers;
    if (taken == NULL || numbers == NULL) return false;
    c->taken_cap = cap;
    return true;
}

/* Takes the events of the window that ends at due_ns out of the group, sorted. */
static size_t window_take(struct correlator *c, uint32_t group, int64_t due_ns)
{
    struct state_cell *s = state_of(c, group);
    size_t count = 0;
    uint32_t kept_first = 0, kept_last = 0, kept = 0;
    for (uint32_t cell = s->first; cell != 0;) {
        struct event_cell *e = &c->cells.at[cell].event;
        const uint32_t next = e->newer;
        if (e->time_ns <= due_ns) {
            c->taken[count].time_ns = e->time_ns;
            c->taken[count].position = e->position;
            c->taken[count++].value.bits = e->value.bits;
            group_give(c, s->correlation, cell);
        } else {
            e->older = kept_last;
            e->newer = 0;
            if (kept_last != 0) c->cells.at[kept_last].event.newer = cell;
            if (kept_first == 0) kept_first = cell;
            kept_last = cell;
            kept++;
        }
        cell = next;
    }
    s->first = kept_first;
    s->last = kept_last;
    s->count = kept;
    s->arrival = kept_last;
    qsort(c->taken, count, sizeof *c->taken, taken_order);
    return count;
}

static int number_order(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static int bits_order(const void *a, const void *b)
{
    const uint64_t left = ((const struct taken *)a)->value.bits;
    const uint64_t right = ((const struct taken *)b)->value.bits;
    return (left > right) - (left < right);
}

/* Linear interpolation between the two nearest ranks (C = 1). */
static double percentile_of(double *numbers, size_t count, double percentile)
{
    qsort(numbers, count, sizeof *numbers, number_order);
    const double rank = percentile / 100 * (double)(count - 1);
    const size_t low = (size_t)rank;
    if (low + 1 >= count) return numbers[count - 1];
    return numbers[low] + (rank - (double)low) * (numbers[low + 1] - numbers[low]);
}

static double distinct_of(struct correlator *c, size_t count)
{
    size_t distinct = 0;
    qsort(c->taken, count, sizeof *c->taken, bits_order);
    for (size_t i = 0; i < count; i++) {
        distinct += i == 0 || c->taken[i].value.bits != c->taken[i - 1].value.bits;
    }
    qsort(c->taken, count, sizeof *c->taken, taken_order);
    return (double)distinct;
}

static double numbers_measure(struct correlator *c, const struct correlation *def, size_t count)
{
    __int128 millionths = 0;
    for (size_t i = 0; i < count; i++) {
        c->numbers[i] = c->taken[i].value.number;
        millionths += (__int128)rint(c->numbers[i] * 1e6);
    }
    if (def->type == CORRELATION_VALUE_SUM) return (double)millionths / 1e6;
    if (def->type == CORRELATION_VALUE_AVG) return (double)millionths / 1e6 / (double)count;
    const bool median = def->type == CORRELATION_VALUE_MEDIAN;
    return percentile_of(c->numbers, count, median ? 50 : def->percentile);
}

static double measure_of(struct correlator *c, const struct correlation *def, size_t count)
{
    switch ((enum correlation_type)def->type) {
    case CORRELATION_EVENT_COUNT:
        return (double)count;
    case CORRELATION_VALUE_COUNT:
    case CORRELATION_TEMPORAL:
        return distinct_of(c, count);
    case CORRELATION_TEMPORAL_ORDERED:
        return ordered_length(def, c->taken, count);
    case CORRELATION_VALUE_SUM:
    case CORRELATION_VALUE_AVG:
    case CORRELATION_VALUE_PERCENTILE:
    case CORRELATION_VALUE_MEDIAN:
        return numbers_measure(c, def, count);
    }
    return 0;
}

static bool closing_holds(struct correlator *c, const struct correlation *def, size_t count,
                          double measure)
{
    uint64_t seen = 0;
    if (def->condition == NULL) return correlation_holds(def, measure);
    for (size_t i = 0; i < count; i++)
        seen |= UINT64_C(1) << c->taken[i].value.bits;
    return names_hold(def->condition, seen, 0);
}

void due_renew(struct correlator *c, uint32_t group)
{
    struct state_cell *s = state_of(c, group);
    int64_t anchor = INT64_MAX;
    for (uint32_t cell = s->first; cell != 0; cell = c->cells.at[cell].event.newer) {
        if (c->cells.at[cell].event.time_ns < anchor) anchor = c->cells.at[cell].event.time_ns;
    }
    if (s->first == 0) {
        group_free(c, group);
    } else {
        due_set(c, group, anchor + c->running[s->correlation].def->timespan_ns);
    }
}

static void window_close(struct correlator *c, uint32_t group, int64_t due_ns)
{
    const struct state_cell *s = state_of(c, group);
    const uint32_t correlation = s->correlation;
    const struct running *r = &c->running[correlation];
    struct frame *frame = &c->frames[0];
    if (!taken_room(c, s->count)) { /* memory is out: the window is given up, and told */
        group_evicted(c, correlation);
        group_free(c, group);
        return;
    }
    group_read(c, group, frame);
    const size_t count = window_take(c, group, due_ns);
    due_renew(c, group);
    if (count == 0) return;
    const double measure = measure_of(c, r->def, count);
    if (!closing_holds(c, r->def, count, measure)) return;
    size_t told = count < FINDING_EVIDENCE_MAX ? count : FINDING_EVIDENCE_MAX;
    for (size_t i = 0; i < told; i++)
        frame->evidence[i] = c->taken[i].position;
    const struct finding finding = { .kind = FINDING_CORRELATION,
                                     .rule = r->rule,
                                     .position = c->taken[count - 1].position,
                                     .time_ns = c->taken[count - 1].time_ns,
                                     .groups = frame->groups,
                                     .group_count = r->def->group_count,
                                     .evidence = frame->evidence,
                                     .evidence_count = told,
                                     .evidence_left = count - told,
                                     .window_start_ns = due_ns - r->def->timespan_ns,
                                     .window_end_ns = due_ns,
                                     .measure = measure };
    correlator_fire(c, correlation, &finding, 0);
}

void due_close(struct correlator *c, bool all)
{
    while (c->due_count != 0 && (all || c->due[0].due_ns < c->watermark_ns)) {
        const struct due due = c->due[0];
        due_remove(c, due.group);
        window_close(c, due.group, due.due_ns);
    }
}
