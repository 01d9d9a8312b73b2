/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor simulate: the lines of a simulated organisation to standard output, to a file, or to a
 * file for each source; which of them are attacks, to another file.
 */
#include "cmd/simulate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "base/timestamp.h"
#include "cmd/progress.h"
#include "os/dir.h"
#include "simulate/simulate.h"
#include "base/banned.h"

enum {
    EXIT_USAGE = 2,
    EXIT_SYSTEM = 3,
    SOURCES_MAX = 32,
    RECORD_BYTES_MAX = 4 * SIMULATE_LINE_BYTES_MAX,
    TRUTH_BYTES_MAX = 64 * 1024,
    OUTPUT_BUFFER_BYTES = 1024 * 1024,
    PATH_BYTES_MAX = 4096,
    PROGRESS_STEP = 4096,
    NS_PER_MS = 1000000,
    MS_PER_DAY = 86400000,
    DAYS_DEFAULT = 1,
    STAFF_DEFAULT = 300,
    USERS_DEFAULT = 50000,
};
#define START_DEFAULT "2026-01-05"

struct simulating {
    const struct invocation *inv;
    struct simulate_config config;
    bool records;
    FILE *out;                    /* standard output or --out; NULL with --split */
    FILE *of_source[SOURCES_MAX]; /* with --split; opened with the first line */
    const char *split;
    FILE *truth; /* NULL: not asked for */
    uint64_t lines;
    uint64_t source_lines[SOURCES_MAX];
    uint8_t *record; /* owned: an event as a record */
    uint8_t *label;  /* owned: a line of the truth */
    struct progress progress;
};

static status write_line(FILE *file, slice line)
{
    const bool wrote = fwrite(line.at, 1, line.len, file) == line.len && putc('\n', file) != EOF;
    return wrote ? OK : FAIL(E_IO);
}

static FILE *file_of(struct simulating *s, uint8_t source)
{
    if (s->split == NULL) return s->out;
    if (s->of_source[source] == NULL) {
        char path[PATH_BYTES_MAX];
        const int len =
            snprintf(path, sizeof path, "%s/%s.jsonl", s->split, simulate_source_name(source));
        if (len < 0 || (size_t)len >= sizeof path) return NULL;
        s->of_source[source] = fopen(path, "we");
    }
    return s->of_source[source];
}

static void write_time(struct json_writer *j, const char *key, int64_t time_ms)
{
    uint8_t text[TIMESTAMP_BYTES_MAX];
    const size_t len = timestamp_write(time_ms * NS_PER_MS, text);
    json_member_string(j, key, (slice){ text, len });
}

static status write_label(struct simulating *s, const struct simulated *line)
{
    struct writer w = writer_of(s->label, TRUTH_BYTES_MAX);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_member_u64(&j, "line", s->lines);
    json_member_text(&j, "source", simulate_source_name(line->source));
    json_member_u64(&j, "source_line", s->source_lines[line->source]);
    write_time(&j, "time", line->time_ms);
    json_member_text(&j, "attack", line->label->attack);
    json_member_u64(&j, "instance", line->label->instance);
    json_member_text(&j, "step", line->label->step);
    json_object_end(&j);
    TRY(writer_end(&w));
    return write_line(s->truth, writer_slice(&w));
}

static status on_line(void *to, const struct simulated *line)
{
    struct simulating *s = to;
    slice text = line->json;
    if (s->records && !line->is_record) {
        struct writer w = writer_of(s->record, RECORD_BYTES_MAX);
        simulate_event_record(line, &w);
        TRY(writer_end(&w));
        text = writer_slice(&w);
    }
    FILE *file = file_of(s, line->source);
    if (file == NULL) return FAIL(E_IO);
    TRY(write_line(file, text));
    s->lines++;
    s->source_lines[line->source]++;
    if (s->lines % PROGRESS_STEP == 0) progress_step(&s->progress, PROGRESS_STEP);
    return line->label == NULL || s->truth == NULL ? OK : write_label(s, line);
}

/* The parts of a text between separators, as an array. */
static void write_parts(struct json_writer *j, const char *key, const char *text, char separator)
{
    json_key(j, key);
    json_array(j);
    while (text[0] != 0) {
        const char *end = strchr(text, separator);
        const size_t len = end == NULL ? strlen(text) : (size_t)(end - text);
        json_string(j, (slice){ (const uint8_t *)text, len });
        text += len + (end != NULL);
    }
    json_array_end(j);
}

static status on_attack(void *to, const struct simulated_attack *attack)
{
    struct simulating *s = to;
    if (s->truth == NULL) return OK;
    struct writer w = writer_of(s->label, TRUTH_BYTES_MAX);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_member_text(&j, "attack", attack->attack);
    json_member_u64(&j, "instance", attack->instance);
    json_member_bool(&j, "complete", attack->complete);
    if (attack->actor.len != 0) json_member_string(&j, "actor", attack->actor);
    json_member_u64(&j, "events", attack->events);
    if (attack->events != 0) {
        write_time(&j, "began", attack->began_ms);
        write_time(&j, "ended", attack->ended_ms);
    }
    write_parts(&j, "techniques", attack->techniques, ',');
    write_parts(&j, "rules", attack->rules, '|');
    json_object_end(&j);
    TRY(writer_end(&w));
    return write_line(s->truth, writer_slice(&w));
}

/* A number option. 0 and an exit status on standard error where it is no number or out of range. */
static int take_number(const struct invocation *inv, const char *name, uint64_t low, uint64_t high,
                       uint64_t *number)
{
    const char *text = invocation_value(inv, name, NULL);
    uint64_t value = 0;
    if (text == NULL) return 0;
    if (num_parse_u64(slice_text(text), &value).code != E_OK || value < low || value > high) {
        return command_fail(EXIT_USAGE, "simulate: %s takes a number from %" PRIu64 " to %" PRIu64,
                            name, low, high);
    }
    *number = value;
    return 0;
}

static int take_numbers(struct simulating *s)
{
    const struct invocation *inv = s->inv;
    uint64_t days = DAYS_DEFAULT, staff = STAFF_DEFAULT, users = USERS_DEFAULT;
    int failed = take_number(inv, "--seed", 0, UINT64_MAX, &s->config.seed);
    if (failed == 0) failed = take_number(inv, "--days", 1, SIMULATE_DAYS_MAX, &days);
    if (failed == 0) {
        failed = take_number(inv, "--staff", SIMULATE_STAFF_MIN, SIMULATE_STAFF_MAX, &staff);
    }
    const uint64_t users_min = staff < SIMULATE_USERS_MIN ? SIMULATE_USERS_MIN : staff;
    if (failed == 0) failed = take_number(inv, "--users", users_min, SIMULATE_USERS_MAX, &users);
    if (failed == 0) failed = take_number(inv, "--events", 1, UINT32_MAX, &s->config.events);
    if (failed == 0) {
        failed = take_number(inv, "--first-index", 0, UINT32_MAX, &s->config.first_index);
    }
    s->config.has_first_index = invocation_has(inv, "--first-index");
    s->config.days = (uint32_t)days;
    s->config.staff = (uint32_t)staff;
    s->config.users = (uint32_t)users;
    return failed;
}

static int take_attack(struct simulating *s, slice name)
{
    for (size_t i = 0; simulate_attack_name(i) != NULL; i++) {
        if (!slice_is(name, simulate_attack_name(i))) continue;
        s->config.attacks |= 1u << i;
        return 0;
    }
    return command_fail(EXIT_USAGE,
                        "simulate: no attack is called %.*s; see: candor simulate --list",
                        (int)name.len, (const char *)name.at);
}

static int take_attacks(struct simulating *s)
{
    const char *text = invocation_value(s->inv, "--attacks", "all");
    int failed = 0;
    if (slice_is(slice_text(text), "none")) return 0;
    if (slice_is(slice_text(text), "all")) {
        for (size_t i = 0; simulate_attack_name(i) != NULL; i++)
            s->config.attacks |= 1u << i;
        return 0;
    }
    while (failed == 0 && text != NULL) {
        const char *comma = strchr(text, ',');
        const size_t len = comma == NULL ? strlen(text) : (size_t)(comma - text);
        failed = take_attack(s, (slice){ (const uint8_t *)text, len });
        text = comma == NULL ? NULL : comma + 1;
    }
    return failed;
}

static int take_start(struct simulating *s)
{
    int64_t ns = 0;
    const char *text = invocation_value(s->inv, "--start", START_DEFAULT);
    char midnight[TIMESTAMP_BYTES_MAX];
    const int len = snprintf(midnight, sizeof midnight, "%sT00:00:00Z", text);
    const bool fits = len > 0 && (size_t)len < sizeof midnight;
    if (!fits || timestamp_parse_iso(slice_text(midnight), &ns).code != E_OK || ns < 0) {
        return command_fail(EXIT_USAGE, "simulate: --start takes a date such as " START_DEFAULT);
    }
    s->config.start_day = ns / NS_PER_MS / MS_PER_DAY;
    return 0;
}

static int take_options(struct simulating *s)
{
    const char *format = invocation_value(s->inv, "--format", "events");
    s->records = slice_is(slice_text(format), "records");
    s->config.records = s->records;
    if (!s->records && !slice_is(slice_text(format), "events")) {
        return command_fail(EXIT_USAGE, "simulate: --format takes events or records");
    }
    if (invocation_has(s->inv, "--out") && invocation_has(s->inv, "--split")) {
        return command_fail(EXIT_USAGE, "simulate: give --out or --split, not both");
    }
    int failed = take_numbers(s);
    if (failed == 0) failed = take_attacks(s);
    return failed != 0 ? failed : take_start(s);
}

static int open_file(const char *path, FILE **ret_file)
{
    if (path == NULL) return 0;
    *ret_file = fopen(path, "we");
    if (*ret_file == NULL) return command_fail(EXIT_SYSTEM, "simulate: cannot write %s", path);
    return 0;
}

static int open_files(struct simulating *s)
{
    struct fault fault = {};
    s->split = invocation_value(s->inv, "--split", NULL);
    if (s->split != NULL) {
        if (dir_make(NULL, s->split, &fault).code != E_OK) {
            return command_fail(EXIT_SYSTEM, "simulate: %s", fault.text);
        }
    } else {
        s->out = stdout;
        const int failed = open_file(invocation_value(s->inv, "--out", NULL), &s->out);
        if (failed != 0) return failed;
        setvbuf(s->out, NULL, _IOFBF, OUTPUT_BUFFER_BYTES);
    }
    return open_file(invocation_value(s->inv, "--truth", NULL), &s->truth);
}

static bool close_file(FILE *file)
{
    if (file == NULL) return true;
    if (file == stdout) return fflush(stdout) == 0;
    return fclose(file) == 0;
}

static bool close_files(struct simulating *s)
{
    bool closed = close_file(s->out);
    closed = close_file(s->truth) && closed;
    for (size_t i = 0; i < SOURCES_MAX; i++)
        closed = close_file(s->of_source[i]) && closed;
    return closed;
}

static status run(struct simulating *s)
{
    struct simulation *simulation = NULL;
    s->record = malloc(RECORD_BYTES_MAX);
    s->label = malloc(TRUTH_BYTES_MAX);
    if (s->record == NULL || s->label == NULL) return FAIL(E_NOMEM);
    TRY(simulation_new(&s->config, &simulation));
    const struct simulate_sink sink = { on_line, on_attack, s };
    s->progress = progress_start("simulating", 0, "lines");
    const status ran = simulation_run(simulation, &sink);
    progress_end(&s->progress);
    simulation_free(simulation);
    return ran;
}

static void list_rows(struct json_writer *j, const char *key, const char *(*name)(size_t),
                      const char *(*summary)(size_t))
{
    json_key(j, key);
    json_object(j);
    for (size_t i = 0; name(i) != NULL; i++)
        json_member_text(j, name(i), summary(i));
    json_object_end(j);
}

/* What is simulated, for people or as JSON. */
static int list(const struct invocation *inv)
{
    static uint8_t bytes[SIMULATE_LINE_BYTES_MAX];
    struct writer w = writer_of(bytes, sizeof bytes);
    struct json_writer j = json_writer_of(&w);
    if (inv->json) {
        json_object(&j);
        list_rows(&j, "activities", simulate_activity_name, simulate_activity_summary);
        list_rows(&j, "attacks", simulate_attack_name, simulate_attack_summary);
        json_object_end(&j);
        return write_line(stdout, writer_slice(&w)).code == E_OK ? 0 : EXIT_SYSTEM;
    }
    printf("activities\n");
    for (size_t i = 0; simulate_activity_name(i) != NULL; i++)
        printf("  %-22s %s\n", simulate_activity_name(i), simulate_activity_summary(i));
    printf("attacks\n");
    for (size_t i = 0; simulate_attack_name(i) != NULL; i++)
        printf("  %-22s %s\n", simulate_attack_name(i), simulate_attack_summary(i));
    return fflush(stdout) == 0 ? 0 : EXIT_SYSTEM;
}

static int run_simulate(const struct invocation *inv)
{
    struct simulating s = { .inv = inv };
    if (invocation_has(inv, "--list")) return list(inv);
    int failed = take_options(&s);
    if (failed == 0) failed = open_files(&s);
    const status ran = failed == 0 ? run(&s) : OK;
    const bool closed = close_files(&s);
    free(s.record);
    free(s.label);
    if (failed != 0) return failed;
    if (ran.code == E_IO || !closed) return command_fail(EXIT_SYSTEM, "simulate: cannot write");
    if (ran.code != E_OK) {
        return command_fail(status_exit(ran), "simulate: %s", status_text(ran));
    }
    return 0;
}

static const struct option simulate_options[] = {
    { "--seed", "N", "0 by default; the same seed and options give the same bytes", false },
    { "--days", "N", "1 by default", false },
    { "--staff", "N", "members of staff, 24 to 200,000; 300 by default", false },
    { "--users", "N", "users of the platform, from 640; 50,000 by default", false },
    { "--start", "DATE", "the first day; " START_DEFAULT ", a Monday, by default", false },
    { "--events", "N",
      "about so many lines of events in all: users and machines do more or less; as many as they "
      "do by themselves by default",
      false },
    { "--attacks", "LIST", "names with commas between them, all (the default) or none", false },
    { "--truth", "FILE", "write which lines belong to which attack, as JSON lines", false },
    { "--format", "NAME", "events (the default) as sources write them, or records for append",
      false },
    { "--first-index", "N",
      "with records: the next index of the log that they are appended to, so that they can name "
      "each other",
      false },
    { "--out", "FILE", "write there instead of to standard output", false },
    { "--split", "DIR", "write a file for each source there: DIR/okta.jsonl …", false },
    { "--list", NULL, "print which activities and attacks there are, and simulate nothing", false },
    {},
};

const struct command simulate_commands[] = {
    { .name = "simulate",
      .arguments = "",
      .summary = "Write the events of an invented organisation, with known attacks",
      .details =
          "Writes what the sources of a platform with staff and users would report, in order of\n"
          "time: sign-ins, support, moderation, database reads, orders of authorities, changes,\n"
          "cloud and host logs, and attacks planted among them. One JSON object a line, as\n"
          "POST /v1/events takes them; with --format records as `candor append` does, and then\n"
          "with the facts, grants, accesses and decisions that the events stand for.\n"
          "\n"
          "Everything is invented and depends on the seed alone. The lines of one day are the\n"
          "first lines of two days (unless --events is given), and without attacks the other\n"
          "lines stay as they are. docs/simulate.md says what is simulated and what is not.\n"
          "\n"
          "  candor simulate --seed 7 --days 7 --truth truth.jsonl > week.jsonl\n"
          "  candor hunt --rules rules/ week.jsonl --summary",
      .options = simulate_options,
      .arguments_min = 0,
      .arguments_max = 0,
      .run = run_simulate },
    {},
};
