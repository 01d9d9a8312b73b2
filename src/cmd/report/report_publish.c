/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report publish, report restate: the command lines, and what else the log says about reports that
 * are out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/report/publish.h"
#include "cmd/report/report_commands.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2, LINE_BYTES_MAX = 1024 };

/* ---- the command line ---- */

/* A text of one line, for a CSV file that people open. */
static status take_text(const struct invocation *inv, const char *option, size_t len_max,
                        slice *ret_text, struct fault *f)
{
    const slice text = slice_text(invocation_value(inv, option, ""));
    if (text.len > len_max) {
        return fault_set(f, FAIL(E_USAGE), "%s: at most %zu bytes", option, len_max);
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] >= 0x20 && text.at[i] != 0x7f) continue;
        return fault_set(f, FAIL(E_USAGE), "%s: one line, without control characters", option);
    }
    *ret_text = text;
    return OK;
}

static status take_renamings(const struct invocation *inv, struct publication *p, struct fault *f)
{
    for (size_t n = 0;; n++) {
        const char *given = invocation_nth(inv, "--renamed", n);
        if (given == NULL) return OK;
        const char *equals = strchr(given, '=');
        if (n == CHANGES_RENAMED_MAX) return fault_set(f, FAIL(E_USAGE), "--renamed: too many");
        if (equals == NULL || equals == given || equals[1] == '\0') {
            return fault_set(f, FAIL(E_USAGE), "--renamed is OLD=NEW, not %.40s", given);
        }
        p->renamings[n].from = (slice){ (const uint8_t *)given, (size_t)(equals - given) };
        p->renamings[n].to = slice_text(equals + 1);
        p->renaming_count = n + 1;
    }
}

static status take_options(const struct invocation *inv, struct publication *p, struct fault *f)
{
    p->inv = inv;
    p->dir = inv->arguments[0];
    p->out = inv->arguments[1];
    p->reason = p->method = p->approver = slice_none();
    if (!p->restates) return OK;
    TRY(take_text(inv, "--reason", REGISTER_REASON_BYTES_MAX, &p->reason, f));
    TRY(take_text(inv, "--method", REGISTER_METHOD_BYTES_MAX, &p->method, f));
    TRY(take_text(inv, "--approved-by", REGISTER_NAME_BYTES_MAX, &p->approver, f));
    if (p->reason.len == 0) return fault_set(f, FAIL(E_USAGE), "--reason is missing");
    return take_renamings(inv, p, f);
}

/* ---- the answer ---- */

static void print_published(const struct publication *p)
{
    uint8_t line[LINE_BYTES_MAX];
    char folder[64];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    snprintf(folder, sizeof folder, "center/reports/%s/%" PRIu64, p->period->name, p->version);
    json_object(&j);
    json_member_text(&j, "period", p->period->name);
    json_member_u64(&j, "version", p->version);
    json_member_u64(&j, "index", p->done->index);
    json_member_text(&j, "folder", folder);
    json_member_u64(&j, "counted", p->done->counted);
    json_member_u64(&j, "opened", p->done->opened);
    json_member_u64(&j, "declared", p->done->declared);
    json_member_u64(&j, "changed", p->done->changed);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

/* Reports that are out and that the log does not give any more. */
static void warn(void *, const struct disagreement *d)
{
    fprintf(stderr, "candor: %s version %" PRIu64 ": %s%s\n", d->report->period.name,
            d->report->version, d->text,
            d->changed > 0 ? ": candor report build and restate correct it" : "");
}

static int run(const struct invocation *inv, bool restates)
{
    struct fault f = {};
    struct publication *p = calloc(1, sizeof *p);
    if (p == NULL) return command_fail(3, "%s: out of memory", inv->command->name);
    p->restates = restates;
    status s = take_options(inv, p, &f);
    const bool is_usage = s.code != E_OK;
    if (s.code == E_OK) s = publication_make(p, &f);
    if (s.code == E_OK) print_published(p);
    if (s.code == E_OK) s = published_check(p->dir, &p->view, &p->reports, warn, NULL, &f);
    publication_done(p);
    free(p);
    if (s.code == E_OK) return 0;
    if (is_usage) return command_fail(EXIT_USAGE, "%s: %s", inv->command->name, f.text);
    return command_fail(status_exit(s), "%s: %s: %s", inv->command->name, inv->arguments[1],
                        f.text);
}

int run_report_publish(const struct invocation *inv)
{
    return run(inv, false);
}

int run_report_restate(const struct invocation *inv)
{
    return run(inv, true);
}
