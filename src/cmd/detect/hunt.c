/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor hunt: every event of the input against every rule; a finding is a line.
 */
#include "cmd/detect/hunt.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "base/timestamp.h"
#include "cmd/detect/correlate.h"
#include "cmd/detect/input.h"
#include "cmd/detect/routes_load.h"
#include "cmd/detect/rules_load.h"
#include "judge/sigma/explain.h"
#include "judge/sigma/fast/engine.h"
#include "os/clock.h"
#include "base/banned.h"

enum {
    EXIT_USAGE = 2,
    LINE_BYTES = 8 * 1024 * 1024,
    FINDING_ARENA_BYTES = 4 * 1024 * 1024,
    RULE_PATHS_MAX = ARGUMENTS_MAX,
    EVENTS_TOLD = 100, /* of a correlation's window */
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
    uint8_t *line;               /* owned, LINE_BYTES */
    uint64_t *rule_findings;     /* owned: per rule, by its number */
    struct input input;
    bool summary;
    uint8_t level_min; /* enum rule_level */
    uint64_t findings;
};

static void write_texts(struct json_writer *j, const char *key, const struct rule_texts *texts)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < texts->count; i++)
        json_string(j, texts->at[i]);
    json_array_end(j);
}

static void write_time(struct json_writer *j, const struct finding *f)
{
    uint8_t time[TIMESTAMP_BYTES_MAX];
    if (f->is_time_assumed) return;
    json_member_string(j, "time", (slice){ time, timestamp_write(f->time_ns, time) });
}

static void write_place(struct json_writer *j, const struct input_place *place)
{
    json_key(j, "event");
    json_object(j);
    json_member_text(j, "file", place->path);
    if (place->at.line != 0) json_member_u64(j, "line", place->at.line);
    json_member_u64(j, "record", place->at.record);
    json_member_u64(j, "offset", place->at.offset);
    json_object_end(j);
}

static void write_matched(struct json_writer *j, const struct finding *f)
{
    json_key(j, "matched");
    json_array(j);
    for (size_t i = 0; i < f->field_count; i++) {
        const struct finding_field *m = &f->fields[i];
        json_object(j);
        json_member_string(j, "field", m->name);
        json_member_string(j, "value", m->value);
        json_member_string(j, "selection", m->selection);
        json_member_string(j, "item", m->item);
        json_member_string(j, "written", m->written);
        json_object_end(j);
    }
    json_array_end(j);
}

static void write_group(struct json_writer *j, const struct finding *f)
{
    json_key(j, "group");
    json_object(j);
    for (size_t i = 0; i < f->group_count; i++) {
        json_key_slice(j, f->groups[i].field);
        if (f->groups[i].is_absent) {
            json_null(j);
        } else {
            json_string(j, f->groups[i].value);
        }
    }
    json_object_end(j);
}

/* What a correlation concluded from: its group, its measure, the events in its window. */
static void write_correlation(struct json_writer *j, const struct finding *f,
                              const struct correlate *c)
{
    if (f->kind == FINDING_EVICTION) {
        json_member_u64(j, "groups_given_up", f->evicted_count);
        return;
    }
    write_group(j, f);
    json_key(j, "measure");
    json_double(j, f->measure);
    json_key(j, "events");
    json_array(j);
    for (size_t i = 0; i < f->evidence_count && i < EVENTS_TOLD; i++) {
        const struct input_place *place = correlate_place(c, f->evidence[i]);
        if (place == NULL) continue;
        json_object(j);
        json_member_text(j, "file", place->path);
        json_member_u64(j, "record", place->at.record);
        json_object_end(j);
    }
    json_array_end(j);
}

static void write_finding(struct writer *w, const struct finding *f,
                          const struct input_place *place, const struct correlate *c)
{
    struct json_writer j = json_writer_of(w);
    json_object(&j);
    write_time(&j, f);
    json_member_string(&j, "rule", rule_reference(f->rule));
    json_member_string(&j, "title", f->rule->title);
    json_member_text(&j, "level", rule_level_name(f->rule->level));
    json_member_string(&j, "author", f->rule->author);
    write_texts(&j, "tags", &f->rule->tags);
    write_place(&j, place);
    if (f->kind == FINDING_RULE) {
        write_matched(&j, f);
    } else {
        write_correlation(&j, f, c);
    }
    if (f->is_logsource_unknown) json_member_bool(&j, "logsource_unknown", true);
    if (f->is_clipped) json_member_bool(&j, "clipped", true);
    json_object_end(&j);
    writer_u8(w, '\n');
}

static status print_finding(struct hunt *h, const struct finding *finding,
                            const struct input_place *place)
{
    struct writer w = writer_of(h->line, LINE_BYTES);
    write_finding(&w, finding, place, h->correlate);
    TRY(writer_end(&w));
    return fwrite(h->line, 1, w.len, stdout) == w.len ? OK : FAIL(E_IO);
}

static status report(struct hunt *h, const struct rule *rule, const struct event *event,
                     const struct input_place *place)
{
    struct finding finding = {};
    h->findings++;
    h->rule_findings[rule->number]++;
    if (h->summary) return OK;
    arena_reset(&h->arena);
    (void)sigma_naive_match(h->naive, rule, event, &h->trace);
    TRY(finding_of_match(h->rs, rule, event, place->position, &h->trace, &h->arena, &finding));
    return print_finding(h, &finding, place);
}

/* A correlation fired, or gave up groups. */
static status on_correlation(void *with, const struct finding *finding,
                             const struct input_place *place)
{
    struct hunt *h = with;
    if (finding->rule->level < h->level_min) return OK;
    h->findings++;
    h->rule_findings[finding->rule->number]++;
    return h->summary ? OK : print_finding(h, finding, place);
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
    free(h->line);
    free(h->rule_findings);
}

/* What the command line says beside the rules. 0, or the exit status after a message. */
static int take_options(struct hunt *h)
{
    uint64_t year = 0;
    const char *format = invocation_value(h->inv, "--format", "auto");
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
    h->summary = invocation_has(h->inv, "--summary");
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
    h->line = malloc(LINE_BYTES);
    h->rule_findings = calloc(h->rs->rule_count + 1, sizeof *h->rule_findings);
    const bool ready = h->naive != NULL && h->found != NULL && h->trace.entries != NULL &&
                       h->line != NULL && h->rule_findings != NULL;
    h->input.reader = (struct input_reader){ on_event, on_fault, h };
    TRY(correlate_new(h->rs, on_correlation, h, &h->correlate));
    return ready ? OK : FAIL(E_NOMEM);
}

/* Rules by the number of their findings, the most first; of equal ones the more severe first. */
static int by_findings(const void *a, const void *b, void *with)
{
    const struct hunt *h = with;
    const struct rule *left = *(const struct rule *const *)a;
    const struct rule *right = *(const struct rule *const *)b;
    const uint64_t l = h->rule_findings[left->number];
    const uint64_t r = h->rule_findings[right->number];
    if (l != r) return l < r ? 1 : -1;
    if (left->level != right->level) return left->level < right->level ? 1 : -1;
    return slice_compare(rule_reference(left), rule_reference(right));
}

static void write_totals(struct json_writer *j, const struct hunt *h)
{
    json_member_u64(j, "files", h->input.files);
    json_member_u64(j, "bytes", h->input.bytes);
    json_member_u64(j, "events", h->input.events);
    json_member_u64(j, "faults", h->input.faults);
    json_member_u64(j, "rules", h->rs->rule_count);
    json_member_u64(j, "refused_rules", h->rs->refused_count);
    json_member_u64(j, "findings", h->findings);
}

/* The rules that found something in order; returns how many. */
static size_t sort_rules(const struct hunt *h, const struct rule **ret_rules)
{
    size_t count = 0;
    for (size_t i = 0; i < h->rs->rule_count; i++) {
        if (h->rule_findings[h->rs->rules[i]->number] > 0) ret_rules[count++] = h->rs->rules[i];
    }
    struct hunt order = *h;
    qsort_r(ret_rules, count, sizeof(struct rule *), by_findings, &order);
    return count;
}

static status print_summary_json(struct hunt *h, const struct rule *const *rules, size_t count)
{
    struct writer w = writer_of(h->line, LINE_BYTES);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    write_totals(&j, h);
    json_key(&j, "by_rule");
    json_array(&j);
    for (size_t i = 0; i < count; i++) {
        json_object(&j);
        json_member_string(&j, "rule", rule_reference(rules[i]));
        json_member_string(&j, "title", rules[i]->title);
        json_member_text(&j, "level", rule_level_name(rules[i]->level));
        json_member_string(&j, "author", rules[i]->author);
        json_member_u64(&j, "findings", h->rule_findings[rules[i]->number]);
        json_object_end(&j);
    }
    json_array_end(&j);
    json_object_end(&j);
    writer_u8(&w, '\n');
    TRY(writer_end(&w));
    return fwrite(h->line, 1, w.len, stdout) == w.len ? OK : FAIL(E_IO);
}

static status print_summary(struct hunt *h)
{
    const struct rule **rules = calloc(h->rs->rule_count + 1, sizeof(struct rule *));
    if (rules == NULL) return FAIL(E_NOMEM);
    const size_t count = sort_rules(h, rules);
    status s = OK;
    if (h->inv->json) {
        s = print_summary_json(h, rules, count);
    } else {
        for (size_t i = 0; i < count; i++) {
            printf("%8llu  %-13s  %.*s\n", (unsigned long long)h->rule_findings[rules[i]->number],
                   rule_level_name(rules[i]->level), (int)rules[i]->title.len,
                   (const char *)rules[i]->title.at);
        }
        printf("%llu findings of %zu rules in %llu events, %llu files; %llu faults in the input\n",
               (unsigned long long)h->findings, count, (unsigned long long)h->input.events,
               (unsigned long long)h->input.files, (unsigned long long)h->input.faults);
    }
    free(rules);
    return s;
}

static status run_input(struct hunt *h, struct fault *fault)
{
    struct progress progress = progress_start("hunting", 0, "bytes");
    status s = OK;
    h->input.progress = &progress;
    if (h->inv->argument_count == 0) s = input_path(&h->input, "-", fault);
    for (size_t i = 0; i < h->inv->argument_count && s.code == E_OK; i++) {
        s = input_path(&h->input, h->inv->arguments[i], fault);
    }
    progress_end(&progress);
    if (s.code == E_OK) s = correlate_end(h->correlate);
    if (s.code == E_OK && h->summary) s = print_summary(h);
    if (s.code == E_OK && fflush(stdout) != 0) s = FAIL(E_IO);
    return s;
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
    { "--summary", NULL, "counts for each rule instead of findings", false },
    {},
};

const struct command hunt_commands[] = {
    { .name = "hunt",
      .arguments = "[FILE…]",
      .summary = "Judge log files, folders or the standard input with Sigma rules",
      .details =
          "Prints each finding as one line of JSON. Formats are told from the first bytes of each\n"
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
