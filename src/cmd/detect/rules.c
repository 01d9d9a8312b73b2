/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/detect/rules_explain.h"
#include "cmd/detect/rules_load.h"
#include "judge/sigma/dialect.h"
#include "base/banned.h"

enum { EXIT_NO = 1, EXIT_USAGE = 2, JSON_BYTES_MAX = 64 * 1024 * 1024 };

static void write_place(struct json_writer *j, const struct diagnostic *d)
{
    json_member_string(j, "file", d->file);
    json_member_u64(j, "line", d->line);
    json_member_u64(j, "column", d->column);
}

static void write_diagnostic(struct json_writer *j, const struct diagnostic *d)
{
    json_object(j);
    write_place(j, d);
    json_member_text(j, "severity", d->severity == SEVERITY_ERROR ? "error" : "warning");
    json_member_text(j, "code", d->code);
    if (d->rule.len != 0) json_member_string(j, "rule", d->rule);
    json_member_string(j, "text", d->text);
    json_object_end(j);
}

static size_t count_kind(const struct ruleset *rs, uint8_t kind)
{
    size_t count = 0;
    for (size_t i = 0; i < rs->rule_count; i++)
        count += rs->rules[i]->kind == kind;
    return count;
}

static void write_report(struct json_writer *j, const struct ruleset *rs)
{
    char digest[2 * SHA256_BYTES];
    struct writer hex = writer_of(digest, sizeof digest);
    writer_hex(&hex, (slice){ rs->digest.bytes, SHA256_BYTES });
    json_object(j);
    json_member_u64(j, "files", rs->file_count);
    json_member_u64(j, "documents", rs->document_count);
    json_member_u64(j, "compiled", rs->rule_count);
    json_member_u64(j, "refused", rs->refused_count);
    json_member_u64(j, "detections", count_kind(rs, RULE_DETECTION));
    json_member_u64(j, "correlations", count_kind(rs, RULE_CORRELATION));
    json_member_u64(j, "filters", count_kind(rs, RULE_FILTER));
    json_member_u64(j, "errors", rs->error_count);
    json_member_u64(j, "warnings", rs->warning_count);
    json_member_u64(j, "predicates", rs->predicate_count);
    json_member_u64(j, "fields", rs->field_count);
    json_member_string(j, "digest", writer_slice(&hex));
    json_key(j, "diagnostics");
    json_array(j);
    for (size_t i = 0; i < rs->diagnostic_count; i++)
        write_diagnostic(j, &rs->diagnostics[i]);
    json_array_end(j);
    json_object_end(j);
}

/* Writes one JSON value made by write to standard output, with a newline. */
static int print_json(void (*write)(struct json_writer *j, const struct ruleset *rs),
                      const struct ruleset *rs)
{
    uint8_t *bytes = malloc(JSON_BYTES_MAX); /* pages that are not written cost nothing */
    if (bytes == NULL) return command_fail(status_exit(FAIL(E_NOMEM)), "out of memory");
    struct writer w = writer_of(bytes, JSON_BYTES_MAX);
    struct json_writer j = json_writer_of(&w);
    write(&j, rs);
    writer_u8(&w, '\n');
    const status s = writer_end(&w);
    const bool written =
        s.code == E_OK && fwrite(bytes, 1, w.len, stdout) == w.len && fflush(stdout) == 0;
    free(bytes);
    if (s.code != E_OK) return command_fail(status_exit(s), "%s", status_text(s));
    return written ? 0 : command_fail(status_exit(FAIL(E_IO)), "cannot write to standard output");
}

static int print_report(const struct ruleset *rs)
{
    for (size_t i = 0; i < rs->diagnostic_count; i++) {
        rules_print_diagnostic(stdout, &rs->diagnostics[i]);
    }
    const size_t told = rs->diagnostic_count;
    if (rs->error_count + rs->warning_count > told) {
        printf("… and %zu more problems\n", rs->error_count + rs->warning_count - told);
    }
    printf("%zu documents in %zu files: %zu compiled, %zu refused, %zu warnings; %zu predicates on "
           "%zu fields\n",
           rs->document_count, rs->file_count, rs->rule_count, rs->refused_count, rs->warning_count,
           rs->predicate_count, rs->field_count);
    return 0;
}

static void write_dialect(struct json_writer *j, const struct ruleset *)
{
    json_array(j);
    for (size_t i = 0; i < COUNT_OF(dialect_points); i++) {
        json_object(j);
        json_member_u64(j, "point", dialect_points[i].number);
        json_member_text(j, "question", dialect_points[i].question);
        json_member_text(j, "choice", dialect_points[i].choice);
        json_object_end(j);
    }
    json_array_end(j);
}

static int print_dialect(bool json)
{
    if (json) return print_json(write_dialect, NULL);
    for (size_t i = 0; i < COUNT_OF(dialect_points); i++) {
        printf("%2u  %s\n    %s\n", dialect_points[i].number, dialect_points[i].question,
               dialect_points[i].choice);
    }
    return 0;
}

static int run_check(const struct invocation *inv)
{
    struct ruleset *rs = NULL;
    if (invocation_has(inv, "--dialect")) return print_dialect(inv->json);
    if (inv->argument_count == 0) {
        return command_fail(EXIT_USAGE, "rules check: give a file or folder of rules");
    }
    int failed = rules_load(inv, inv->arguments, inv->argument_count, &rs);
    if (failed != 0) return failed;
    failed = inv->json ? print_json(write_report, rs) : print_report(rs);
    const bool good = rs->error_count == 0;
    ruleset_free(rs);
    if (failed != 0) return failed;
    return good ? 0 : EXIT_NO;
}

static const struct option check_options[] = {
    RULES_LIST_OPTION,
    { "--dialect", NULL, "print candor's choice at each point where implementations disagree",
      false },
    {},
};

static const struct option explain_options[] = {
    RULES_LIST_OPTION,
    { "--event", "N", "only the Nth event of the file, from 1", false },
    {},
};

const struct command rules_commands[] = {
    { .name = "rules check",
      .arguments = "PATH…",
      .summary = "Compile Sigma rules and say everything that is wrong with them",
      .details =
          "Reads every *.yml and *.yaml below the paths. Each problem is one line with its file,\n"
          "line, column and a short code. Errors refuse the document they are in, warnings do\n"
          "not. The exit status is 1 if any document was refused.\n"
          "\n"
          "A rule with a name such as %Administrators% needs that list:\n"
          "  candor rules check --list Administrators=admins.txt rules/",
      .options = check_options,
      .arguments_min = 0,
      .arguments_max = -1,
      .run = run_check },
    { .name = "rules explain",
      .arguments = "RULE EVENTFILE",
      .summary = "Tell why rules match events or why they do not",
      .details =
          "Judges every event of the file (- for standard input; the format is detected) with "
          "every\nrule of the file or folder RULE, and prints the rule as a tree: yes or no "
          "at each\nselection, item and value, with what the event holds.\n"
          "\n"
          "  candor rules explain rules/whoami.yml events.jsonl --event 3",
      .options = explain_options,
      .arguments_min = 2,
      .arguments_max = 2,
      .run = rules_explain },
    {},
};
