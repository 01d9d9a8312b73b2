/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/presence/presence.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/siphash.h"
#include "judge/presence/presence_state.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000 };

status presence_new(struct presence **ret_presence)
{
    *ret_presence = calloc(1, sizeof **ret_presence);
    return *ret_presence != NULL ? OK : FAIL(E_NOMEM);
}

void presence_free(struct presence *p)
{
    if (p == NULL) return;
    for (size_t i = 0; i < p->count; i++)
        free(p->at[i]);
    free(p);
}

/* The place of a name in the table: where it is, or where it would go. */
static uint16_t *place_of(struct presence *p, slice name)
{
    static const struct siphash_key key; /* names are given by operators, not by strangers */
    for (uint64_t at = siphash_128(&key, name).low;; at++) {
        uint16_t *place = &p->places[at % PLACES];
        if (*place == 0 || slice_is(name, p->at[*place - 1]->name)) return place;
    }
}

struct presence_source *presence_source_of(struct presence *p, slice name)
{
    if (p->newest != NULL && slice_is(name, p->newest->name)) return p->newest;
    const uint16_t *place = place_of(p, name);
    if (*place == 0) return NULL;
    p->newest = p->at[*place - 1];
    return p->newest;
}

const struct presence_source *presence_find(const struct presence *p, slice name)
{
    for (size_t i = 0; i < p->count; i++) {
        if (slice_is(name, p->at[i]->name)) return p->at[i];
    }
    return NULL;
}

const struct presence_source *presence_seek(struct presence *p, slice name)
{
    return presence_source_of(p, name);
}

const struct presence_source *presence_nth(const struct presence *p, size_t nth)
{
    return nth < p->count ? p->at[nth] : NULL;
}

status presence_declare(struct presence *p, slice name, uint64_t id, uint32_t silence_s)
{
    if (name.len == 0 || name.len > PRESENCE_NAME_BYTES_MAX) return FAIL(E_VALUE);
    struct presence_source *s = presence_source_of(p, name);
    if (s == NULL) {
        if (p->count == PRESENCE_SOURCES_MAX) return FAIL(E_LIMIT);
        s = calloc(1, sizeof *s);
        if (s == NULL) return FAIL(E_NOMEM);
        bytes_copy(s->name, sizeof s->name - 1, name);
        uint16_t *place = place_of(p, name);
        p->at[p->count++] = s;
        *place = (uint16_t)p->count;
    }
    s->id = id;
    s->silence_s = silence_s;
    return OK;
}

/* ---- numbers ---- */

static void hole_remove(struct presence_source *s, uint32_t nth)
{
    s->hole_count--;
    for (uint32_t i = nth; i < s->hole_count; i++)
        s->holes[i] = s->holes[i + 1];
}

/* The two oldest become one, of which only the ends are known. */
static void holes_join(struct presence_source *s)
{
    s->holes[0].last = s->holes[1].last;
    s->holes[0].amount += s->holes[1].amount;
    hole_remove(s, 1);
}

static void hole_insert(struct presence_source *s, uint32_t nth, const struct presence_hole *hole)
{
    for (uint32_t i = s->hole_count; i > nth; i--)
        s->holes[i] = s->holes[i - 1];
    s->holes[nth] = *hole;
    s->hole_count++;
}

/* A missing number has come: the hole shrinks, or becomes two. Where there is no room for two, or
 * it was joined, only its amount is right. */
static void hole_fill(struct presence_source *s, uint32_t nth, uint64_t number)
{
    struct presence_hole *hole = &s->holes[nth];
    const bool is_whole = hole->last - hole->first == hole->amount - 1;
    hole->amount--;
    if (hole->amount == 0) {
        hole_remove(s, nth);
    } else if (is_whole && number == hole->first) {
        hole->first++;
    } else if (is_whole && number == hole->last) {
        hole->last--;
    } else if (is_whole && s->hole_count < PRESENCE_HOLES_MAX) {
        const struct presence_hole upper = { number + 1, hole->last, hole->last - number,
                                             hole->noticed_ns };
        hole->last = number - 1;
        hole->amount = number - hole->first;
        hole_insert(s, nth + 1, &upper);
    }
}

static void take_late(struct presence_source *s, uint64_t number)
{
    for (uint32_t i = 0; i < s->hole_count; i++) {
        if (number < s->holes[i].first || number > s->holes[i].last) continue;
        hole_fill(s, i, number);
        return;
    }
}

static void take_number(struct presence_source *s, int64_t arrived_ns, uint64_t number)
{
    if (s->is_numbered && number < s->highest) {
        take_late(s, number);
        return;
    }
    if (s->is_numbered && number - s->highest > 1) {
        const struct presence_hole hole = { s->highest + 1, number - 1, number - s->highest - 1,
                                            arrived_ns };
        if (s->hole_count == PRESENCE_HOLES_MAX) holes_join(s);
        hole_insert(s, s->hole_count, &hole);
    }
    s->is_numbered = true;
    s->highest = number;
}

/* ---- the fold ---- */

void presence_event(struct presence *p, slice name, int64_t arrived_ns, const uint64_t *number)
{
    struct presence_source *s = presence_source_of(p, name);
    if (s == NULL) return;
    if (arrived_ns > s->heard_ns) s->heard_ns = arrived_ns;
    if (s->silent_ns != 0 && s->back_ns == 0) s->back_ns = arrived_ns;
    if (number != NULL) take_number(s, arrived_ns, *number);
}

static void take_numbers(struct presence_source *s, uint64_t first, uint64_t last)
{
    take_number(s, s->heard_ns, first);
    while (first < last && first < s->highest)
        take_number(s, s->heard_ns, ++first);
    s->highest = last > s->highest ? last : s->highest; /* all of them in order */
}

void presence_numbers(struct presence *p, uint64_t id, uint64_t first, uint64_t last)
{
    if (last < first) return;
    for (size_t i = 0; i < p->count; i++) {
        if (p->at[i]->id == id) take_numbers(p->at[i], first, last);
    }
}

static void reported_hole(struct presence_source *s, const struct presence_report *r)
{
    s->missing += r->amount;
    for (uint32_t i = s->hole_count; i-- > 0;) {
        if (s->holes[i].first >= r->first && s->holes[i].last <= r->last) hole_remove(s, i);
    }
}

void presence_reported(struct presence *p, const struct presence_report *r)
{
    struct presence_source *s = presence_source_of(p, r->source);
    if (s == NULL) return;
    switch ((enum presence_cause)r->cause) {
    case PRESENCE_HOLE:
        reported_hole(s, r);
        return;
    case PRESENCE_SILENT:
        s->silent_ns = r->from_ns;
        return;
    case PRESENCE_BACK:
        s->silent_ns = 0;
        s->back_ns = 0;
        return;
    }
}

/* ---- what is due ---- */

static bool hole_is_due(const struct presence_source *s, const struct presence_hole *hole,
                        int64_t now_ns)
{
    if (s->highest - hole->last >= PRESENCE_BEHIND_MAX) return true;
    return now_ns - hole->noticed_ns >= (int64_t)PRESENCE_WAIT_S * NS_PER_S;
}

static bool silence_is_due(const struct presence_source *s, int64_t now_ns, int64_t listening_ns)
{
    if (s->silence_s == 0 || s->heard_ns == 0 || s->silent_ns != 0) return false;
    const uint32_t start_s = s->silence_s < PRESENCE_START_S ? s->silence_s : PRESENCE_START_S;
    return now_ns - s->heard_ns >= (int64_t)s->silence_s * NS_PER_S &&
           now_ns - listening_ns >= (int64_t)start_s * NS_PER_S;
}

static bool source_is_due(const struct presence_source *s, int64_t now_ns, int64_t listening_ns,
                          struct presence_report *ret_report)
{
    struct presence_report r = { .source = slice_text(s->name) };
    if (s->hole_count > 0 && hole_is_due(s, &s->holes[0], now_ns)) {
        r.cause = PRESENCE_HOLE;
        r.first = s->holes[0].first;
        r.last = s->holes[0].last;
        r.amount = s->holes[0].amount;
        r.from_ns = s->holes[0].noticed_ns;
        r.to_ns = now_ns;
    } else if (s->back_ns != 0) {
        r.cause = PRESENCE_BACK;
        r.from_ns = s->silent_ns;
        r.to_ns = s->back_ns;
    } else if (silence_is_due(s, now_ns, listening_ns)) {
        r.cause = PRESENCE_SILENT;
        r.from_ns = s->heard_ns;
    } else {
        return false;
    }
    *ret_report = r;
    return true;
}

bool presence_due(const struct presence *p, int64_t now_ns, int64_t listening_ns,
                  struct presence_report *ret_report)
{
    for (size_t i = 0; i < p->count; i++) {
        if (source_is_due(p->at[i], now_ns, listening_ns, ret_report)) return true;
    }
    return false;
}
