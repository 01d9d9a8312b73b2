/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/correlate/window.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/writer.h"
#include "base/banned.h"

/*
 * Sliding windows: the events of a group in the order of (time, position), at most timespan from
 * the first to the last. What cannot change an answer is not kept: a growing count keeps as many of
 * the newest events as it needs; of each distinct value, and of each rule of an unordered temporal
 * correlation, only the latest event counts; of neighbours of one rule in an ordered one the later.
 * So a distinct count costs one look into the hash table, however many values the window holds.
 */
enum { NUMBER_DIGITS_MAX = 64 };
static const double millionth = 1e6;

static struct event_cell *event_at(const struct correlator *c, uint32_t cell)
{
    return &c->cells.at[cell].event;
}

static bool is_before(const struct event_cell *a, int64_t time_ns, uint64_t position)
{
    return a->time_ns < time_ns || (a->time_ns == time_ns && a->position <= position);
}

static void unlink_event(struct correlator *c, struct state_cell *s, uint32_t cell)
{
    const struct event_cell *e = event_at(c, cell);
    if (e->older != 0) event_at(c, e->older)->newer = e->newer;
    if (e->newer != 0) event_at(c, e->newer)->older = e->older;
    if (s->first == cell) s->first = e->newer;
    if (s->last == cell) s->last = e->older;
    s->count--;
}

/* Between which events one of that time belongs; false if behind more than WALK_MAX newer ones. */
static bool place_find(const struct correlator *c, const struct state_cell *s, int64_t time_ns,
                       uint64_t position, uint32_t *ret_older, uint32_t *ret_newer)
{
    uint32_t older = s->last, newer = 0;
    for (size_t steps = 0; older != 0; steps++) {
        if (is_before(event_at(c, older), time_ns, position)) break;
        if (steps == WALK_MAX) return false;
        newer = older;
        older = event_at(c, older)->older;
    }
    *ret_older = older;
    *ret_newer = newer;
    return true;
}

static void link_event(struct correlator *c, struct state_cell *s, uint32_t cell, uint32_t older,
                       uint32_t newer)
{
    struct event_cell *e = event_at(c, cell);
    e->older = older;
    e->newer = newer;
    if (older != 0) event_at(c, older)->newer = cell;
    if (newer != 0) event_at(c, newer)->older = cell;
    if (older == 0) s->first = cell;
    if (newer == 0) s->last = cell;
    s->count++;
}

__int128 window_millionths(double number)
{
    return (__int128)rint(number * millionth);
}

/* Frees what belongs to the event besides its own cell. */
static void let_go(struct correlator *c, const struct running *r, struct state_cell *s,
                   uint32_t cell)
{
    const struct event_cell *e = event_at(c, cell);
    if (!r->def->is_monotone) return;
    if (r->def->type == CORRELATION_VALUE_COUNT) {
        const uint32_t value = (uint32_t)e->value.bits;
        cells_leave(&c->cells, value);
        group_give(c, s->correlation, value);
    }
    if (r->def->type == CORRELATION_VALUE_SUM && s->more != 0) {
        c->cells.at[s->more].more.millionths -= window_millionths(e->value.number);
    }
}

static void remove_event(struct correlator *c, struct state_cell *s, uint32_t cell)
{
    let_go(c, &c->running[s->correlation], s, cell);
    unlink_event(c, s, cell);
    if (s->arrival == cell) s->arrival = 0;
    group_give(c, s->correlation, cell);
}

void window_drop(struct correlator *c, uint32_t group)
{
    struct state_cell *s = state_of(c, group);
    remove_event(c, s, s->first);
}

void window_forget(struct correlator *c, uint32_t group, uint32_t cell)
{
    remove_event(c, state_of(c, group), cell);
}

static bool number_of(slice text, double *ret_number)
{
    struct decimal exact = {};
    char copy[NUMBER_DIGITS_MAX + 1] = {};
    if (text.len > NUMBER_DIGITS_MAX || decimal_parse(text, &exact).code != E_OK) return false;
    bytes_copy(copy, NUMBER_DIGITS_MAX, text);
    *ret_number = strtod(copy, NULL);
    return fabs(*ret_number) <= WINDOW_NUMBER_MAX;
}

/* The fingerprint of the tuple of values within the group; false if one of them is absent. */
static bool tuple_print(struct correlator *c, const struct correlation *def, uint32_t group,
                        const struct source *source, struct siphash_print *ret_print)
{
    uint8_t bytes[16 * (CORRELATION_FIELDS_MAX + 1)];
    struct writer w = writer_of(bytes, sizeof bytes);
    writer_u64(&w, c->cells.at[group].group.print.low);
    writer_u64(&w, c->cells.at[group].group.print.high);
    for (uint32_t i = 0; i < def->field_count; i++) {
        slice value = slice_none();
        if (!source_value(source, def->fields[i], &value)) return false;
        const struct siphash_print print = siphash_128(&c->config.key, value);
        writer_u64(&w, print.low);
        writer_u64(&w, print.high);
    }
    *ret_print = siphash_128(&c->config.key, writer_slice(&w));
    return true;
}

bool window_value(struct correlator *c, const struct running *r, uint32_t group, uint32_t place,
                  const struct source *source, struct siphash_print *ret_print, double *ret_number)
{
    slice value = slice_none();
    switch ((enum correlation_type)r->def->type) {
    case CORRELATION_EVENT_COUNT:
        return true;
    case CORRELATION_TEMPORAL:
    case CORRELATION_TEMPORAL_ORDERED:
        *ret_print = (struct siphash_print){ .low = place };
        return true;
    case CORRELATION_VALUE_COUNT:
        return tuple_print(c, r->def, group, source, ret_print);
    case CORRELATION_VALUE_SUM:
    case CORRELATION_VALUE_AVG:
    case CORRELATION_VALUE_PERCENTILE:
    case CORRELATION_VALUE_MEDIAN:
        if (!source_value(source, r->def->fields[0], &value)) return false;
        if (number_of(value, ret_number)) return true;
        c->not_a_number++;
        return false;
    }
    return false;
}

/* The kept event that this one replaces: same value, or same rule; 0 if there is none. */
static uint32_t replaced_by(struct correlator *c, const struct running *r, uint32_t group,
                            struct siphash_print print)
{
    if (r->def->type == CORRELATION_VALUE_COUNT) {
        const uint32_t value = cells_find(&c->cells, print);
        if (value == 0 || c->cells.at[value].value.group != group) return 0;
        return c->cells.at[value].value.event;
    }
    if (r->def->type != CORRELATION_TEMPORAL) return 0;
    uint32_t cell = state_of(c, group)->first;
    while (cell != 0 && event_at(c, cell)->value.bits != print.low)
        cell = event_at(c, cell)->newer;
    return cell;
}

/* Moves the kept event to the newer of the two times. False if that is too late to be sorted in. */
static bool renew(struct correlator *c, struct state_cell *s, uint32_t cell,
                  const struct source *source)
{
    struct event_cell *e = event_at(c, cell);
    uint32_t older = 0, newer = 0;
    if (!is_before(e, source->time_ns, source->position)) return true; /* a newer one is there */
    if (!place_find(c, s, source->time_ns, source->position, &older, &newer)) {
        c->late++;
        return false;
    }
    e->time_ns = source->time_ns;
    e->position = source->position;
    if (older == cell) return true; /* it stays between its neighbours */
    unlink_event(c, s, cell);
    link_event(c, s, cell, older, newer);
    return true;
}

/* Enters the event with its distinct value, if it is one of those. Both cells are taken before
 * anything is linked, because making room may take the group's own oldest events. */
static uint32_t event_new(struct correlator *c, uint32_t group, const struct source *source,
                          struct siphash_print print, double number)
{
    struct state_cell *s = state_of(c, group);
    const uint8_t type = c->running[s->correlation].def->type;
    const bool distinct = type == CORRELATION_VALUE_COUNT;
    uint32_t older = 0, newer = 0;
    const uint32_t cell = group_take(c, s->correlation, group);
    const uint32_t value = cell == 0 || !distinct ? 0 : group_take(c, s->correlation, group);
    const bool has_room = cell != 0 && (value != 0 || !distinct);
    const bool has_place =
        has_room && place_find(c, s, source->time_ns, source->position, &older, &newer);
    if (!has_place) {
        if (has_room) c->late++;
        if (cell != 0) group_give(c, s->correlation, cell);
        if (value != 0) group_give(c, s->correlation, value);
        return 0;
    }
    struct event_cell *e = event_at(c, cell);
    *e = (struct event_cell){ .time_ns = source->time_ns, .position = source->position };
    e->value.bits = distinct ? value : print.low;
    if (type == CORRELATION_VALUE_SUM) {
        e->value.number = number;
        c->cells.at[s->more].more.millionths += window_millionths(number);
    }
    if (distinct) {
        c->cells.at[value].value =
            (struct value_cell){ .print = print, .event = cell, .group = group };
        cells_enter(&c->cells, value);
    }
    link_event(c, s, cell, older, newer);
    return cell;
}

/* Of neighbours of one rule the earlier one can be spared; and no more than can be looked at. */
static void spare_neighbours(struct correlator *c, uint32_t group, uint32_t cell)
{
    struct state_cell *s = state_of(c, group);
    const struct event_cell *e = event_at(c, cell);
    const uint32_t older = e->older, newer = e->newer;
    if (older != 0 && event_at(c, older)->value.bits == e->value.bits) remove_event(c, s, older);
    if (newer != 0 && event_at(c, newer)->value.bits == e->value.bits) remove_event(c, s, cell);
    if (s->count > ORDERED_EVENTS_MAX) {
        group_evicted(c, s->correlation);
        window_drop(c, group);
    }
}

static void slide(struct correlator *c, uint32_t group)
{
    struct state_cell *s = state_of(c, group);
    const struct running *r = &c->running[s->correlation];
    const int64_t start = event_at(c, s->last)->time_ns - r->def->timespan_ns;
    while (event_at(c, s->first)->time_ns < start || s->count > r->need)
        window_drop(c, group);
}

bool window_add(struct correlator *c, uint32_t group, uint32_t place, const struct source *source)
{
    struct state_cell *s = state_of(c, group);
    const struct running *r = &c->running[s->correlation];
    struct siphash_print print = {};
    double number = 0;
    if (s->last != 0 && source->time_ns < event_at(c, s->last)->time_ns - r->def->timespan_ns) {
        c->late++;
        return false;
    }
    /* Between the two the window was empty, and its condition false. */
    if (s->last != 0 && source->time_ns - r->def->timespan_ns > event_at(c, s->last)->time_ns) {
        s->has_fired = 0;
    }
    const bool counts_events =
        r->def->type == CORRELATION_EVENT_COUNT || r->def->type == CORRELATION_VALUE_SUM;
    if (counts_events && group_has_seen(c, s, source)) return false;
    if (!window_value(c, r, group, place, source, &print, &number)) return false;
    uint32_t cell = replaced_by(c, r, group, print);
    if (cell != 0) {
        if (!renew(c, s, cell, source)) return false;
    } else {
        cell = event_new(c, group, source, print, number);
        if (cell == 0) return false;
    }
    s->arrival = cell;
    s->serial = c->serial;
    if (r->def->type == CORRELATION_TEMPORAL_ORDERED) spare_neighbours(c, group, cell);
    slide(c, group);
    return true;
}

bool names_hold(const struct rule_node *node, uint64_t seen, size_t depth)
{
    assert(depth < RULE_DEPTH_MAX);
    if (node->kind == NODE_SELECTION) return (seen >> node->index & 1) != 0;
    if (node->kind == NODE_NOT) return !names_hold(node->children, seen, depth + 1);
    const bool all = node->kind == NODE_AND;
    for (uint32_t i = 0; i < node->count; i++) {
        if (names_hold(&node->children[i], seen, depth + 1) != all) return !all;
    }
    return all;
}

uint32_t ordered_length(const struct correlation *def, const struct taken *events, size_t count)
{
    uint32_t best[CORRELATION_RULES_MAX] = {}; /* longest run that ends with this rule */
    uint32_t longest = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t place = events[i].value.bits;
        uint32_t length = 0;
        for (uint32_t p = 0; p < place && p < def->rule_count; p++) {
            if (best[p] > length) length = best[p];
        }
        if (length + 1 > best[place]) best[place] = length + 1;
        if (best[place] > longest) longest = best[place];
    }
    return longest;
}

static uint32_t ordered_in_window(struct correlator *c, uint32_t group)
{
    struct taken events[ORDERED_EVENTS_MAX + 1];
    const struct state_cell *s = state_of(c, group);
    size_t count = 0;
    for (uint32_t cell = s->first; cell != 0; cell = event_at(c, cell)->newer) {
        events[count++].value.bits = event_at(c, cell)->value.bits;
    }
    return ordered_length(c->running[s->correlation].def, events, count);
}

bool window_holds(struct correlator *c, uint32_t group, double *ret_measure)
{
    const struct state_cell *s = state_of(c, group);
    const struct correlation *def = c->running[s->correlation].def;
    double measure = s->count;
    uint64_t seen = 0;
    if (def->type == CORRELATION_VALUE_SUM) {
        measure = (double)c->cells.at[s->more].more.millionths / millionth;
    }
    if (def->type == CORRELATION_TEMPORAL_ORDERED) measure = ordered_in_window(c, group);
    *ret_measure = measure;
    const bool temporal =
        def->type == CORRELATION_TEMPORAL || def->type == CORRELATION_TEMPORAL_ORDERED;
    if (def->condition != NULL) {
        for (uint32_t cell = s->first; cell != 0; cell = event_at(c, cell)->newer) {
            seen |= UINT64_C(1) << event_at(c, cell)->value.bits;
        }
        return names_hold(def->condition, seen, 0);
    }
    /*= sigma-correlation-rules-specification: all events defined by the rules must occur (point 9)
     */
    if (temporal && def->bound_count == 0) return measure >= def->rule_count;
    return correlation_holds(def, measure);
}
