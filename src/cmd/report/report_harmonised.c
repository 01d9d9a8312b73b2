/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report harmonised: the eleven parts, from the records under the newest checkpoint.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/node/view.h"
#include "cmd/report/open_range.h"
#include "cmd/report/report_commands.h"
#include "os/dir.h"
#include "report/harmonised/harmonised.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2, ANSWER_BYTES_MAX = 256 * 1024, WHY_BYTES_MAX = 64 };

/* Everything that is held while it is built. */
struct building {
    const char *dir;
    const char *by;
    struct view view;
    struct moderation *moderation; /* owned */
    struct declared *declared;     /* owned */
    struct harmonised *report;     /* owned */
};

static bool wants(void *, uint64_t, slice entry)
{
    return moderation_wants(entry) || declared_wants(entry);
}

static status take(void *self, const struct scanned_record *r, struct fault *f)
{
    const struct building *b = self;
    if (r->entry->schema->kind == KIND_declared) return declared_take(b->declared, r, f);
    return moderation_take(b->moderation, r, f);
}

/* The checkpoint that covers what was counted goes in last, as everywhere. */
static status write_files(const struct building *b, const char *out, struct fault *f)
{
    struct file folder = {};
    status s = OK;
    TRY(dir_make(NULL, out, f));
    TRY(dir_open(NULL, out, &folder, f));
    for (size_t i = 0; i < HARMONISED_FILES && s.code == E_OK; i++) {
        if (!harmonised_has(b->report, i)) {
            const status gone = dir_remove(&folder, harmonised_file_name(b->report, i), f);
            s = gone.code == E_NOT_FOUND ? OK : gone; /* of an earlier tier */
            continue;
        }
        s = dir_replace(&folder, harmonised_file_name(b->report, i),
                        harmonised_file_bytes(b->report, i), f);
    }
    if (s.code == E_OK) {
        s = dir_replace(&folder, "checkpoint", log_head_note(&b->view.head), f);
    }
    file_close(&folder);
    return s;
}

/* ---- checking what is there ---- */

/* The log as it was when the report in the folder was built. */
static status take_checkpoint(struct building *b, const struct file *folder, struct fault *f)
{
    uint8_t *note = NULL;
    size_t len = 0;
    TRY(file_load(folder, "checkpoint", LOG_HEAD_BYTES_MAX, &note, &len, f));
    status s = log_head_read((slice){ note, len }, &b->view.head, f);
    free(note);
    TRY(s);
    if (!slice_is(b->view.head.checkpoint.origin, b->view.node.config.origin)) {
        return fault_set(f, FAIL(E_INVALID), "checkpoint: it is of another log");
    }
    return log_head_check(&b->view.head, b->view.node.archive, f);
}

/* The line in which the two are not the same any more, from 1. */
static uint64_t line_of_difference(slice a, slice b)
{
    uint64_t line = 1;
    for (size_t i = 0; i < a.len && i < b.len && a.at[i] == b.at[i]; i++)
        line += a.at[i] == '\n';
    return line;
}

static status check_file(const struct building *b, const struct file *folder, size_t i,
                         struct fault *f)
{
    const char *name = harmonised_file_name(b->report, i);
    const slice should = harmonised_file_bytes(b->report, i);
    uint8_t *bytes = NULL;
    size_t len = 0;
    const status s = file_load(folder, name, REPORT_FILE_BYTES_MAX, &bytes, &len, f);
    if (s.code == E_NOT_FOUND) return fault_set(f, FAIL(E_INVALID), "%s is missing", name);
    TRY(s);
    const slice is = { bytes, len };
    const bool same = slice_equal(is, should);
    const uint64_t line = line_of_difference(is, should);
    free(bytes);
    if (same) return OK;
    return fault_set(f, FAIL(E_INVALID), "%s line %" PRIu64 ": the log gives something else", name,
                     line);
}

static status check_files(const struct building *b, const struct file *folder, struct fault *f)
{
    for (size_t i = 0; i < HARMONISED_FILES; i++) {
        if (harmonised_has(b->report, i)) TRY(check_file(b, folder, i, f));
    }
    return OK;
}

/* ---- the answer ---- */

static void write_lines(struct json_writer *j, const char *key, slice lines)
{
    json_key(j, key);
    json_array(j);
    while (lines.len > 0) {
        const uint8_t *end = memchr(lines.at, '\n', lines.len);
        const size_t len = end == NULL ? lines.len : (size_t)(end - lines.at);
        json_string(j, (slice){ lines.at, len });
        lines = slice_from(lines, end == NULL ? len : len + 1);
    }
    json_array_end(j);
}

/* What was declared for cells that the report does not have. */
static void write_unused(struct json_writer *j, struct declared *declared)
{
    size_t count = 0;
    const struct declaration *all = declared_all(declared, &count);
    json_key(j, "unused");
    json_array(j);
    for (size_t i = 0; i < count; i++) {
        const bool ours = slice_starts(all[i].cell, slice_text("part"));
        if (ours && !all[i].is_used) json_string(j, all[i].cell);
    }
    json_array_end(j);
}

static void tell(const struct building *b, const struct report_period *period)
{
    static uint8_t room[ANSWER_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    struct json_writer j = json_writer_of(&w);
    const struct harmonised *h = b->report;
    json_object(&j);
    json_member_text(&j, "period", period->name);
    json_member_u64(&j, "size", b->view.head.checkpoint.size);
    json_member_u64(&j, "counted", harmonised_cells(h, REPORT_COUNTED));
    json_member_u64(&j, "opened", harmonised_cells(h, REPORT_OPENED));
    json_member_u64(&j, "declared", harmonised_cells(h, REPORT_DECLARED));
    json_member_u64(&j, "unplaced", harmonised_unplaced(h));
    write_lines(&j, "missing", harmonised_missing(h));
    write_unused(&j, b->declared);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

static status build(struct building *b, const struct report_period *period, struct fault *f)
{
    const struct checkpoint *c = &b->view.head.checkpoint;
    b->moderation = moderation_new();
    b->declared = declared_new(period);
    if (b->moderation == NULL || b->declared == NULL) {
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    char why[WHY_BYTES_MAX];
    snprintf(why, sizeof why, "harmonised report %s", period->name);
    const struct open_range all = {
        b->dir, b->by, why, &b->view, { .self = b, .record = take, .wants = wants }
    };
    TRY(open_range(&all, f));
    const struct harmonised_input in = {
        .log = { .period = *period, .origin = c->origin, .size = c->size, .root = c->root },
        .moderation = b->moderation,
        .declared = b->declared,
    };
    return harmonised_build(&in, &b->report, f);
}

static status write_report(struct building *b, const struct report_period *period, const char *out,
                           struct fault *f)
{
    TRY(build(b, period, f));
    return write_files(b, out, f);
}

static status check_report(struct building *b, const struct report_period *period, const char *out,
                           struct fault *f)
{
    struct file folder = {};
    TRY(dir_open(NULL, out, &folder, f));
    status s = take_checkpoint(b, &folder, f);
    if (s.code == E_OK) s = build(b, period, f);
    if (s.code == E_OK) s = check_files(b, &folder, f);
    file_close(&folder);
    return s;
}

int run_report_harmonised(const struct invocation *inv)
{
    struct building b = { .dir = inv->arguments[0], .by = invocation_value(inv, "--by", "") };
    struct report_period period = {};
    struct fault f = {};
    const char *name = invocation_value(inv, "--period", NULL);
    const char *out = invocation_value(inv, "--out", NULL);
    const bool checks = invocation_has(inv, "--check");
    if (name == NULL || report_period_parse(slice_text(name), &period).code != E_OK) {
        return command_fail(EXIT_USAGE, "report harmonised: --period is 2026-H1, 2026-H2 or 2026");
    }
    if (out == NULL) {
        return command_fail(EXIT_USAGE, "report harmonised: --out is the folder to write");
    }
    status s = view_open(b.dir, &b.view, &f);
    if (s.code == E_OK) {
        s = checks ? check_report(&b, &period, out, &f) : write_report(&b, &period, out, &f);
        if (s.code == E_OK) tell(&b, &period);
        view_close(&b.view);
    }
    harmonised_free(b.report);
    declared_free(b.declared);
    moderation_free(b.moderation);
    if (s.code == E_OK) return 0;
    return command_fail(s.code == E_INVALID && !checks ? EXIT_USAGE : status_exit(s),
                        "report harmonised: %s: %s", inv->arguments[0], f.text);
}
