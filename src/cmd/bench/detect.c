/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor bench detect: a hunt that prints no findings, over and over: how long loading the rules
 * takes, what reading costs and what judging adds, on one thread and on several.
 */
#include "cmd/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "cmd/bench/prices.h"
#include "cmd/detect/hunt_run.h"
#include "cmd/detect/rules_load.h"
#include "os/clock.h"
#include "os/process.h"
#include "base/banned.h"

enum {
    EXIT_USAGE = 2,
    ROUNDS_MAX = 101,
    CACHED_ROUNDS = 9,
    LINE_BYTES = 4096,
    NS_PER_US = 1000,
    YEAR = 1970, /* of dates without one: the same in any year */
};

/* What a pass took. */
struct lap {
    int64_t cpu_ns, wall_ns;
};

struct bench {
    const struct invocation *inv;
    struct ruleset *rs;    /* owned */
    struct prices *prices; /* owned; NULL: the built-in ones */
    struct engine *engine; /* owned */
    size_t threads;
    struct hunt_output output;
    struct hunt_tally tally; /* of the first pass */
    struct hunt_totals totals;
    struct sha256 hash; /* of the input */
    uint64_t candidates[CANDIDATES_MAX + 1];
    struct lap load, build;
    struct lap cached_load; /* the median of several; 0 where there is no cache */
};

static struct lap lap_start(void)
{
    return (struct lap){ clock_cpu_ns(), clock_mono_ns() };
}

static struct lap lap_end(struct lap start)
{
    return (struct lap){ clock_cpu_ns() - start.cpu_ns, clock_mono_ns() - start.wall_ns };
}

static size_t option_values(const struct invocation *inv, const char *name,
                            const char *ret_values[ARGUMENTS_MAX])
{
    size_t count = 0;
    while (count < ARGUMENTS_MAX && (ret_values[count] = invocation_nth(inv, name, count)) != NULL)
        count++;
    return count;
}

int bench_rules(const struct invocation *inv, struct ruleset **ret_rules)
{
    const char *paths[ARGUMENTS_MAX] = {};
    const size_t count = option_values(inv, "--rules", paths);
    if (count == 0) return command_fail(EXIT_USAGE, "give rules with --rules PATH");
    return rules_load(inv, paths, count, ret_rules);
}

static int by_value(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static struct lap median(const struct lap *laps, size_t count)
{
    int64_t cpu[ROUNDS_MAX] = {}, wall[ROUNDS_MAX] = {};
    for (size_t i = 0; i < count; i++) {
        cpu[i] = laps[i].cpu_ns;
        wall[i] = laps[i].wall_ns;
    }
    qsort(cpu, count, sizeof *cpu, by_value);
    qsort(wall, count, sizeof *wall, by_value);
    return (struct lap){ cpu[count / 2], wall[count / 2] };
}

/* Loads the rules as candor hunt does. The first load may compile and keep them, and the next ones
 * may still read files that were written a moment ago; what a cache gives from then on counts. */
static int measure_cache(struct bench *b)
{
    const char *paths[ARGUMENTS_MAX] = {};
    const size_t count = option_values(b->inv, "--rules", paths);
    if (count == 0) return 0; /* whoever compiles them complains */
    struct lap laps[CACHED_ROUNDS] = {};
    for (size_t i = 0; i < CACHED_ROUNDS + 1; i++) {
        struct ruleset *rs = NULL;
        bool is_cached = false;
        const struct lap start = lap_start();
        const int failed = rules_load_cached(b->inv, paths, count, &rs, &is_cached);
        if (failed != 0) return failed;
        if (i != 0) laps[i - 1] = lap_end(start);
        ruleset_free(rs);
        if (i != 0 && !is_cached) return 0;
    }
    b->cached_load = median(laps, CACHED_ROUNDS);
    return 0;
}

static status prepare(struct bench *b, struct fault *fault)
{
    const char *sources[ARGUMENTS_MAX] = {};
    const size_t count = option_values(b->inv, "--learn", sources);
    if (count != 0) {
        uint64_t *rows = NULL;
        size_t row_count = 0;
        TRY(prices_learn(b->rs, sources, count, &rows, &row_count, fault));
        b->prices = prices_new(rows, row_count);
        free(rows);
        if (b->prices == NULL) return FAIL(E_NOMEM);
    }
    const struct lap start = lap_start();
    TRY(engine_new(b->rs, b->prices, &b->engine));
    b->build = lap_end(start);
    b->output = (struct hunt_output){ .format = HUNT_SUMMARY, .rs = b->rs };
    return OK;
}

/* One pass over the input. first: counts and hashes are kept. */
static status pass(struct bench *b, size_t threads, bool read_only, bool first, struct lap *ret_lap,
                   struct fault *fault)
{
    const struct hunt_config config = { .rs = b->rs,
                                        .engine = b->engine,
                                        .output = &b->output,
                                        .hash = first ? &b->hash : NULL,
                                        .year = YEAR,
                                        .threads = threads,
                                        .digest = first,
                                        .quiet = true,
                                        .read_only = read_only,
                                        .candidates = first ? b->candidates : NULL };
    struct hunt_tally tally = {};
    struct hunt_totals totals = {};
    status s = hunt_tally_init(&tally, b->rs);
    const struct lap start = lap_start();
    if (s.code == E_OK)
        s = hunt_run(&config, b->inv->arguments, b->inv->argument_count, &totals, &tally, fault);
    *ret_lap = lap_end(start);
    if (first && s.code == E_OK) {
        b->totals = totals;
        hunt_tally_add(&b->tally, &tally, b->rs);
    }
    hunt_tally_done(&tally);
    return s;
}

static uint64_t quantile(const struct bench *b, uint64_t percent)
{
    uint64_t seen = 0;
    for (uint64_t i = 0; i < CANDIDATES_MAX; i++) {
        seen += b->candidates[i];
        if (seen * 100 >= b->totals.events * percent) return i;
    }
    return CANDIDATES_MAX;
}

static uint64_t per_second(uint64_t count, int64_t ns)
{
    return ns <= 0 ? 0 : (uint64_t)((double)count * CLOCK_NS_PER_S / (double)ns);
}

static void member_us(struct json_writer *j, const char *key, int64_t ns)
{
    json_member_u64(j, key, (uint64_t)(ns / NS_PER_US));
}

static void write_rules(struct json_writer *j, const struct bench *b)
{
    const struct engine_numbers n = engine_numbers(b->engine);
    json_member_u64(j, "rules", n.rules);
    member_us(j, "load_us", b->load.wall_ns);
    member_us(j, "load_cpu_us", b->load.cpu_ns);
    if (b->cached_load.wall_ns != 0) {
        member_us(j, "cached_load_us", b->cached_load.wall_ns);
        member_us(j, "cached_load_cpu_us", b->cached_load.cpu_ns);
    }
    member_us(j, "build_us", b->build.wall_ns);
    member_us(j, "build_cpu_us", b->build.cpu_ns);
    json_member_u64(j, "unwitnessed_rules", n.unwitnessed);
    json_member_u64(j, "engine_bytes", n.bytes);
    json_member_u64(j, "memory_peak_bytes", process_peak_bytes());
}

static void write_input(struct json_writer *j, const struct bench *b)
{
    char digest[2 * SHA256_BYTES];
    struct sha256 sha = b->hash;
    hash h;
    sha256_final(&sha, &h);
    struct writer hex = writer_of(digest, sizeof digest);
    writer_hex(&hex, (slice){ h.bytes, SHA256_BYTES });
    json_member_string(j, "input_sha256", writer_slice(&hex));
    json_member_u64(j, "bytes", b->totals.bytes);
    json_member_u64(j, "events", b->totals.events);
    json_member_u64(j, "faults", b->totals.faults);
    json_member_u64(j, "findings", b->tally.findings);
    hex = writer_of(digest, sizeof digest);
    output_digest_write(&hex, &b->tally.digest);
    json_member_string(j, "findings_digest", writer_slice(&hex));
    json_member_u64(j, "candidates_p50", quantile(b, 50));
    json_member_u64(j, "candidates_p95", quantile(b, 95));
}

static void print(const struct bench *b, size_t threads, struct lap reading, struct lap all)
{
    uint8_t line[LINE_BYTES];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    const uint64_t events = b->totals.events == 0 ? 1 : b->totals.events;
    json_object(&j);
    json_member_text(&j, "bench", "detect");
    json_member_u64(&j, "threads", threads);
    write_rules(&j, b);
    write_input(&j, b);
    json_member_u64(&j, "read_cpu_ns_per_event", (uint64_t)reading.cpu_ns / events);
    json_member_u64(&j, "cpu_ns_per_event", (uint64_t)all.cpu_ns / events);
    json_member_u64(&j, "events_per_cpu_s", per_second(b->totals.events, all.cpu_ns));
    json_member_u64(&j, "bytes_per_cpu_s", per_second(b->totals.bytes, all.cpu_ns));
    json_member_u64(&j, "events_per_s", per_second(b->totals.events, all.wall_ns));
    json_member_u64(&j, "bytes_per_s", per_second(b->totals.bytes, all.wall_ns));
    json_object_end(&j);
    writer_u8(&w, '\n');
    fwrite(line, 1, w.len, stdout);
}

/* Reading alone, one thread and all threads side by side, so that noise meets each. */
static status measure(struct bench *b, size_t rounds, struct fault *fault)
{
    struct lap reading[ROUNDS_MAX] = {}, one[ROUNDS_MAX] = {}, all[ROUNDS_MAX] = {}, warm_up = {};
    TRY(hunt_tally_init(&b->tally, b->rs));
    sha256_init(&b->hash);
    TRY(pass(b, b->threads, false, true, &warm_up, fault));
    for (size_t i = 0; i < rounds; i++) {
        TRY(pass(b, 1, true, false, &reading[i], fault));
        TRY(pass(b, 1, false, false, &one[i], fault));
        if (b->threads > 1) TRY(pass(b, b->threads, false, false, &all[i], fault));
    }
    print(b, 1, median(reading, rounds), median(one, rounds));
    if (b->threads > 1) print(b, b->threads, median(reading, rounds), median(all, rounds));
    return OK;
}

static void bench_done(struct bench *b)
{
    hunt_tally_done(&b->tally);
    engine_free(b->engine);
    prices_free(b->prices);
    ruleset_free(b->rs);
}

static int take_number(const struct invocation *inv, const char *name, const char *fallback,
                       uint64_t most, size_t *ret_number)
{
    uint64_t number = 0;
    const char *text = invocation_value(inv, name, fallback);
    if (num_parse_u64(slice_text(text), &number).code != E_OK || number == 0 || number > most)
        return command_fail(EXIT_USAGE, "%s takes a number from 1 to %llu", name,
                            (unsigned long long)most);
    *ret_number = (size_t)number;
    return 0;
}

int run_bench_detect(const struct invocation *inv)
{
    static struct bench b;
    struct fault fault = {};
    size_t rounds = 0;
    char cpus[16];
    snprintf(cpus, sizeof cpus, "%zu",
             process_cpus() > FEED_THREADS_MAX ? (size_t)FEED_THREADS_MAX : process_cpus());
    b = (struct bench){ .inv = inv };
    int failed = take_number(inv, "--rounds", "5", ROUNDS_MAX, &rounds);
    if (failed == 0) failed = take_number(inv, "--threads", cpus, FEED_THREADS_MAX, &b.threads);
    if (failed != 0) return failed;
    if (!invocation_has(inv, "--no-cache")) failed = measure_cache(&b);
    if (failed != 0) return failed;
    const struct lap start = lap_start();
    failed = bench_rules(inv, &b.rs);
    if (failed != 0) return failed;
    b.load = lap_end(start);
    status s = prepare(&b, &fault);
    if (s.code == E_OK) s = measure(&b, rounds, &fault);
    bench_done(&b);
    if (s.code == E_OK) return 0;
    return command_fail(s.code == E_NOT_FOUND ? EXIT_USAGE : status_exit(s), "%s",
                        fault.text[0] != 0 ? fault.text : status_text(s));
}
