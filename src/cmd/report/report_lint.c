/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report lint: what is wrong with transparency reports, of whoever they are.
 */
#include "report/lint/lint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/report/report_commands.h"
#include "base/banned.h"

enum { EXIT_ERRORS = 1, EXIT_USAGE = 2, LINE_BYTES = 16 * 1024, RULE_ID_BYTES = 8 };

static const char *rule_id(const struct lint_rule *rule, char room[RULE_ID_BYTES])
{
    struct writer w = writer_of(room, RULE_ID_BYTES);
    writer_printf(&w, "TR-%02u", rule->number);
    writer_u8(&w, '\0');
    return room;
}

static void print_line(const struct writer *w)
{
    fwrite(w->at, 1, w->len, stdout);
    putchar('\n');
}

/* ---- the rules ---- */

static const struct {
    uint8_t kind;
    const char *name;
} kind_names[] = {
    { LINT_PART, "harmonised" }, { LINT_TIDY, "tidy" },         { LINT_REPORT, "report" },
    { LINT_DUMP, "dump" },       { LINT_VERSIONS, "versions" }, { LINT_LOG, "log" },
};

static void print_rule(const struct lint_rule *rule)
{
    char id[RULE_ID_BYTES];
    printf("%s  %s  %s  [", rule_id(rule, id), lint_severity_letter(rule->severity), rule->title);
    const char *between = "";
    for (size_t i = 0; i < COUNT_OF(kind_names); i++) {
        if ((rule->kinds & kind_names[i].kind) == 0) continue;
        printf("%s%s", between, kind_names[i].name);
        between = " ";
    }
    printf("]\n    %s\n", rule->meaning);
}

static void print_rule_json(const struct lint_rule *rule)
{
    uint8_t line[LINE_BYTES];
    char id[RULE_ID_BYTES];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_member_text(&j, "rule", rule_id(rule, id));
    json_member_text(&j, "severity", lint_severity_letter(rule->severity));
    json_member_text(&j, "title", rule->title);
    json_member_text(&j, "meaning", rule->meaning);
    json_key(&j, "about");
    json_array(&j);
    for (size_t i = 0; i < COUNT_OF(kind_names); i++) {
        if ((rule->kinds & kind_names[i].kind) != 0) json_text(&j, kind_names[i].name);
    }
    json_array_end(&j);
    json_object_end(&j);
    print_line(&w);
}

static int print_rules(bool json)
{
    for (size_t i = 0; i < lint_rule_count; i++) {
        if (json)
            print_rule_json(&lint_rules[i]);
        else
            print_rule(&lint_rules[i]);
    }
    return 0;
}

/* ---- the findings ---- */

static void print_json(const struct lint_finding *f)
{
    uint8_t line[LINE_BYTES];
    char id[RULE_ID_BYTES];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_member_text(&j, "rule", rule_id(f->rule, id));
    json_member_text(&j, "severity", lint_severity_letter(f->severity));
    json_member_text(&j, "file", f->file);
    json_member_u64(&j, "row", f->row);
    json_member_string(&j, "column", f->column);
    json_member_string(&j, "value", f->said);
    json_member_string(&j, "expected", f->expected);
    json_member_string(&j, "message", f->message);
    json_object_end(&j);
    print_line(&w);
}

/* A text of the report as it may go to a terminal: without control characters. */
static void print_text(slice text)
{
    for (size_t i = 0; i < text.len; i++)
        putchar(text.at[i] < 0x20 || text.at[i] == 0x7f ? ' ' : text.at[i]);
}

static void print_people(const struct lint_finding *f, bool colour)
{
    static const char *const colours[LINT_SEVERITIES] = { "\033[36m", "\033[33m", "\033[1;31m" };
    char id[RULE_ID_BYTES];
    printf("  %s%s%s %s", colour ? colours[f->severity] : "", lint_severity_letter(f->severity),
           colour ? "\033[0m" : "", rule_id(f->rule, id));
    if (f->row > 0) printf(" row %" PRIu64, f->row);
    if (f->column.len > 0) {
        printf(", ");
        print_text(f->column);
    }
    printf(": ");
    if (f->said.len > 0) {
        printf("\"");
        print_text(f->said);
        printf("\": ");
    }
    print_text(f->message);
    if (f->expected.len > 0) {
        printf(" (expected: ");
        print_text(f->expected);
        printf(")");
    }
    putchar('\n');
}

static void print_findings(const struct lint *l, bool json)
{
    size_t count = 0;
    const struct lint_finding *f = lint_findings(l, &count);
    const bool colour = !json && isatty(STDOUT_FILENO) == 1;
    for (size_t i = 0; i < count; i++) {
        const bool first = i == 0 || strcmp(f[i].file, f[i - 1].file) != 0;
        if (json) {
            print_json(&f[i]);
            continue;
        }
        if (first) {
            print_text(slice_text(f[i].file));
            putchar('\n');
        }
        print_people(&f[i], colour);
    }
}

static void print_counts(const struct lint *l)
{
    size_t shown = 0;
    const uint64_t errors = lint_count(l, LINT_ERROR);
    const uint64_t warnings = lint_count(l, LINT_WARNING);
    const uint64_t notes = lint_count(l, LINT_INFO);
    lint_findings(l, &shown);
    if (errors + warnings + notes > shown) {
        printf("the first %zu of %" PRIu64 " findings\n", shown, errors + warnings + notes);
    }
    printf("%" PRIu64 " errors, %" PRIu64 " warnings, %" PRIu64 " notes\n", errors, warnings,
           notes);
}

/* ---- the command ---- */

static status read_and_run(struct lint *l, const struct invocation *inv, struct fault *f)
{
    for (size_t i = 0; i < inv->argument_count; i++)
        TRY(lint_read(l, LINT_NEW, inv->arguments[i], f));
    for (size_t i = 0;; i++) {
        const char *older = invocation_nth(inv, "--against", i);
        if (older == NULL) break;
        TRY(lint_read(l, LINT_OLD, older, f));
    }
    return lint_run(l, f);
}

int run_report_lint(const struct invocation *inv)
{
    struct fault f = {};
    if (invocation_has(inv, "--rules")) return print_rules(inv->json);
    if (inv->argument_count == 0) {
        return command_fail(EXIT_USAGE, "report lint: a file or folder is needed");
    }
    struct lint *l = lint_new(&(struct lint_options){ .own = invocation_has(inv, "--own") });
    if (l == NULL) return command_fail(status_exit(FAIL(E_NOMEM)), "report lint: out of memory");
    const status s = read_and_run(l, inv, &f);
    if (s.code == E_OK) {
        print_findings(l, inv->json);
        if (!inv->json) print_counts(l);
    }
    const uint64_t errors = lint_count(l, LINT_ERROR);
    lint_free(l);
    if (s.code == E_NOT_FOUND) return command_fail(EXIT_USAGE, "report lint: %s", f.text);
    if (s.code != E_OK) return command_fail(status_exit(s), "report lint: %s", f.text);
    return errors == 0 ? 0 : EXIT_ERRORS;
}
