/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor hunt: every event of the input against every rule; a finding is a line.
 */
#include "cmd/detect/hunt.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/timestamp.h"
#include "cmd/detect/correlate.h"
#include "cmd/detect/hunt_output.h"
#include "cmd/detect/input.h"
#include "cmd/detect/routes_load.h"
#include "cmd/detect/rules_load.h"
#include "judge/sigma/explain.h"
#include "judge/sigma/fast/engine.h"
#include "os/clock.h"
#include "base/banned.h"

enum {
    EXIT_USAGE = 2,
    FINDING_ARENA_BYTES = 4 * 1024 * 1024,
    RULE_PATHS_MAX = ARGUMENTS_MAX,
    EVENTS_TOLD = OUTPUT_EVENTS_MAX, /* of a correlation's window */
};

struct hunt {
    const struct invocation *inv;
    struct ruleset *rs;    /* owned */
    struct routes *routes; /* owned */
    struct engine *engine; /* owned; NULL: the naive evaluator judges */
    struct engine_state *state;
    const struct rule **found; /* owned: rules that match the event at hand */
    size_t found_count;
    struct naive *naive;         /* owned */
    struct correlate *correlate; /* owned; NULL if no rule correlates */
    struct trace trace;          /* entries are owned */
    struct arena arena;          /* of the finding at hand */
    uint8_t *explanation;        /* owned; NULL: not asked for */
    struct hunt_output output;
    struct input input;
    uint8_t level_min; /* enum rule_level */
};

/* The rule's tree with its answers, where --explain asks for it; cut where it is too long. */
static slice explain(struct hunt *h, const struct rule *rule, const struct event *event)
{
    struct writer w = writer_of(h->explanation, OUTPUT_EXPLANATION_BYTES_MAX);
    if (h->explanation == NULL) return slice_none();
    explain_write(&w, h->rs, rule, event, &h->trace, true);
    return writer_slice(&w);
}

static status print_finding(struct hunt *h, const struct finding *finding,
                            const struct input_place *place, slice explanation)
{
    struct output_event events[EVENTS_TOLD];
    struct output_item item = { .finding = finding,
                                .file = slice_text(place->path),
                                .line = place->at.line,
                                .record = place->at.record,
                                .offset = place->at.offset,
                                .events = events,
                                .explanation = explanation,
                                .version = CANDOR_VERSION };
    for (size_t i = 0; i < finding->evidence_count && i < EVENTS_TOLD; i++) {
        const struct input_place *at = correlate_place(h->correlate, finding->evidence[i]);
        if (at == NULL) continue;
        events[item.event_count++] = (struct output_event){ slice_text(at->path), at->at.record };
    }
    return hunt_output_finding(&h->output, &item);
}

static status report(struct hunt *h, const struct rule *rule, const struct event *event,
                     const struct input_place *place)
{
    struct finding finding = {};
    if (!hunt_output_count(&h->output, rule)) return OK;
    arena_reset(&h->arena);
    (void)sigma_naive_match(h->naive, rule, event, &h->trace);
    TRY(finding_of_match(h->rs, rule, event, place->position, &h->trace, &h->arena, &finding));
    return print_finding(h, &finding, place, explain(h, rule, event));
}

/* A correlation fired, or gave up groups. */
static status on_correlation(void *with, const struct finding *finding,
                             const struct input_place *place)
{
    struct hunt *h = with;
    if (finding->rule->level < h->level_min) return OK;
    if (!hunt_output_count(&h->output, finding->rule)) return OK;
    return print_finding(h, finding, place, slice_none());
}

static void on_match(void *user, const struct rule *rule, enum gate)
{
    struct hunt *h = user;
    h->found[h->found_count++] = rule;
}

/* The rules that match, in the order of the rule set. */
static status match(struct hunt *h, const struct event *event)
{
    h->found_count = 0;
    if (h->engine != NULL) return engine_match(h->state, event, on_match, h);
    for (size_t i = 0; i < h->rs->rule_count; i++) {
        const struct rule *rule = h->rs->rules[i];
        if (rule->kind != RULE_DETECTION) continue;
        if (sigma_naive_match(h->naive, rule, event, NULL)) h->found[h->found_count++] = rule;
    }
    return OK;
}

static status on_event(void *with, const struct event *event, const struct input_place *place)
{
    struct hunt *h = with;
    TRY(match(h, event));
    TRY(correlate_take(h->correlate, event, place, h->found, h->found_count));
    for (size_t i = 0; i < h->found_count; i++) {
        const struct rule *rule = h->found[i];
        if (rule->is_silent || rule->level < h->level_min) continue;
        TRY(report(h, rule, event, place));
    }
    return OK;
}

static status on_fault(void *, const struct input_place *place, const struct fault *fault)
{
    if (place->at.record == 0) {
        fprintf(stderr, "candor: %s: %s\n", place->path, fault->text);
    } else if (place->at.line == 0) {
        fprintf(stderr, "candor: %s: record %llu at byte %llu: %s\n", place->path,
                (unsigned long long)place->at.record, (unsigned long long)place->at.offset,
                fault->text);
    } else {
        fprintf(stderr, "candor: %s:%llu: %s\n", place->path, (unsigned long long)place->at.line,
                fault->text);
    }
    return OK;
}

static void hunt_done(struct hunt *h)
{
    engine_state_free(h->state);
    engine_free(h->engine);
    free(h->found);
    naive_free(h->naive);
    correlate_free(h->correlate);
    ruleset_free(h->rs);
    input_done(&h->input);
    routes_free(h->routes);
    arena_done(&h->arena);
    free(h->trace.entries);
    hunt_output_done(&h->output);
    free(h->explanation);
}

/* What the command line says beside the rules. 0, or the exit status after a message. */
static int take_options(struct hunt *h)
{
    uint64_t year = 0;
    const char *format = invocation_value(h->inv, "--format", "auto");
    const char *output = invocation_value(h->inv, "--output", "ocsf");
    const char *level = invocation_value(h->inv, "--level", NULL);
    const char *year_text = invocation_value(h->inv, "--year", NULL);
    if (intake_format_parse(slice_text(format), &h->input.format).code != E_OK) {
        return command_fail(EXIT_USAGE, "hunt: unknown format %s; see: candor help hunt", format);
    }
    if (level != NULL && !rule_level_of(slice_text(level), &h->level_min)) {
        return command_fail(EXIT_USAGE,
                            "hunt: unknown level %s (informational, low, medium, high, "
                            "critical)",
                            level);
    }
    if (year_text != NULL &&
        (num_parse_u64(slice_text(year_text), &year).code != E_OK || year < 1970 || year > 2261)) {
        return command_fail(EXIT_USAGE, "hunt: --year takes a year");
    }
    h->input.year = year_text != NULL ? (int32_t)year : timestamp_to_civil(clock_real_ns()).year;
    if (hunt_format_parse(output, &h->output.format).code != E_OK) {
        return command_fail(EXIT_USAGE, "hunt: unknown output %s; see: candor help hunt", output);
    }
    if (invocation_has(h->inv, "--summary")) h->output.format = HUNT_SUMMARY;
    h->output.json = h->inv->json;
    return 0;
}

static int load_rules(struct hunt *h)
{
    const char *paths[RULE_PATHS_MAX] = {};
    size_t count = 0;
    while (count < RULE_PATHS_MAX &&
           (paths[count] = invocation_nth(h->inv, "--rules", count)) != NULL) {
        count++;
    }
    if (count == 0) return command_fail(EXIT_USAGE, "hunt: give rules with --rules PATH");
    const int failed = rules_load(h->inv, paths, count, &h->rs);
    if (failed != 0) return failed;
    for (size_t i = 0; i < h->rs->diagnostic_count; i++) {
        if (h->rs->diagnostics[i].severity == SEVERITY_ERROR) {
            rules_print_diagnostic(stderr, &h->rs->diagnostics[i]);
        }
    }
    return routes_load(invocation_value(h->inv, "--routes", NULL), &h->routes);
}

static status prepare(struct hunt *h)
{
    TRY(input_init(&h->input, h->routes));
    h->naive = naive_new(h->rs);
    h->found = calloc(h->rs->rule_count + 1, sizeof(struct rule *));
    if (!invocation_has(h->inv, "--naive")) {
        TRY(engine_new(h->rs, NULL, &h->engine));
        h->state = engine_state_new(h->engine);
        if (h->state == NULL) return FAIL(E_NOMEM);
    }
    h->arena = arena_of(FINDING_ARENA_BYTES);
    h->trace.cap = RULE_NODES_MAX;
    h->trace.entries = calloc(h->trace.cap, sizeof *h->trace.entries);
    TRY(hunt_output_init(&h->output, h->rs));
    if (invocation_has(h->inv, "--explain")) {
        h->explanation = malloc(OUTPUT_EXPLANATION_BYTES_MAX);
        if (h->explanation == NULL) return FAIL(E_NOMEM);
    }
    const bool ready = h->naive != NULL && h->found != NULL && h->trace.entries != NULL;
    h->input.reader = (struct input_reader){ on_event, on_fault, h };
    TRY(correlate_new(h->rs, on_correlation, h, &h->correlate));
    return ready ? OK : FAIL(E_NOMEM);
}

static status run_input(struct hunt *h, struct fault *fault)
{
    struct progress progress = progress_start("hunting", 0, "bytes");
    status s = hunt_output_start(&h->output);
    h->input.progress = &progress;
    if (h->inv->argument_count == 0 && s.code == E_OK) s = input_path(&h->input, "-", fault);
    for (size_t i = 0; i < h->inv->argument_count && s.code == E_OK; i++) {
        s = input_path(&h->input, h->inv->arguments[i], fault);
    }
    progress_end(&progress);
    h->input.progress = NULL;
    if (s.code == E_OK) s = correlate_end(h->correlate);
    if (s.code != E_OK) return s;
    const struct hunt_totals totals = { .files = h->input.files,
                                        .bytes = h->input.bytes,
                                        .events = h->input.events,
                                        .faults = h->input.faults,
                                        .version = CANDOR_VERSION };
    return hunt_output_end(&h->output, &totals);
}

static int run_hunt(const struct invocation *inv)
{
    struct hunt h = { .inv = inv };
    struct fault fault = {};
    int failed = load_rules(&h);
    status s = failed == 0 ? prepare(&h) : OK;
    if (failed == 0 && s.code == E_OK) failed = take_options(&h);
    if (failed == 0 && s.code == E_OK) s = run_input(&h, &fault);
    const bool flawed = h.input.faults != 0 || (h.rs != NULL && h.rs->error_count != 0);
    hunt_done(&h);
    if (failed != 0) return failed;
    if (s.code != E_OK) {
        const int exit_status = s.code == E_NOT_FOUND ? EXIT_USAGE : status_exit(s);
        return command_fail(exit_status, "%s", fault.text[0] != 0 ? fault.text : status_text(s));
    }
    return flawed ? EXIT_USAGE : 0;
}

static const struct option hunt_options[] = {
    { "--rules", "PATH", "Sigma rules: a file or a folder of them", true },
    RULES_LIST_OPTION,
    { "--format", "NAME", "auto (the default), json, evtx, auditd, journal, syslog, csv or text",
      false },
    { "--routes", "FILE", "YAML rows that tell log sources, before the built-in ones", false },
    { "--level", "LEVEL", "only rules of this level or above", false },
    { "--year", "YEAR", "of dates that have none (old syslog); the current year by default",
      false },
    { "--naive", NULL, "judge rule by rule, as the specification reads: slow, the same findings",
      false },
    { "--output", "NAME", "ocsf (the default), brief, csv, navigator, html or summary", false },
    { "--summary", NULL, "counts by rule and level instead of findings", false },
    { "--explain", NULL, "each finding tells why: the rule as a tree with its answers", false },
    {},
};

const struct command hunt_commands[] = {
    { .name = "hunt",
      .arguments = "[FILE…]",
      .summary = "Judge log files, folders or the standard input with Sigma rules",
      .details =
          "Prints each finding as one line of JSON: an OCSF 1.8.0 Detection Finding, or with\n"
          "--output brief candor's own short form; csv, an ATT&CK Navigator layer and an\n"
          "HTML page are others. Formats are told from the first bytes of each\n"
          "file: JSON (lines, arrays, {\"Records\":[…]}; Windows events in the shapes of the "
          "usual\n"
          "exporters, CloudTrail, Kubernetes audit …), auditd, journald exports, syslog, CSV and\n"
          "W3C logs; each also as .gz or .zst. A part of the input that cannot be read is told on\n"
          "standard error, the rest goes on, and the exit status is 2.\n"
          "\n"
          "  candor hunt --rules rules/ /var/log/audit/audit.log --summary",
      .options = hunt_options,
      .arguments_min = 0,
      .arguments_max = -1,
      .run = run_hunt },
    {},
};
