/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor bench detect, candor bench prices: how fast rules are found, and what it is that makes
 * them fast.
 */
#include "cmd/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "cmd/detect/input.h"
#include "cmd/detect/rules_load.h"
#include "judge/sigma/fast/engine.h"
#include "judge/sigma/fast/learn.h"
#include "os/clock.h"
#include "base/banned.h"

enum {
    EXIT_USAGE = 2,
    CANDIDATES_MAX = 1 << 16, /* more in one event count as this many */
    ROUNDS_MAX = 101,
    LINE_BYTES = 4096,
    DIGEST_LINE_BYTES = 512,
};

struct bench {
    const struct invocation *inv;
    struct ruleset *rs;         /* owned */
    struct prices *prices;      /* owned; NULL: the built-in ones */
    struct engine *engine;      /* owned */
    struct engine_state *state; /* owned */
    struct input input;
    uint64_t *candidates; /* owned; events by their number of candidates */
    struct sha256 events_hash, findings_hash;
    uint64_t position, findings;
    bool first; /* round: hash and count */
    bool judging;
    int64_t load_ns, build_ns; /* processor time */
};

static void on_match(void *user, const struct rule *rule, enum gate)
{
    struct bench *b = user;
    uint8_t line[DIGEST_LINE_BYTES];
    struct writer w = writer_of(line, sizeof line);
    const slice reference = rule_reference(rule);
    b->findings++;
    if (!b->first) return;
    writer_dec(&w, b->position);
    writer_u8(&w, ' ');
    writer_bytes(&w, (slice){ reference.at, reference.len > 256 ? 256 : reference.len });
    writer_u8(&w, '\n');
    sha256_update(&b->findings_hash, writer_slice(&w));
}

static status on_event(void *with, const struct event *event, const struct input_place *place)
{
    struct bench *b = with;
    b->position = place->position;
    if (b->first) sha256_update(&b->events_hash, event->raw);
    if (!b->judging) return OK;
    TRY(engine_match(b->state, event, on_match, b));
    const size_t candidates = engine_candidates(b->state);
    if (b->first) b->candidates[candidates < CANDIDATES_MAX ? candidates : CANDIDATES_MAX - 1]++;
    return OK;
}

static status on_fault(void *, const struct input_place *, const struct fault *)
{
    return OK; /* counted by the input */
}

/* Learns prices from every --learn path, a source each, instead of the built-in ones. */
static status learn_event(void *with, const struct event *event, const struct input_place *)
{
    learner_event(with, event);
    return OK;
}

static status learn_source(struct learner *l, const char *path, struct fault *fault)
{
    struct input in = {};
    TRY(input_init(&in, NULL));
    in.year = 1970;
    in.reader = (struct input_reader){ learn_event, on_fault, l };
    const status s = input_path(&in, path, fault);
    input_done(&in);
    learner_source_end(l);
    return s;
}

static status learn(const struct ruleset *rs, const char *const *paths, size_t count,
                    uint32_t **ret_rows, size_t *ret_count, struct fault *fault)
{
    static const float share_min = 1.0F / 16;
    struct learner *l = learner_new(rs);
    if (l == NULL) return FAIL(E_NOMEM);
    status s = OK;
    for (size_t i = 0; i < count && s.code == E_OK; i++)
        s = learn_source(l, paths[i], fault);
    if (s.code == E_OK) s = learner_rows(l, share_min, ret_rows, ret_count);
    learner_free(l);
    return s;
}

static size_t option_values(const struct invocation *inv, const char *name,
                            const char *ret_values[ARGUMENTS_MAX])
{
    size_t count = 0;
    while (count < ARGUMENTS_MAX && (ret_values[count] = invocation_nth(inv, name, count)) != NULL)
        count++;
    return count;
}

static int load(const struct invocation *inv, struct ruleset **ret_rules)
{
    const char *paths[ARGUMENTS_MAX] = {};
    const size_t count = option_values(inv, "--rules", paths);
    if (count == 0) return command_fail(EXIT_USAGE, "give rules with --rules PATH");
    return rules_load(inv, paths, count, ret_rules);
}

static status prepare(struct bench *b, struct fault *fault)
{
    const char *sources[ARGUMENTS_MAX] = {};
    const size_t count = option_values(b->inv, "--learn", sources);
    if (count != 0) {
        uint32_t *rows = NULL;
        size_t row_count = 0;
        TRY(learn(b->rs, sources, count, &rows, &row_count, fault));
        b->prices = prices_new(rows, row_count);
        free(rows);
        if (b->prices == NULL) return FAIL(E_NOMEM);
    }
    const int64_t before = clock_cpu_ns();
    TRY(engine_new(b->rs, b->prices, &b->engine));
    b->build_ns = clock_cpu_ns() - before;
    b->state = engine_state_new(b->engine);
    b->candidates = calloc(CANDIDATES_MAX, sizeof *b->candidates);
    return b->state == NULL || b->candidates == NULL ? FAIL(E_NOMEM) : OK;
}

/* One pass over the input; the processor time that it took. */
static status pass(struct bench *b, bool judging, int64_t *ret_cpu_ns, struct fault *fault)
{
    TRY(input_init(&b->input, NULL));
    b->input.year = 1970;
    b->input.reader = (struct input_reader){ on_event, on_fault, b };
    b->judging = judging;
    b->findings = 0;
    const int64_t before = clock_cpu_ns();
    status s = OK;
    for (size_t i = 0; i < b->inv->argument_count && s.code == E_OK; i++)
        s = input_path(&b->input, b->inv->arguments[i], fault);
    *ret_cpu_ns = clock_cpu_ns() - before;
    const struct input done = b->input; /* the counts outlive its buffers */
    input_done(&b->input);
    b->input.files = done.files;
    b->input.bytes = done.bytes;
    b->input.events = done.events;
    b->input.faults = done.faults;
    return s;
}

static int by_value(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static status measure(struct bench *b, size_t rounds, int64_t *ret_read_ns, int64_t *ret_all_ns,
                      struct fault *fault)
{
    int64_t reading[ROUNDS_MAX] = {}, all[ROUNDS_MAX] = {}, warm_up = 0;
    b->first = true;
    TRY(pass(b, true, &warm_up, fault));
    b->first = false;
    for (size_t i = 0; i < rounds; i++) { /* side by side, so that noise meets both */
        TRY(pass(b, false, &reading[i], fault));
        TRY(pass(b, true, &all[i], fault));
    }
    qsort(reading, rounds, sizeof *reading, by_value);
    qsort(all, rounds, sizeof *all, by_value);
    *ret_read_ns = reading[rounds / 2];
    *ret_all_ns = all[rounds / 2];
    return OK;
}

static uint64_t quantile(const struct bench *b, uint64_t percent)
{
    uint64_t seen = 0;
    for (uint64_t i = 0; i < CANDIDATES_MAX; i++) {
        seen += b->candidates[i];
        if (seen * 100 >= b->input.events * percent) return i;
    }
    return CANDIDATES_MAX;
}

static void member_hash(struct json_writer *j, const char *key, struct sha256 *s)
{
    char hex[2 * SHA256_BYTES];
    struct writer w = writer_of(hex, sizeof hex);
    hash h;
    sha256_final(s, &h);
    writer_hex(&w, (slice){ h.bytes, SHA256_BYTES });
    json_member_string(j, key, writer_slice(&w));
}

static void print(struct bench *b, int64_t read_ns, int64_t all_ns)
{
    enum { NS_PER_US = 1000, NS_PER_S = 1000000000 };
    uint8_t line[LINE_BYTES];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    const struct engine_numbers n = engine_numbers(b->engine);
    const uint64_t events = b->input.events == 0 ? 1 : b->input.events;
    const double seconds = all_ns <= 0 ? 1 : (double)all_ns / NS_PER_S;
    json_object(&j);
    json_member_text(&j, "bench", "detect");
    json_member_u64(&j, "rules", n.rules);
    json_member_u64(&j, "load_cpu_us", (uint64_t)(b->load_ns / NS_PER_US));
    json_member_u64(&j, "build_cpu_us", (uint64_t)(b->build_ns / NS_PER_US));
    json_member_u64(&j, "unwitnessed_rules", n.unwitnessed);
    json_member_u64(&j, "engine_bytes", n.bytes);
    json_member_u64(&j, "bytes", b->input.bytes);
    json_member_u64(&j, "events", b->input.events);
    json_member_u64(&j, "faults", b->input.faults);
    json_member_u64(&j, "findings", b->findings);
    json_member_u64(&j, "candidates_p50", quantile(b, 50));
    json_member_u64(&j, "candidates_p95", quantile(b, 95));
    json_member_u64(&j, "read_cpu_ns_per_event", (uint64_t)read_ns / events);
    json_member_u64(&j, "cpu_ns_per_event", (uint64_t)all_ns / events);
    json_member_u64(&j, "events_per_cpu_s", (uint64_t)((double)b->input.events / seconds));
    json_member_u64(&j, "bytes_per_cpu_s", (uint64_t)((double)b->input.bytes / seconds));
    member_hash(&j, "input_sha256", &b->events_hash);
    member_hash(&j, "findings_sha256", &b->findings_hash);
    json_object_end(&j);
    writer_u8(&w, '\n');
    fwrite(line, 1, w.len, stdout);
}

int run_bench_detect(const struct invocation *inv)
{
    struct bench b = { .inv = inv };
    struct fault fault = {};
    uint64_t rounds = 0;
    int64_t read_ns = 0, all_ns = 0;
    if (num_parse_u64(slice_text(invocation_value(inv, "--rounds", "5")), &rounds).code != E_OK ||
        rounds == 0 || rounds > ROUNDS_MAX)
        return command_fail(EXIT_USAGE, "--rounds takes a number from 1 to 101");
    const int64_t before = clock_cpu_ns();
    const int failed = load(inv, &b.rs);
    if (failed != 0) return failed;
    b.load_ns = clock_cpu_ns() - before;
    sha256_init(&b.events_hash);
    sha256_init(&b.findings_hash);
    status s = prepare(&b, &fault);
    if (s.code == E_OK) s = measure(&b, (size_t)rounds, &read_ns, &all_ns, &fault);
    if (s.code == E_OK) print(&b, read_ns, all_ns);
    engine_state_free(b.state);
    engine_free(b.engine);
    prices_free(b.prices);
    free(b.candidates);
    ruleset_free(b.rs);
    if (s.code == E_OK) return 0;
    return command_fail(s.code == E_NOT_FOUND ? EXIT_USAGE : status_exit(s), "%s",
                        fault.text[0] != 0 ? fault.text : status_text(s));
}

static void print_rows(const uint32_t *rows, size_t count)
{
    enum { PER_LINE = 8 };
    printf("/* SPDX-License-Identifier: Apache-2.0 */\n"
           "/* Made by tools/literal_prices: hashes and levels only, as prices.h describes. */\n"
           "#include \"judge/sigma/fast/prices.h\"\n\n#include \"base/banned.h\"\n\n"
           "/* clang-format off */\nconst uint32_t price_rows[] = {");
    for (size_t i = 0; i < count; i++)
        printf("%s0x%08x,", i % PER_LINE == 0 ? "\n    " : " ", rows[i]);
    printf("\n};\n/* clang-format on */\nconst uint32_t price_row_count = %zu;\n", count);
}

int run_bench_prices(const struct invocation *inv)
{
    struct ruleset *rs = NULL;
    uint32_t *rows = NULL;
    struct fault fault = {};
    size_t count = 0;
    const int failed = load(inv, &rs);
    if (failed != 0) return failed;
    const status s = learn(rs, inv->arguments, inv->argument_count, &rows, &count, &fault);
    ruleset_free(rs);
    if (s.code == E_OK) print_rows(rows, count);
    free(rows);
    if (s.code == E_OK) return 0;
    return command_fail(s.code == E_NOT_FOUND ? EXIT_USAGE : status_exit(s), "%s",
                        fault.text[0] != 0 ? fault.text : status_text(s));
}
