/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/correlate/correlator.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "judge/sigma/correlate/snapshot.h"
#include "judge/sigma/correlation.h"
#include "tests/cm.h"

/*
 * Random events through the correlator and through a twin that keeps every event and recounts the
 * window each time. Then worse events (out of order, too late, too many groups) under a small
 * bound, where only the invariants can be checked.
 */
enum { RULES = 3, EVENTS_MAX = 4000, USERS = 4, VALUES = 6, SPAN_S = 10, TYPES = 5 };

static const char rules_text[] =
    "title: r0\nname: r0\nlogsource: {}\ndetection: {a: {A: 1}, condition: a}\n---\n"
    "title: r1\nname: r1\nlogsource: {}\ndetection: {a: {A: 2}, condition: a}\n---\n"
    "title: r2\nname: r2\nlogsource: {}\ndetection: {a: {A: 3}, condition: a}\n";
static const char sliding_text[] =
    "---\ntitle: event_count\ncorrelation: {type: event_count, rules: [r0, r1, r2], group-by: "
    "[User], "
    "timespan: 10s, condition: {gte: 6}}\n"
    "---\ntitle: value_count\ncorrelation: {type: value_count, rules: [r0, r1, r2], group-by: "
    "[User], "
    "timespan: 10s, condition: {field: Value, gt: 3}}\n"
    "---\ntitle: temporal\ncorrelation: {type: temporal, rules: [r0, r1, r2], group-by: [User], "
    "timespan: 10s}\n"
    "---\ntitle: ordered\ncorrelation: {type: temporal_ordered, rules: [r0, r1, r2], group-by: "
    "[User], timespan: 10s}\n"
    "---\ntitle: sum\ncorrelation: {type: value_sum, rules: [r0, r1, r2], group-by: [User], "
    "timespan: "
    "10s, condition: {field: Value, gte: 20}}\n";
static const char closing_text[] =
    "---\ntitle: few\nname: few\ncorrelation: {type: event_count, rules: [r0, r1], group-by: "
    "[User], "
    "timespan: 10s, condition: {lt: 4}}\n"
    "---\ntitle: distinct\ncorrelation: {type: value_count, rules: [r0, r2], group-by: [User, "
    "Value], "
    "timespan: 7s, condition: {field: Value, lte: 2}}\n"
    "---\ntitle: median\ncorrelation: {type: value_median, rules: [r1], group-by: [User], "
    "timespan: "
    "9s, condition: {field: Value, gt: 1}}\n"
    "---\ntitle: not\nname: not_r2\ncorrelation: {type: temporal, rules: [r0, r1, r2], group-by: "
    "[User], timespan: 10s, condition: r0 and r1 and not r2}\n"
    "---\ntitle: average\ncorrelation: {type: value_avg, rules: [r0, r1], group-by: [User], "
    "timespan: 8s, condition: {field: Value, gt: 2}}\n"
    "---\ntitle: percentile\ncorrelation: {type: value_percentile, rules: [r2], group-by: [User], "
    "timespan: 8s, condition: {field: Value, percentile: 90, gte: 3}}\n"
    "---\ntitle: outer\ncorrelation: {type: event_count, rules: [few, not_r2], group-by: [User], "
    "timespan: 1m, condition: {gte: 2}}\n";

struct sample {
    int64_t time_s;
    uint32_t rule, user, value;
};

static struct ruleset *rules_of(const char *first, const char *second)
{
    char text[8192];
    snprintf(text, sizeof text, "%s%s%s", rules_text, first, second);
    struct ruleset *rs = ruleset_new();
    assert_non_null(rs);
    assert_ok(ruleset_add(rs, slice_text("test.yml"), slice_text(text)));
    assert_ok(ruleset_finish(rs));
    if (rs->error_count != 0) fail_msg("%s", (const char *)rs->diagnostics[0].text.at);
    return rs;
}

static uint32_t dice(uint64_t *state, uint32_t sides)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % sides;
}

/* Which correlations fired on the event at hand; and a digest over everything told. */
static struct {
    bool fired[TYPES];
    uint64_t digest;
    size_t count;
} told;

static uint64_t mix(uint64_t a, uint64_t b)
{
    return (a ^ b) * UINT64_C(0x9e3779b97f4a7c15) + (a >> 29);
}

static void on_finding(void *, const struct finding *f)
{
    told.count++;
    told.digest = mix(told.digest, f->rule->number * 8u + f->kind);
    told.digest = mix(told.digest, f->position);
    told.digest = mix(told.digest, f->evicted_count);
    for (size_t i = 0; i < f->evidence_count; i++)
        told.digest = mix(told.digest, f->evidence[i]);
    for (size_t i = 0; i < f->group_count; i++)
        told.digest = mix(told.digest, f->groups[i].value.len);
    const size_t type = f->rule->number - RULES;
    if (f->kind == FINDING_CORRELATION && type < TYPES) told.fired[type] = true;
}

static void give(struct correlator *c, const struct sample *s, uint64_t position)
{
    char user[32], value[32];
    snprintf(user, sizeof user, "user%u", s->user);
    snprintf(value, sizeof value, "%u", s->value);
    const slice names[] = { slice_text("User"), slice_text("Value") };
    const struct event_field fields[] = {
        { .name = names[0],
          .text = slice_text(user),
          .name_hash = event_name_hash(names[0]),
          .type = EVENT_TEXT },
        { .name = names[1],
          .text = slice_text(value),
          .name_hash = event_name_hash(names[1]),
          .type = EVENT_NUMBER },
    };
    const struct event event = { .fields = fields,
                                 .field_count = COUNT_OF(fields),
                                 .raw = slice_none(),
                                 .time_ns = s->time_s * 1000000000,
                                 .has_time = true,
                                 .parsed = true };
    correlator_event(c, &event, position, 0, &s->rule, 1, on_finding, NULL);
}

static struct correlator *correlator_of(const struct ruleset *rs, size_t bytes_max, uint64_t key)
{
    struct correlator *c = NULL;
    const struct correlator_config config = { .bytes_max = bytes_max,
                                              .lateness_ns = -1,
                                              .key = { key, ~key } };
    assert_ok(correlator_new(rs, &config, &c));
    return c;
}

/* The measures over the window that ends with the last of the samples, by definition. */
static void recount(const struct sample *samples, size_t count, double *ret_measures)
{
    const struct sample *last = &samples[count - 1];
    uint32_t events = 0, values = 0, rules = 0, sum = 0, chain = 0;
    for (size_t i = 0; i < count; i++) {
        const struct sample *s = &samples[i];
        if (s->user != last->user || s->time_s < last->time_s - SPAN_S) continue;
        events++;
        sum += s->value;
        values |= 1u << s->value;
        rules |= 1u << s->rule;
        if (s->rule == 0 || (chain >> (s->rule - 1) & 1) != 0) chain |= 1u << s->rule;
    }
    ret_measures[0] = events >= 6;
    ret_measures[1] = __builtin_popcount(values) > 3;
    ret_measures[2] = rules == 7;
    ret_measures[3] = (chain >> 2 & 1) != 0;
    ret_measures[4] = sum >= 20;
}

static void it_agrees_with_a_recount_of_every_window(void **)
{
    struct ruleset *rs = rules_of(sliding_text, "");
    static struct sample samples[EVENTS_MAX];
    size_t fired_count = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct correlator *c = correlator_of(rs, 1 << 20, seed);
        bool was[TYPES][USERS] = {};
        uint64_t state = seed;
        int64_t time_s = 0;
        for (size_t i = 0; i < 1000; i++) {
            time_s += dice(&state, 3);
            samples[i] = (struct sample){ time_s, dice(&state, RULES), dice(&state, USERS),
                                          dice(&state, VALUES) };
            memset(&told.fired, 0, sizeof told.fired);
            give(c, &samples[i], i);
            double holds[TYPES];
            recount(samples, i + 1, holds);
            for (size_t t = 0; t < TYPES; t++) {
                bool *before = &was[t][samples[i].user];
                const bool now = holds[t] > 0;
                if (told.fired[t] != (now && !*before))
                    fail_msg("seed %u, event %zu, type %zu", (unsigned)seed, i, t);
                fired_count += told.fired[t];
                *before = now;
            }
        }
        correlator_free(c);
    }
    assert_true(fired_count > 1000);
    ruleset_free(rs);
}

static struct writer saved_of(const struct correlator *c)
{
    const size_t bytes = correlator_save_bytes(c);
    struct writer w = writer_of(malloc(bytes), bytes);
    assert_non_null(w.at);
    assert_ok(correlator_save(c, &w));
    assert_true(w.len == bytes);
    return w;
}

/* A correlator that has taken no event, with the state of one that ends here. */
static struct correlator *moved(const struct ruleset *rs, size_t bytes, struct correlator *from)
{
    struct correlator *to = correlator_of(rs, bytes, 0x1234567);
    struct writer first = saved_of(from);
    correlator_free(from);
    assert_ok(correlator_restore(to, guarded(writer_slice(&first)), NULL));
    free(first.at);
    return to;
}

/* Everything at once under a small bound, moved into another correlator every so many events (0:
 * never); returns a digest of what was told. */
static uint64_t rough_run(const struct ruleset *rs, uint64_t seed, uint64_t key, size_t bytes,
                          size_t moves)
{
    struct correlator *c = correlator_of(rs, bytes, key);
    uint64_t state = seed;
    int64_t time_s = 100;
    memset(&told, 0, sizeof told);
    for (size_t i = 0; i < EVENTS_MAX; i++) {
        time_s += dice(&state, 40) == 0 ? dice(&state, 30) : dice(&state, 2);
        const int64_t early = dice(&state, 4) == 0 ? dice(&state, 14) : 0;
        const uint32_t users = dice(&state, 3) == 0 ? 100000 : 8;
        const struct sample s = { time_s - early, dice(&state, RULES), dice(&state, users),
                                  dice(&state, 2000) };
        give(c, &s, i);
        const struct correlator_counts counts = correlator_counts(c);
        assert_true(counts.bytes_used <= bytes);
        if (moves != 0 && i % moves == moves - 1) c = moved(rs, bytes, c);
    }
    correlator_end(c, on_finding, NULL);
    assert_true(told.count != 0);
    correlator_free(c);
    return told.digest;
}

static void its_findings_do_not_depend_on_the_key(void **)
{
    struct ruleset *rs = rules_of(sliding_text, closing_text);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        const size_t bytes = seed % 2 == 0 ? 64 * 1024 : 256 * 1024;
        const uint64_t digest = rough_run(rs, seed, seed, bytes, 0);
        assert_true(digest == rough_run(rs, seed, seed, bytes, 0));
        assert_true(digest == rough_run(rs, seed, seed * 77777, bytes, 0));
    }
    ruleset_free(rs);
}

static void from_a_snapshot_it_goes_on_as_if_it_had_never_stopped(void **)
{
    struct ruleset *rs = rules_of(sliding_text, closing_text);
    for (uint64_t seed = 1; seed <= 4; seed++) {
        const size_t bytes = seed % 2 == 0 ? 64 * 1024 : 256 * 1024;
        const uint64_t digest = rough_run(rs, seed, seed, bytes, 0);
        assert_true(digest == rough_run(rs, seed, seed, bytes, 97));
        assert_true(digest == rough_run(rs, seed, seed, bytes, 1501));
    }
    ruleset_free(rs);
}

static bool next_even(void *, uint64_t position, uint64_t *ret_position)
{
    *ret_position = 2 * position;
    return true;
}

static bool nowhere(void *, uint64_t, uint64_t *)
{
    return false;
}

static void positions_get_new_names(void **)
{
    struct ruleset *rs = rules_of(sliding_text, "");
    struct correlator *from = correlator_of(rs, 64 * 1024, 1);
    struct correlator *to = correlator_of(rs, 64 * 1024, 2);
    for (uint64_t i = 0; i < 5; i++)
        give(from, &(struct sample){ 100, 0, 1, 1 }, i);
    struct writer saved = saved_of(from);
    assert_fails(
        correlator_restore(to, writer_slice(&saved), &(struct correlator_places){ nowhere, NULL }),
        E_VALUE);
    assert_ok(correlator_restore(to, writer_slice(&saved),
                                 &(struct correlator_places){ next_even, NULL }));
    memset(&told, 0, sizeof told);
    give(to, &(struct sample){ 100, 0, 1, 1 }, 99);
    const uint64_t digest = told.digest;
    assert_true(told.fired[0]);
    correlator_free(from);
    from = correlator_of(rs, 64 * 1024, 1);
    for (uint64_t i = 0; i < 5; i++)
        give(from, &(struct sample){ 100, 0, 1, 1 }, 2 * i);
    memset(&told, 0, sizeof told);
    give(from, &(struct sample){ 100, 0, 1, 1 }, 99);
    assert_true(told.digest == digest);
    free(saved.at);
    correlator_free(from);
    correlator_free(to);
    ruleset_free(rs);
}

static bool is_odd(void *, uint64_t position)
{
    return position % 2 != 0;
}

/* A correlator with something in every part of its state. */
static struct correlator *busy(const struct ruleset *rs)
{
    struct correlator *c = correlator_of(rs, 64 * 1024, 3);
    uint64_t state = 9;
    for (uint64_t i = 0; i < 300; i++) {
        const struct sample s = { 100 + (int64_t)i / 20, dice(&state, RULES), dice(&state, USERS),
                                  dice(&state, VALUES) };
        give(c, &s, i);
    }
    return c;
}

/* Goes on for a while with whatever it holds. */
static void use(struct correlator *c)
{
    uint64_t state = 7;
    for (uint64_t i = 300; i < 400; i++) {
        const struct sample s = { 110 + (int64_t)i / 20, dice(&state, RULES), dice(&state, USERS),
                                  dice(&state, VALUES) };
        give(c, &s, i);
    }
    (void)correlator_forget(c, is_odd, NULL);
    correlator_end(c, on_finding, NULL);
    assert_true(correlator_counts(c).bytes_used <= 64 * 1024);
}

/* Whatever is wrong with the bytes: either they are refused, and the correlator is as good as new,
 * or what they say can be gone on with. Which is what a seal around them is for. */
static void bytes_that_were_changed_do_no_harm(void **)
{
    struct ruleset *rs = rules_of(sliding_text, closing_text);
    struct correlator *from = busy(rs);
    struct writer saved = saved_of(from);
    struct correlator *to = correlator_of(rs, 64 * 1024, 4);
    const struct writer empty = saved_of(to);
    size_t refused = 0;
    for (size_t at = 0; at < saved.len; at += at < 400 ? 1 : 23) {
        saved.at[at] ^= (uint8_t)(1u << at % 8);
        const status s = correlator_restore(to, writer_slice(&saved), NULL);
        saved.at[at] ^= (uint8_t)(1u << at % 8);
        if (s.code == E_OK) {
            use(to);
            correlator_free(to);
            to = correlator_of(rs, 64 * 1024, 4);
        } else {
            struct writer after = saved_of(to);
            assert_true(slice_equal(writer_slice(&after), writer_slice(&empty)));
            free(after.at);
            refused++;
        }
    }
    assert_true(refused > 400);
    for (size_t len = 0; len < saved.len; len += len < 400 ? 1 : 401)
        assert_fails(correlator_restore(to, guarded((slice){ saved.at, len }), NULL), E_SHORT);
    free(saved.at);
    free(empty.at);
    correlator_free(from);
    correlator_free(to);
    ruleset_free(rs);
}

static void a_snapshot_of_other_rules_or_another_size_is_refused(void **)
{
    struct ruleset *rs = rules_of(sliding_text, closing_text);
    struct ruleset *fewer = rules_of(sliding_text, "");
    struct ruleset *other = rules_of(closing_text, sliding_text);
    struct correlator *from = busy(rs);
    struct writer saved = saved_of(from);
    struct correlator *to[] = { correlator_of(fewer, 64 * 1024, 1),
                                correlator_of(other, 64 * 1024, 1),
                                correlator_of(rs, 64 * 1024 + 640, 1) };
    for (size_t i = 0; i < COUNT_OF(to); i++) {
        assert_fails(correlator_restore(to[i], writer_slice(&saved), NULL), E_VALUE);
        use(to[i]);
        correlator_free(to[i]);
    }
    uint8_t *more = malloc(saved.len + 1);
    assert_non_null(more);
    memset(more, 0, saved.len + 1);
    bytes_copy(more, saved.len, writer_slice(&saved));
    struct correlator *last = correlator_of(rs, 64 * 1024, 1);
    assert_fails(correlator_restore(last, (slice){ more, saved.len + 1 }, NULL), E_TRAILING);
    more[0]++;
    assert_fails(correlator_restore(last, (slice){ more, saved.len }, NULL), E_UNKNOWN);
    free(more);
    free(saved.at);
    correlator_free(last);
    correlator_free(from);
    ruleset_free(rs);
    ruleset_free(fewer);
    ruleset_free(other);
}

static void a_bound_that_is_too_small_is_refused(void **)
{
    struct ruleset *rs = rules_of(sliding_text, "");
    struct correlator *c = NULL;
    struct correlator_config config = { .bytes_max = 64 * 1024 - 1 };
    assert_fails(correlator_new(rs, &config, &c), E_LIMIT);
    assert_null(c);
    config.bytes_max = 64 * 1024;
    assert_ok(correlator_new(rs, &config, &c));
    correlator_free(c);
    ruleset_free(rs);
}

static void times_at_the_ends_of_the_range_are_survived(void **)
{
    struct ruleset *rs = rules_of(sliding_text, closing_text);
    struct correlator *c = correlator_of(rs, 64 * 1024, 1);
    static const int64_t times[] = { 0, -9223372036, 9223372036, 0, 9223372036, -9223372036 };
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        const struct sample s = { times[i], (uint32_t)i % RULES, 1, 1 };
        give(c, &s, i);
    }
    correlator_end(c, on_finding, NULL);
    assert_int_equal(correlator_counts(c).late, 3);
    correlator_free(c);
    ruleset_free(rs);
}

static bool is_any(void *, uint64_t)
{
    return true;
}

/* Two events of one record have one position and are two; one event that several rules match is
 * one. */
static void events_of_one_record_count_one_by_one(void **)
{
    struct ruleset *rs = rules_of(sliding_text, closing_text);
    struct correlator *c = correlator_of(rs, 1 << 20, 1);
    memset(&told, 0, sizeof told);
    for (int i = 0; i < 5; i++)
        give(c, &(struct sample){ 100, 0, 1, 1 }, 7);
    assert_false(told.fired[0]);
    give(c, &(struct sample){ 100, 0, 1, 1 }, 7);
    assert_true(told.fired[0]);
    correlator_free(c);
    ruleset_free(rs);
}

/* The group's count goes on with what is left; where nothing is left, nothing is kept. */
static void what_is_forgotten_counts_no_more(void **)
{
    struct ruleset *rs = rules_of(sliding_text, closing_text);
    struct correlator *c = correlator_of(rs, 1 << 20, 1);
    uint64_t state = 5;
    memset(&told, 0, sizeof told);
    for (uint64_t i = 0; i < 10; i++)
        give(c, &(struct sample){ 100, 0, 1, 1 }, i);
    assert_true(told.fired[0] && told.fired[1] == false);
    assert_true(correlator_forget(c, is_odd, NULL) >= 3);
    memset(&told, 0, sizeof told);
    give(c, &(struct sample){ 101, 0, 1, 1 }, 10);
    give(c, &(struct sample){ 101, 0, 1, 1 }, 12);
    give(c, &(struct sample){ 101, 0, 1, 1 }, 14);
    assert_true(told.fired[0]); /* three of the six that it had kept, and three more */
    for (uint64_t i = 16; i < 3000; i++) {
        const struct sample s = { 101 + (int64_t)i / 20, dice(&state, RULES), dice(&state, USERS),
                                  dice(&state, VALUES) };
        give(c, &s, i);
        if (i % 100 == 0) (void)correlator_forget(c, is_odd, NULL);
    }
    assert_true(correlator_forget(c, is_any, NULL) > 0);
    assert_true(correlator_counts(c).groups == 0 && correlator_counts(c).bytes_used == 0);
    assert_true(correlator_forget(c, is_any, NULL) == 0);
    correlator_free(c);
    ruleset_free(rs);
}

static void the_reach_is_that_of_the_longest_chain(void **)
{
    struct ruleset *plain = rules_of("", "");
    struct ruleset *sliding = rules_of(sliding_text, "");
    struct ruleset *chained = rules_of(sliding_text, closing_text);
    assert_true(correlator_reach_s(plain, 10) == 0);
    assert_true(correlator_reach_s(sliding, 10) == 2 * 10 + 20);
    assert_true(correlator_reach_s(chained, 10) == 2 * 60 + 2 * 10 + 20);
    ruleset_free(plain);
    ruleset_free(sliding);
    ruleset_free(chained);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The cost of a distinct count must not grow with the number of values in the window. */
static void distinct_counts_cost_the_same_for_few_and_many_values(void **)
{
    enum { EVENTS = 100000 };
    struct ruleset *rs = rules_of("---\ntitle: c\ncorrelation: {type: value_count, rules: [r0], "
                                  "group-by: [User], timespan: 1d, "
                                  "condition: {field: Value, gte: 100000}}\n",
                                  "");
    double took[2];
    static const uint32_t values[] = { 18, 1800 };
    for (size_t k = 0; k < 2; k++) {
        struct correlator *c = correlator_of(rs, 16 << 20, 1);
        uint64_t state = 1;
        const double before = seconds();
        for (size_t i = 0; i < EVENTS; i++) {
            const struct sample s = { (int64_t)i / 1000, 0, dice(&state, 4),
                                      dice(&state, values[k]) };
            give(c, &s, i);
        }
        took[k] = seconds() - before;
        print_message("# %u values: %.0f events/s\n", values[k], EVENTS / took[k]);
        correlator_free(c);
    }
    assert_true(took[1] < 8 * took[0]);
    ruleset_free(rs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_agrees_with_a_recount_of_every_window),
        cmocka_unit_test(its_findings_do_not_depend_on_the_key),
        cmocka_unit_test(from_a_snapshot_it_goes_on_as_if_it_had_never_stopped),
        cmocka_unit_test(positions_get_new_names),
        cmocka_unit_test(bytes_that_were_changed_do_no_harm),
        cmocka_unit_test(a_snapshot_of_other_rules_or_another_size_is_refused),
        cmocka_unit_test(a_bound_that_is_too_small_is_refused),
        cmocka_unit_test(times_at_the_ends_of_the_range_are_survived),
        cmocka_unit_test(events_of_one_record_count_one_by_one),
        cmocka_unit_test(what_is_forgotten_counts_no_more),
        cmocka_unit_test(the_reach_is_that_of_the_longest_chain),
        cmocka_unit_test(distinct_counts_cost_the_same_for_few_and_many_values),
    };
    return cmocka_run_group_tests_name("judge/sigma/correlator", tests, NULL, NULL);
}
