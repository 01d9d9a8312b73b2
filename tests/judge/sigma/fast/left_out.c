/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prices that have not seen the events: for each source of tools/literal_prices a table is made of
 * all others, and the rules that are tried for each event of the source are compared with those of
 * a table of all. Their number depends on nothing but rules, events and prices, so it has bounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include "judge/sigma/fast/learn.h"
#include "tests/judge/sigma/fast/corpus.h"

enum { SOURCES = 6, CANDIDATES_MAX = 256 };

/* In candidates of an event: how many more there may be on average if the source was left out, and
 * how many 95 of 100 events may have at most. */
static const struct source {
    const char *folder, *ending;
    double more_max;
    size_t p95_max;
    size_t stride; /* of the events so manieth is judged; all are learned from */
} sources[SOURCES] = {
    { "events/otrf", ".zst", 3.0, 12, 20 },
    { "events/lanes", "structured_windows.ndjson.zst", 0.5, 25, 1 },
    { "events/lanes", "match_heavy.ndjson.zst", 2.0, 25, 1 },
    { "events/lanes", "raw_windows.ndjson.zst", 0.5, 25, 1 },
    { "events/lanes", "cisco_syslog.ndjson.zst", 0.5, 25, 1 },
    { "events/lanes", "sysmon_file_event.ndjson.zst", 0.5, 25, 1 },
};

struct rows {
    uint64_t *at; /* owned; ascending */
    size_t count;
};

static struct ruleset *rs;
static struct rows learned[SOURCES];

static void learn_event(void *with, const struct event *event, const char *)
{
    learner_event(with, event);
}

static struct rows learn(const struct source *source)
{
    struct rows rows = {};
    struct learner *l = learner_new(rs);
    assert_non_null(l);
    assert_true(corpus_folder(source->folder, source->ending, learn_event, l));
    learner_source_end(l);
    assert_ok(learner_rows(l, &rows.at, &rows.count));
    learner_free(l);
    return rows;
}

/* Of two tables the larger share of each row. */
static struct rows larger_of(struct rows a, struct rows b)
{
    struct rows sum = { .at = calloc(a.count + b.count + 1, sizeof *sum.at) };
    assert_non_null(sum.at);
    for (size_t i = 0, j = 0; i < a.count || j < b.count;) {
        const uint64_t left = i < a.count ? a.at[i] : UINT64_MAX;
        const uint64_t right = j < b.count ? b.at[j] : UINT64_MAX;
        const uint64_t left_key = left >> PRICE_LEVEL_BITS, right_key = right >> PRICE_LEVEL_BITS;
        sum.at[sum.count++] = left < right ? left : right; /* of one key: the lower level */
        i += left_key <= right_key;
        j += right_key <= left_key;
    }
    return sum;
}

static struct prices *prices_without(size_t left_out)
{
    struct rows rows = {};
    for (size_t i = 0; i < SOURCES; i++) {
        if (i == left_out) continue;
        const struct rows sum = larger_of(rows, learned[i]);
        free(rows.at);
        rows = sum;
    }
    struct prices *prices = prices_new(rows.at, rows.count);
    assert_non_null(prices);
    free(rows.at);
    return prices;
}

struct counting {
    struct engine_state *state;
    size_t stride, seen, events, sum;
    size_t by_count[CANDIDATES_MAX];
};

static void found(void *, const struct rule *, enum gate)
{
}

static void count_event(void *with, const struct event *event, const char *)
{
    struct counting *c = with;
    if (c->seen++ % c->stride != 0) return;
    assert_ok(engine_match(c->state, event, found, NULL));
    const size_t count = engine_candidates(c->state);
    c->events++;
    c->sum += count;
    c->by_count[count < CANDIDATES_MAX ? count : CANDIDATES_MAX - 1]++;
}

static void judge(const struct source *source, struct prices *prices, struct counting *ret_counts)
{
    struct engine *engine = NULL;
    assert_ok(engine_new(rs, prices, &engine));
    *ret_counts = (struct counting){ .state = engine_state_new(engine), .stride = source->stride };
    assert_non_null(ret_counts->state);
    assert_true(corpus_folder(source->folder, source->ending, count_event, ret_counts));
    assert_true(ret_counts->events != 0);
    engine_state_free(ret_counts->state);
    engine_free(engine);
    prices_free(prices);
}

static size_t quantile(const struct counting *c, size_t percent)
{
    size_t count = 0, seen = 0;
    while ((seen += c->by_count[count]) * 100 < c->events * percent)
        count++;
    return count;
}

static double mean(const struct counting *c)
{
    return (double)c->sum / (double)c->events;
}

static void costs_little_more_where_a_source_was_left_out(void **)
{
    static struct counting with, without;
    if (rs == NULL || shared_data("events/otrf") == NULL) skip();
    for (size_t i = 0; i < SOURCES; i++)
        learned[i] = learn(&sources[i]);
    for (size_t i = 0; i < SOURCES; i++) {
        const struct source *s = &sources[i];
        judge(s, prices_without(SOURCES), &with);
        judge(s, prices_without(i), &without);
        print_message("# %s %s: candidates %.2f, p50 %zu, p95 %zu; left out %.2f, %zu, %zu\n",
                      s->folder, s->ending, mean(&with), quantile(&with, 50), quantile(&with, 95),
                      mean(&without), quantile(&without, 50), quantile(&without, 95));
        assert_true(mean(&without) <= mean(&with) + s->more_max);
        assert_true(quantile(&without, 95) <= s->p95_max);
    }
    for (size_t i = 0; i < SOURCES; i++)
        free(learned[i].at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_little_more_where_a_source_was_left_out),
    };
    rs = corpus_rules();
    const int failed = cmocka_run_group_tests_name("judge/sigma/fast/left_out", tests, NULL, NULL);
    ruleset_free(rs);
    return failed;
}
