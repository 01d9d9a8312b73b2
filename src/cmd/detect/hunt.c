/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor hunt: every event of the input against every rule; a finding is a line.
 */
#include "cmd/detect/hunt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/timestamp.h"
#include "cmd/admin/rules_pack.h"
#include "cmd/detect/hunt_run.h"
#include "cmd/detect/routes_load.h"
#include "cmd/detect/rules_load.h"
#include "cmd/interrupt.h"
#include "os/clock.h"
#include "os/process.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2, RULE_PATHS_MAX = ARGUMENTS_MAX };

/* What a hunt owns beside hunt_run's own. */
struct hunting {
    const struct invocation *inv;
    struct ruleset *rs;
    struct routes *routes;
    struct engine *engine; /* NULL: the naive evaluator judges */
    struct hunt_output output;
    struct hunt_tally tally;
    struct hunt_config config;
    struct hunt_node node; /* with --node */
};

static void hunting_done(struct hunting *h)
{
    engine_free(h->engine);
    hunt_output_done(&h->output);
    hunt_tally_done(&h->tally);
    hunt_record_free(h->config.record);
    ruleset_free(h->rs);
    routes_free(h->routes);
}

/* As many as there are processors, unless the user asks for another number. */
static int take_threads(struct hunting *h)
{
    uint64_t threads = process_cpus() > FEED_THREADS_MAX ? FEED_THREADS_MAX : process_cpus();
    const char *text = invocation_value(h->inv, "--threads", NULL);
    if (text != NULL && (num_parse_u64(slice_text(text), &threads).code != E_OK || threads == 0 ||
                         threads > FEED_THREADS_MAX)) {
        return command_fail(EXIT_USAGE, "hunt: --threads takes a number from 1 to %d",
                            FEED_THREADS_MAX);
    }
    h->config.threads = (size_t)threads;
    return 0;
}

/* The range of a node's log; 0, or the exit status after a message. */
static int take_node(struct hunting *h)
{
    const struct invocation *inv = h->inv;
    const char *from = invocation_value(inv, "--from", "0");
    const char *to = invocation_value(inv, "--to", NULL);
    struct hunt_node *n = &h->node;
    *n = (struct hunt_node){ .dir = invocation_value(inv, "--node", NULL),
                             .by = invocation_value(inv, "--by", ""),
                             .purpose = invocation_value(inv, "--purpose", ""),
                             .to = UINT64_MAX };
    if (n->dir == NULL && invocation_has(inv, "--record")) {
        return command_fail(EXIT_USAGE, "hunt: --record goes with --node");
    }
    if (n->dir == NULL) return 0;
    if (inv->argument_count > 0) {
        return command_fail(EXIT_USAGE, "hunt: give files or --node, not both");
    }
    const bool good =
        num_parse_u64(slice_text(from), &n->from).code == E_OK &&
        (to == NULL || (num_parse_u64(slice_text(to), &n->to).code == E_OK && n->to < UINT64_MAX));
    if (!good) return command_fail(EXIT_USAGE, "hunt: --from and --to take an index of the log");
    if (to != NULL) n->to++;
    h->config.node = n;
    return 0;
}

/* What the command line says beside the rules. 0, or the exit status after a message. */
static int take_options(struct hunting *h)
{
    uint64_t year = 0;
    const struct invocation *inv = h->inv;
    const char *format = invocation_value(inv, "--format", "auto");
    const char *output = invocation_value(inv, "--output", "ocsf");
    const char *level = invocation_value(inv, "--level", NULL);
    const char *year_text = invocation_value(inv, "--year", NULL);
    if (intake_format_parse(slice_text(format), &h->config.format).code != E_OK) {
        return command_fail(EXIT_USAGE, "hunt: unknown format %s; see: candor help hunt", format);
    }
    if (level != NULL && !rule_level_of(slice_text(level), &h->config.level_min)) {
        return command_fail(EXIT_USAGE,
                            "hunt: unknown level %s (informational, low, medium, high, "
                            "critical)",
                            level);
    }
    if (year_text != NULL &&
        (num_parse_u64(slice_text(year_text), &year).code != E_OK || year < 1970 || year > 2261)) {
        return command_fail(EXIT_USAGE, "hunt: --year takes a year");
    }
    h->config.year = year_text != NULL ? (int32_t)year : timestamp_to_civil(clock_real_ns()).year;
    if (hunt_format_parse(output, &h->output.format).code != E_OK) {
        return command_fail(EXIT_USAGE, "hunt: unknown output %s; see: candor help hunt", output);
    }
    if (invocation_has(inv, "--summary")) h->output.format = HUNT_SUMMARY;
    h->output.json = inv->json;
    h->config.digest = inv->json && h->output.format == HUNT_SUMMARY;
    h->config.explain = invocation_has(inv, "--explain");
    const int failed = take_node(h);
    return failed != 0 ? failed : take_threads(h);
}

static int load_rules(struct hunting *h)
{
    const char *paths[RULE_PATHS_MAX] = {};
    size_t count = 0;
    while (count < RULE_PATHS_MAX &&
           (paths[count] = invocation_nth(h->inv, "--rules", count)) != NULL) {
        count++;
    }
    if (count == 0) return command_fail(EXIT_USAGE, "hunt: give rules with --rules PATH");
    bool is_cached = false;
    const int failed = rules_load_cached(h->inv, paths, count, &h->rs, &is_cached);
    if (failed != 0) return failed;
    for (size_t i = 0; i < h->rs->diagnostic_count; i++) {
        if (h->rs->diagnostics[i].severity == SEVERITY_ERROR) {
            rules_print_diagnostic(stderr, &h->rs->diagnostics[i]);
        }
    }
    if (h->rs->rule_count == 0 && h->rs->error_count == 0) {
        return command_fail(EXIT_USAGE, "hunt: there is no rule in %s%s", paths[0],
                            count > 1 ? " or the other paths" : "");
    }
    return routes_load(invocation_value(h->inv, "--routes", NULL), &h->routes);
}

static status prepare(struct hunting *h)
{
    TRY(hunt_tally_init(&h->tally, h->rs));
    if (!invocation_has(h->inv, "--naive")) TRY(engine_new(h->rs, NULL, &h->engine));
    h->output.rs = h->config.rs = h->rs;
    h->output.stream = stdout;
    h->config.engine = h->engine;
    h->config.routes = h->routes;
    h->config.output = &h->output;
    return OK;
}

/* The bytes of all paths, for a progress on a terminal; 0 where that is not known. */
static uint64_t total_bytes(const char *const *paths, size_t count)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t size = source_size(paths[i]);
        if (size == 0 || total > UINT64_MAX - size) return 0;
        total += size;
    }
    return total;
}

static void tell_recorded(const struct hunt_record *r, struct fault *fault)
{
    fprintf(stderr, "candor: hunt: %" PRIu64 " findings were recorded\n", hunt_record_count(r));
    if (fault->text[0] == '\0') *fault = *hunt_record_fault(r);
}

/* What is recorded names the bundle that these rules would be on a node. */
static status start_record(struct hunting *h, struct fault *f)
{
    struct writer pack = {};
    TRY(rules_pack(h->inv, &pack, f));
    const hash bundle = sha256(writer_slice(&pack));
    free(pack.at);
    return hunt_record_new(h->node.dir, h->node.by, &bundle, &h->config.record, f);
}

static status run(struct hunting *h, struct hunt_totals *totals, struct fault *fault)
{
    const char *const standard_input[] = { "-" };
    const bool given = h->inv->argument_count > 0;
    const char *const *paths = given ? h->inv->arguments : standard_input;
    const bool from_node = h->config.node != NULL;
    const size_t count = from_node ? 0 : given ? h->inv->argument_count : 1;
    struct progress progress = progress_start("hunting", 0, from_node ? "entries" : "bytes");
    if (progress.visible && !from_node) progress.total = total_bytes(paths, count);
    h->node.progress = &progress;
    h->config.progress = &progress;
    interrupt_watch();
    TRY(hunt_output_start(&h->output));
    if (from_node && invocation_has(h->inv, "--record")) {
        TRY(start_record(h, fault));
    }
    const status s = hunt_run(&h->config, paths, count, totals, &h->tally, fault);
    progress_end(&progress);
    if (h->config.record != NULL) tell_recorded(h->config.record, fault);
    if (h->node.erased > 0) {
        fprintf(stderr, "candor: hunt: %" PRIu64 " events were erased and are not judged\n",
                h->node.erased);
    }
    return s.code == E_OK ? hunt_output_end(&h->output, totals, &h->tally) : s;
}

static int run_hunt(const struct invocation *inv)
{
    struct hunting h = { .inv = inv };
    struct hunt_totals totals = {};
    struct fault fault = {};
    int failed = take_options(&h);
    if (failed == 0) failed = load_rules(&h);
    status s = failed == 0 ? prepare(&h) : OK;
    if (failed == 0 && s.code == E_OK) s = run(&h, &totals, &fault);
    const bool flawed = totals.faults != 0 || (h.rs != NULL && h.rs->error_count != 0);
    hunting_done(&h);
    if (failed != 0) return failed;
    if (s.code != E_OK && h.output.unwritten != 0) return command_unwritten(h.output.unwritten);
    if (s.code != E_OK) {
        const int exit_status = s.code == E_NOT_FOUND ? EXIT_USAGE : status_exit(s);
        return command_fail(exit_status, "hunt: %s",
                            fault.text[0] != 0 ? fault.text : status_text(s));
    }
    interrupt_die();
    return flawed ? EXIT_USAGE : 0;
}

static const struct option hunt_options[] = {
    { "--rules", "PATH", "Sigma rules: a file or a folder of them", true },
    RULES_LIST_OPTION,
    RULES_CACHE_OPTIONS,
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
    { "--threads", "N", "threads that read and judge; the processors of the machine by default",
      false },
    { "--node", "DIR", "judge what this node recorded instead of files; the look is recorded first",
      false },
    { "--from", "INDEX", "with --node: the first entry (default: 0)", false },
    { "--to", "INDEX", "with --node: the last entry (default: the newest)", false },
    { "--record", NULL, "with --node: append the findings to its log, with the entries they name",
      false },
    { "--by", "NAME", "with --node: who looks, as stated (default: the user of this command)",
      false },
    { "--purpose", "TEXT", "with --node: why, for the record of the look", false },
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
          "Findings come in the order of the input, then those of correlations by time; they are\n"
          "the same for any number of threads. After Ctrl-C what was read is judged and told.\n"
          "\n"
          "With --node the events come out of a node's log, in its order, whether the node runs "
          "or\n"
          "not; a finding's record is the index of its entry. What was erased is counted and "
          "told.\n"
          "\n"
          "  candor hunt --rules rules/ /var/log/audit/audit.log --summary",
      .options = hunt_options,
      .arguments_min = 0,
      .arguments_max = -1,
      .run = run_hunt },
    {},
};
