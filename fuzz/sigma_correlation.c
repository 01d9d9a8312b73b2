/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge/sigma/correlate: the bytes are events, four of them each: which rules match and the group,
 * the step in time (also back), a value. Every type of correlation runs over them in little memory.
 * What it concludes does not depend on the secret key, nor on whether it was moved into another
 * correlator on the way, each finding keeps what its kind promises, and memory stays within its
 * bound. Then bytes of the state change, here and there: what is restored from them goes on.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/writer.h"
#include "judge/sigma/correlate/snapshot.h"
#include "judge/sigma/correlation.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { EVENT_BYTES = 4, EVENTS_MAX = 4096, RULES = 3, STATE_BYTES = 64 * 1024, CHANGES = 4 };

static const char rules[] =
    "title: a\nname: a\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: s}\n---\n"
    "title: b\nname: b\nlogsource: {product: x}\ndetection: {s: {A: 2}, condition: s}\n---\n"
    "title: c\nname: c\nlogsource: {product: x}\ndetection: {s: {A: 3}, condition: s}\n---\n"
    "title: count\nname: count\ncorrelation: {type: event_count, rules: [a, b], group-by: [G], "
    "timespan: 5m, generate: true, condition: {gte: 3}}\n---\n"
    "title: few\nname: few\ncorrelation: {type: event_count, rules: [a], group-by: [G], "
    "timespan: 1m, generate: true, condition: {lt: 3}}\n---\n"
    "title: values\ncorrelation: {type: value_count, rules: [a, c], group-by: [G], timespan: 5m, "
    "condition: {field: V, gt: 2}}\n---\n"
    "title: all\ncorrelation: {type: temporal, rules: [a, b, c], group-by: [G], timespan: "
    "2m}\n---\n"
    "title: order\ncorrelation: {type: temporal_ordered, rules: [a, b, c], timespan: 2m}\n---\n"
    "title: sum\ncorrelation: {type: value_sum, rules: [b], group-by: [G], timespan: 5m, "
    "condition: {field: V, gte: 100}}\n---\n"
    "title: average\ncorrelation: {type: value_avg, rules: [b, c], timespan: 5m, condition: "
    "{field: V, lt: 20}}\n---\n"
    "title: median\ncorrelation: {type: value_median, rules: [c], group-by: [G], timespan: 5m, "
    "condition: {field: V, gt: 5, lte: 90}}\n---\n"
    "title: percentile\ncorrelation: {type: value_percentile, rules: [c], timespan: 5m, condition: "
    "{field: V, percentile: 90, gte: 50}}\n---\n"
    "title: text\ncorrelation: {type: temporal, rules: [a, b, c], timespan: 1m, condition: "
    "a and b and not c}\n---\n"
    "title: outer\ncorrelation: {type: event_count, rules: [count, few], group-by: [G], "
    "timespan: 1h, condition: {gte: 2}}\n";

/* Boiled down: how many findings, and what they say. */
struct sum {
    uint64_t findings;
    uint64_t hash;
    uint64_t position; /* of the newest event */
    bool is_changed;   /* the state was: what it concludes may be wrong */
};

static void mix(struct sum *s, uint64_t value)
{
    s->hash = (s->hash ^ value) * 0x100000001b3;
}

static void on_finding(void *user, const struct finding *f)
{
    struct sum *s = user;
    const struct correlation *c = f->rule->correlation;
    s->findings++;
    mix(s, f->rule->number);
    mix(s, f->kind);
    mix(s, (uint64_t)f->time_ns);
    mix(s, f->evicted_count);
    if (f->kind == FINDING_EVICTION || s->is_changed) return;
    assert(f->kind == FINDING_CORRELATION && c != NULL);
    assert(f->window_start_ns <= f->window_end_ns);
    assert(f->window_end_ns - f->window_start_ns <= c->timespan_ns);
    assert(f->evidence_count <= FINDING_EVIDENCE_MAX && f->group_count == c->group_count);
    if (c->bound_count > 0) assert(correlation_holds(c, f->measure));
    for (size_t i = 0; i < f->evidence_count; i++) {
        assert(f->evidence[i] <= s->position);
        mix(s, f->evidence[i]);
    }
    for (size_t i = 0; i < f->group_count; i++)
        mix(s, f->groups[i].value.len ^ (uint64_t)f->groups[i].is_absent << 32);
}

static struct event_field field(const char *name, const char *text, uint8_t type)
{
    const slice n = slice_text(name);
    return (struct event_field){
        .name = n, .text = slice_text(text), .name_hash = event_name_hash(n), .type = type
    };
}

static void one_event(struct correlator *c, const uint8_t *bytes, int64_t *time_ns, struct sum *s)
{
    static const int64_t steps_ms[] = { 0, 1, 500, 5000, 30000, 61000, 400000, -3000 };
    uint32_t matched[RULES];
    size_t matched_count = 0;
    char group[8], value[8];
    for (uint32_t r = 0; r < RULES; r++) {
        if ((bytes[0] >> r & 1) != 0) matched[matched_count++] = r;
    }
    *time_ns += steps_ms[bytes[1] % 8] * 1000000;
    snprintf(group, sizeof group, "g%u", bytes[2]);
    snprintf(value, sizeof value, "%u", bytes[3] % 128u);
    const struct event_field fields[] = { field("V", value, EVENT_NUMBER),
                                          field("G", group, EVENT_TEXT) };
    const struct event event = { .fields = fields,
                                 .field_count = (bytes[0] & 0x80) != 0 ? 1 : 2,
                                 .raw = slice_none(),
                                 .logsource = { .product = slice_none(), .service = slice_none() },
                                 .time_ns = *time_ns,
                                 .has_time = (bytes[0] & 0x40) == 0,
                                 .parsed = true };
    correlator_event(c, &event, s->position, *time_ns, matched, matched_count, on_finding, s);
}

static struct correlator *new_one(const struct ruleset *rs, uint64_t key)
{
    const struct correlator_config config = { .bytes_max = STATE_BYTES,
                                              .lateness_ns = -1,
                                              .key = { key, ~key } };
    struct correlator *c = NULL;
    return correlator_new(rs, &config, &c).code == E_OK ? c : NULL;
}

/* Changes that follow from the input; a few events more over what is restored. */
static void restore_changed(const struct ruleset *rs, struct writer saved, slice input)
{
    for (uint32_t i = 0, random = (uint32_t)input.len; i < CHANGES; i++) {
        struct sum s = { .is_changed = true };
        struct correlator *c = new_one(rs, 5);
        if (c == NULL) return;
        random = random * 1664525u + 1013904223u + input.at[i % input.len];
        uint8_t *byte = &saved.at[(random >> 8) % saved.len];
        const uint8_t was = *byte;
        int64_t time_ns = 1767258000000000000;
        *byte ^= (uint8_t)(random >> 24 | 1);
        if (correlator_restore(c, writer_slice(&saved), NULL).code == E_OK) {
            for (size_t at = 0; input.len - at >= EVENT_BYTES && s.position < 100;
                 at += EVENT_BYTES)
                one_event(c, input.at + at, &time_ns, &s);
            correlator_end(c, on_finding, &s);
        }
        *byte = was;
        correlator_free(c);
    }
}

/* The same correlator, or another one with its state. */
static struct correlator *moved(const struct ruleset *rs, struct correlator *from, slice input)
{
    const size_t bytes = correlator_save_bytes(from);
    struct writer w = writer_of(malloc(bytes), bytes);
    struct correlator *to = new_one(rs, 7);
    if (w.at == NULL || to == NULL) {
        free(w.at);
        correlator_free(to);
        return from;
    }
    assert(correlator_save(from, &w).code == E_OK && w.len == bytes);
    const status s = correlator_restore(to, writer_slice(&w), NULL);
    assert(s.code == E_OK);
    correlator_free(from);
    restore_changed(rs, w, input);
    free(w.at);
    return to;
}

/* moves: into another correlator in the middle. */
static struct sum run(const struct ruleset *rs, slice data, uint64_t key, bool moves)
{
    struct sum s = {};
    struct correlator *c = new_one(rs, key);
    int64_t time_ns = 1767258000000000000;
    if (c == NULL) return s;
    for (size_t at = 0; data.len - at >= EVENT_BYTES && s.position < EVENTS_MAX;
         at += EVENT_BYTES, s.position++) {
        if (moves && at / EVENT_BYTES == data.len / EVENT_BYTES / 2) c = moved(rs, c, data);
        one_event(c, data.at + at, &time_ns, &s);
        assert(correlator_counts(c).bytes_used <= STATE_BYTES);
    }
    correlator_end(c, on_finding, &s);
    mix(&s, correlator_counts(c).late);
    correlator_free(c);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct ruleset *rs;
    if (rs == NULL) {
        rs = ruleset_new();
        if (rs == NULL) return 0;
        if (ruleset_add(rs, slice_text("f"), slice_text(rules)).code != E_OK) return 0;
        if (ruleset_finish(rs).code != E_OK) return 0;
        assert(rs->error_count == 0 && rs->rule_count == 14);
    }
    const slice input = { len == 0 ? (const uint8_t *)"" : data, len };
    const struct sum one = run(rs, input, 1, false);
    const struct sum other = run(rs, input, 0x9e3779b97f4a7c15, true);
    assert(one.findings == other.findings && one.hash == other.hash);
    return 0;
}
