/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/correlate/snapshot.h"

#include <math.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/cursor.h"
#include "judge/sigma/correlate/state.h"
#include "judge/sigma/correlate/window.h"
#include "base/banned.h"

enum {
    HEAD_BYTES = 1 + 8 + 16 + 16 + 8 + 2 + 4 + 16 + 4,
    DEFINITION_BYTES = 2 + 8 + 12,
    RUNNING_BYTES = DEFINITION_BYTES + 16 + 16,
    DUE_BYTES = 12,
    CHAIN_MAX = 64, /* cells of a bucket; keyed fingerprints never come near */
};

static const int64_t time_bound = INT64_MAX / 4;

/* Differs where a cell's numbers lie otherwise in memory. */
static uint64_t layout_mark(void)
{
    const union cell cell = { .state = { .first = 0x01020304, .correlation = 0x0506 } };
    uint64_t mark = offsetof(struct state_cell, correlation) << 32;
    const uint8_t *bytes = (const uint8_t *)&cell;
    for (size_t i = 0; i < 4; i++)
        mark = mark << 4 | bytes[i];
    return mark << 8 | sizeof(struct more_cell);
}

/* ---- writing ---- */

static void definition_write(const struct running *r, struct writer *w)
{
    writer_u8(w, r->def->type);
    writer_u8(w, r->def->is_monotone ? 0 : 1);
    writer_u64(w, (uint64_t)r->def->timespan_ns);
    writer_u32(w, r->def->rule_count);
    writer_u32(w, r->def->group_count);
    writer_u32(w, r->need);
}

static void running_write(const struct running *r, struct writer *w)
{
    definition_write(r, w);
    writer_u32(w, r->oldest);
    writer_u32(w, r->newest);
    writer_u32(w, r->group_count);
    writer_u32(w, r->cell_count);
    writer_u64(w, r->evicted);
    writer_u64(w, r->evicted_told);
}

static void head_write(const struct correlator *c, struct writer *w)
{
    writer_u8(w, SNAPSHOT_VERSION);
    writer_u64(w, layout_mark());
    writer_u64(w, c->config.key.a);
    writer_u64(w, c->config.key.b);
    writer_u32(w, c->cells.count);
    writer_u32(w, c->cells.used);
    writer_u32(w, c->cells.free);
    writer_u32(w, c->due_count);
    writer_u64(w, (uint64_t)c->newest_ns);
    writer_u8(w, c->has_time ? 1 : 0);
    writer_u8(w, c->has_evicted ? 1 : 0);
    writer_u32(w, c->serial);
    writer_u64(w, c->late);
    writer_u64(w, c->not_a_number);
    writer_u32(w, c->running_count);
}

static size_t cells_bytes(const struct correlator *c)
{
    return (size_t)(c->cells.used - 1) * CELL_BYTES;
}

size_t correlator_save_bytes(const struct correlator *c)
{
    return HEAD_BYTES + (size_t)c->running_count * RUNNING_BYTES +
           (size_t)c->due_count * DUE_BYTES + cells_bytes(c);
}

status correlator_save(const struct correlator *c, struct writer *w)
{
    head_write(c, w);
    for (uint32_t i = 0; i < c->running_count; i++)
        running_write(&c->running[i], w);
    for (uint32_t i = 0; i < c->due_count; i++) {
        writer_u64(w, (uint64_t)c->due[i].due_ns);
        writer_u32(w, c->due[i].group);
    }
    writer_bytes(w, (slice){ (const uint8_t *)(c->cells.at + 1), cells_bytes(c) });
    return writer_end(w);
}

/* ---- reading: the numbers ---- */

static bool is_time(int64_t time_ns)
{
    return time_ns >= -time_bound && time_ns <= time_bound;
}

static status flag_read(struct cursor *in, bool *ret_flag)
{
    uint8_t value = 0;
    TRY(cursor_u8(in, &value));
    *ret_flag = value == 1;
    return value <= 1 ? OK : FAIL(E_VALUE);
}

/* No count is the correlator's before it is known to fit. */
static status start_read(struct correlator *c, struct cursor *in)
{
    uint8_t version = 0;
    uint64_t layout = 0;
    uint32_t cells = 0, used = 0, due_count = 0;
    TRY(cursor_u8(in, &version));
    TRY(cursor_u64(in, &layout));
    if (version != SNAPSHOT_VERSION || layout != layout_mark()) return FAIL(E_UNKNOWN);
    TRY(cursor_u64(in, &c->config.key.a));
    TRY(cursor_u64(in, &c->config.key.b));
    TRY(cursor_u32(in, &cells));
    TRY(cursor_u32(in, &used));
    TRY(cursor_u32(in, &c->cells.free));
    TRY(cursor_u32(in, &due_count));
    if (cells != c->cells.count || used < 1 || used > cells || due_count > c->due_cap) {
        return FAIL(E_VALUE);
    }
    c->cells.used = used;
    c->due_count = due_count;
    return OK;
}

static status head_read(struct correlator *c, struct cursor *in)
{
    uint64_t newest = 0;
    uint32_t running_count = 0;
    TRY(start_read(c, in));
    TRY(cursor_u64(in, &newest));
    TRY(flag_read(in, &c->has_time));
    TRY(flag_read(in, &c->has_evicted));
    TRY(cursor_u32(in, &c->serial));
    TRY(cursor_u64(in, &c->late));
    TRY(cursor_u64(in, &c->not_a_number));
    TRY(cursor_u32(in, &running_count));
    c->newest_ns = (int64_t)newest;
    if (running_count != c->running_count || !is_time(c->newest_ns)) return FAIL(E_VALUE);
    if (c->has_time) correlator_watermark(c);
    return OK;
}

/* The correlation at this place is the one that was saved there. */
static status definition_check(const struct running *r, struct cursor *in)
{
    uint8_t bytes[DEFINITION_BYTES];
    struct writer w = writer_of(bytes, sizeof bytes);
    slice saved = {};
    definition_write(r, &w);
    TRY(cursor_bytes(in, sizeof bytes, &saved));
    return slice_equal(saved, writer_slice(&w)) ? OK : FAIL(E_VALUE);
}

static status running_read(struct running *r, struct cursor *in)
{
    TRY(definition_check(r, in));
    TRY(cursor_u32(in, &r->oldest));
    TRY(cursor_u32(in, &r->newest));
    TRY(cursor_u32(in, &r->group_count));
    TRY(cursor_u32(in, &r->cell_count));
    TRY(cursor_u64(in, &r->evicted));
    TRY(cursor_u64(in, &r->evicted_told));
    return r->evicted_told <= r->evicted ? OK : FAIL(E_VALUE);
}

static status due_read(struct correlator *c, struct cursor *in)
{
    for (uint32_t i = 0; i < c->due_count; i++) {
        uint64_t due_ns = 0;
        TRY(cursor_u64(in, &due_ns));
        TRY(cursor_u32(in, &c->due[i].group));
        c->due[i].due_ns = (int64_t)due_ns;
    }
    return OK;
}

static status numbers_read(struct correlator *c, struct cursor *in)
{
    slice cells = {};
    TRY(head_read(c, in));
    for (uint32_t i = 0; i < c->running_count; i++)
        TRY(running_read(&c->running[i], in));
    TRY(due_read(c, in));
    TRY(cursor_bytes(in, cells_bytes(c), &cells));
    TRY(cursor_end(in));
    bytes_copy(c->cells.at + 1, cells_bytes(c), cells);
    return OK;
}

/* ---- reading: the links ---- */

/* Every used cell is reached exactly once: as part of a group, or as a free one. */
struct check {
    struct correlator *c;
    const struct correlator_places *places;
    uint8_t *reached; /* a bit per cell */
    uint32_t reached_count;
    uint32_t due_count; /* groups that wait */
};

static bool reach(struct check *k, uint32_t cell)
{
    if (cell == 0 || cell >= k->c->cells.used) return false;
    uint8_t *byte = &k->reached[cell / 8];
    const uint8_t bit = (uint8_t)(1u << cell % 8);
    if ((*byte & bit) != 0) return false;
    *byte |= bit;
    k->reached_count++;
    return true;
}

/* Enters a group or value cell in the hash table; false if its fingerprint is there already. */
static bool enter(struct check *k, uint32_t cell)
{
    const struct cells *cells = &k->c->cells;
    const struct siphash_print print = cells->at[cell].group.print;
    size_t steps = 0;
    for (uint32_t at = cells_chain(cells, print); at != 0; at = cells->at[at].group.chain) {
        const struct siphash_print *other = &cells->at[at].group.print;
        if (other->low == print.low && other->high == print.high) return false;
        if (++steps == CHAIN_MAX) return false;
    }
    cells_enter(&k->c->cells, cell);
    return true;
}

static bool check_text(struct check *k, const struct state_cell *s)
{
    for (uint32_t cell = s->text; cell != 0; cell = k->c->cells.at[cell].text.next) {
        if (!reach(k, cell)) return false;
    }
    return true;
}

/* What an event holds beside its time: in its type's bounds, and its value cell its own. */
static bool check_value(struct check *k, const struct correlation *def, uint32_t group,
                        uint32_t cell)
{
    const struct event_cell *e = &k->c->cells.at[cell].event;
    switch ((enum correlation_type)def->type) {
    case CORRELATION_EVENT_COUNT:
        return true;
    case CORRELATION_VALUE_COUNT:
        if (!def->is_monotone) return true;
        if (e->value.bits >= k->c->cells.used || !reach(k, (uint32_t)e->value.bits)) return false;
        return k->c->cells.at[e->value.bits].value.event == cell &&
               k->c->cells.at[e->value.bits].value.group == group &&
               enter(k, (uint32_t)e->value.bits);
    case CORRELATION_TEMPORAL:
    case CORRELATION_TEMPORAL_ORDERED:
        return e->value.bits < def->rule_count;
    case CORRELATION_VALUE_SUM:
    case CORRELATION_VALUE_AVG:
    case CORRELATION_VALUE_PERCENTILE:
    case CORRELATION_VALUE_MEDIAN:
        return fabs(e->value.number) <= WINDOW_NUMBER_MAX; /* false for what is no number */
    }
    return false;
}

static bool follows(const struct event_cell *e, const struct event_cell *older)
{
    if (older == NULL) return true;
    return older->time_ns < e->time_ns ||
           (older->time_ns == e->time_ns && older->position <= e->position);
}

static bool translate(const struct check *k, uint64_t *position)
{
    return k->places == NULL || k->places->find(k->places->user, *position, position);
}

/* The events of a group, in their order where the window slides. */
static bool check_events(struct check *k, const struct correlation *def, uint32_t group)
{
    const struct state_cell *s = state_of(k->c, group);
    uint32_t older = 0, count = 0;
    bool has_arrival = s->arrival == 0;
    for (uint32_t cell = s->first; cell != 0;) {
        if (!reach(k, cell)) return false;
        struct event_cell *e = &k->c->cells.at[cell].event;
        const struct event_cell *before = older == 0 ? NULL : &k->c->cells.at[older].event;
        if (e->older != older || !is_time(e->time_ns) || !translate(k, &e->position)) return false;
        if (def->is_monotone && !follows(e, before)) return false;
        if (!check_value(k, def, group, cell)) return false;
        has_arrival |= s->arrival == cell;
        count++;
        older = cell;
        cell = e->newer;
    }
    const bool ordered = def->type == CORRELATION_TEMPORAL_ORDERED && def->is_monotone;
    if (ordered && count > ORDERED_EVENTS_MAX) return false;
    return has_arrival && s->last == older && s->count == count;
}

/* The sum is that of the events. */
static bool check_sum(const struct check *k, const struct state_cell *s)
{
    __int128 sum = 0;
    for (uint32_t cell = s->first; cell != 0; cell = k->c->cells.at[cell].event.newer) {
        const __int128 one = window_millionths(k->c->cells.at[cell].event.value.number);
        if (__builtin_add_overflow(sum, one, &sum)) return false;
    }
    return sum == k->c->cells.at[s->more].more.millionths;
}

/* A group that waits has its place among the ends. */
static bool check_due(struct check *k, uint32_t group, const struct state_cell *s)
{
    if (!s->is_due) return s->count == 0;
    const struct more_cell *more = &k->c->cells.at[s->more].more;
    if (more->due_at >= k->c->due_count || more->due_ns > 2 * time_bound ||
        more->due_ns < -2 * time_bound) {
        return false;
    }
    const struct due *due = &k->c->due[more->due_at];
    k->due_count++;
    return due->group == group && due->due_ns == more->due_ns;
}

static bool check_more(struct check *k, const struct correlation *def, uint32_t group,
                       const struct state_cell *s)
{
    const bool sums = def->is_monotone && def->type == CORRELATION_VALUE_SUM;
    if (def->is_monotone && s->is_due) return false;
    if (def->is_monotone && !sums) return s->more == 0;
    if (!reach(k, s->more)) return false;
    return sums ? check_sum(k, s) : check_due(k, group, s);
}

static bool check_group(struct check *k, uint32_t correlation, uint32_t group)
{
    const struct correlation *def = k->c->running[correlation].def;
    const uint32_t state = k->c->cells.at[group].group.state;
    if (!reach(k, state) || !enter(k, group)) return false;
    const struct state_cell *s = &k->c->cells.at[state].state;
    return s->correlation == correlation && s->has_fired <= 1 && s->is_due <= 1 &&
           check_text(k, s) && check_events(k, def, group) && check_more(k, def, group, s);
}

static bool check_running(struct check *k, uint32_t correlation)
{
    const struct running *r = &k->c->running[correlation];
    const uint32_t reached_before = k->reached_count;
    uint32_t older = 0, count = 0;
    for (uint32_t group = r->oldest; group != 0; group = k->c->cells.at[group].group.newer) {
        if (!reach(k, group) || k->c->cells.at[group].group.older != older) return false;
        if (!check_group(k, correlation, group)) return false;
        older = group;
        count++;
    }
    return r->newest == older && r->group_count == count &&
           r->cell_count == k->reached_count - reached_before;
}

static bool check_all(struct check *k)
{
    const struct correlator *c = k->c;
    for (uint32_t i = 0; i < c->running_count; i++) {
        if (!check_running(k, i)) return false;
    }
    for (uint32_t cell = c->cells.free; cell != 0; cell = c->cells.at[cell].next_free) {
        if (!reach(k, cell)) return false;
    }
    return k->due_count == c->due_count && due_is_heap(c) && k->reached_count == c->cells.used - 1;
}

/* ---- all of it ---- */

static void clear(struct correlator *c, const struct siphash_key *key)
{
    for (uint32_t i = 0; i < c->running_count; i++) {
        struct running *r = &c->running[i];
        *r = (struct running){ .rule = r->rule, .def = r->def, .need = r->need };
    }
    cells_clear(&c->cells);
    c->config.key = *key;
    c->due_count = c->serial = 0;
    c->newest_ns = c->watermark_ns = 0;
    c->has_time = c->has_evicted = false;
    c->late = c->not_a_number = 0;
}

status correlator_restore(struct correlator *c, slice bytes, const struct correlator_places *places)
{
    const struct siphash_key key = c->config.key;
    struct cursor in = cursor_of(bytes);
    assert(c->cells.used == 1 && !c->has_time);
    status s = numbers_read(c, &in);
    struct check k = { .c = c, .places = places };
    if (s.code == E_OK) {
        k.reached = calloc(c->cells.used / 8 + 1, 1);
        s = k.reached == NULL ? FAIL(E_NOMEM) : check_all(&k) ? OK : FAIL(E_VALUE);
        free(k.reached);
    }
    if (s.code != E_OK) clear(c, &key);
    return s;
}
