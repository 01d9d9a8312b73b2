/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a correlator remembers: how far back that reaches, and forgetting of events.
 */
#include <assert.h>
#include "judge/sigma/correlate/window.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000 };

/* Recursion is bounded: no correlation of a finished set is deeper than CORRELATION_DEPTH_MAX. */
static uint64_t reach_of(const struct rule *rule, size_t depth)
{
    uint64_t listed = 0;
    if (rule->kind != RULE_CORRELATION) return 0;
    assert(depth <= CORRELATION_DEPTH_MAX);
    const struct correlation *def = rule->correlation;
    for (uint32_t i = 0; i < def->rule_count; i++) {
        const uint64_t reach = reach_of(def->rules[i], depth + 1);
        if (reach > listed) listed = reach;
    }
    const uint64_t timespan_s = ((uint64_t)def->timespan_ns + NS_PER_S - 1) / NS_PER_S;
    return listed + 2 * timespan_s; /* a timespan is at most 2e9 s, and so no sum wraps */
}

uint64_t correlator_reach_s(const struct ruleset *rs, uint64_t lateness_s)
{
    uint64_t reach = 0;
    for (size_t i = 0; i < rs->rule_count; i++) {
        const uint64_t one = reach_of(rs->rules[i], 0);
        if (one > reach) reach = one;
    }
    return reach == 0 ? 0 : reach + 2 * lateness_s;
}

/* An event that was left out may make a condition false that held. */
static void reconsider(struct correlator *c, uint32_t group)
{
    double measure = 0;
    struct state_cell *s = state_of(c, group);
    if (!c->running[s->correlation].def->is_monotone) {
        due_renew(c, group);
    } else if (s->first == 0) {
        group_free(c, group);
    } else if (s->has_fired) {
        s->has_fired = window_holds(c, group, &measure);
    }
}

static uint64_t group_forget(struct correlator *c, uint32_t group,
                             bool (*is_gone)(void *user, uint64_t position), void *user)
{
    uint64_t forgotten = 0;
    for (uint32_t cell = state_of(c, group)->first; cell != 0;) {
        const struct event_cell event = c->cells.at[cell].event;
        if (is_gone(user, event.position)) {
            window_forget(c, group, cell);
            forgotten++;
        }
        cell = event.newer;
    }
    if (forgotten > 0) reconsider(c, group);
    return forgotten;
}

uint64_t correlator_forget(struct correlator *c, bool (*is_gone)(void *user, uint64_t position),
                           void *user)
{
    uint64_t forgotten = 0;
    for (uint32_t i = 0; i < c->running_count; i++) {
        for (uint32_t group = c->running[i].oldest; group != 0;) {
            const uint32_t next = c->cells.at[group].group.newer;
            forgotten += group_forget(c, group, is_gone, user);
            group = next;
        }
    }
    return forgotten;
}
