/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report list: what was published, by the log alone, and what of that is late, missing or restated.
 */
#include <inttypes.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/timestamp.h"
#include "cmd/node/view.h"
#include "cmd/report/report_commands.h"
#include "os/clock.h"
#include "report/register.h"
#include "base/banned.h"

enum { LINE_BYTES_MAX = 8 * 1024, DAY_S = 86400 };

static slice time_text(uint64_t time_s, uint8_t room[TIMESTAMP_BYTES_MAX])
{
    return (slice){ room, timestamp_write((int64_t)time_s * CLOCK_NS_PER_S, room) };
}

static void member_time(struct json_writer *j, const char *key, uint64_t time_s)
{
    uint8_t room[TIMESTAMP_BYTES_MAX];
    json_member_string(j, key, time_text(time_s, room));
}

static void member_hash(struct json_writer *j, const char *key, const hash *h)
{
    uint8_t digits[2 * SHA256_BYTES];
    struct writer hex = writer_of(digits, sizeof digits);
    writer_hex(&hex, (slice){ h->bytes, sizeof h->bytes });
    json_member_string(j, key, writer_slice(&hex));
}

static void print_json(const struct registered *r)
{
    uint8_t line[LINE_BYTES_MAX];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_member_text(&j, "period", r->period.name);
    json_member_u64(&j, "version", r->version);
    json_member_u64(&j, "index", r->index);
    member_time(&j, "time", r->time_s);
    json_member_u64(&j, "size", r->size);
    member_hash(&j, "manifest", &r->manifest);
    member_hash(&j, "definitions", &r->definitions);
    json_member_u64(&j, "counted", r->counted);
    json_member_u64(&j, "opened", r->opened);
    json_member_u64(&j, "declared", r->declared);
    if (r->version > 1) {
        json_member_u64(&j, "replaces", r->replaces);
        json_member_u64(&j, "changed", r->changed);
        json_member_text(&j, "reason", r->reason);
        if (r->method[0] != '\0') json_member_text(&j, "method", r->method);
        if (r->approver[0] != '\0') json_member_text(&j, "approver", r->approver);
    }
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

static void print_line(const struct registered *r)
{
    uint8_t room[TIMESTAMP_BYTES_MAX];
    const slice time = time_text(r->time_s, room);
    printf("%-8s version %" PRIu64 "  %.*s  index %" PRIu64, r->period.name, r->version,
           (int)time.len, (const char *)time.at, r->index);
    if (r->version > 1) printf("  %" PRIu64 " cells changed: %s", r->changed, r->reason);
    printf("\n");
}

static void failure_json(void *, const struct register_failure *e)
{
    uint8_t line[LINE_BYTES_MAX];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_member_text(&j, "failure", register_failure_name(e->kind));
    json_member_text(&j, "period", e->period.name);
    member_time(&j, "due", e->due_s);
    if (e->late_s > 0) json_member_u64(&j, "late_s", e->late_s);
    if (e->report != NULL) json_member_u64(&j, "version", e->report->version);
    if (e->report != NULL) json_member_u64(&j, "index", e->report->index);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

static void failure_line(void *, const struct register_failure *e)
{
    uint8_t room[TIMESTAMP_BYTES_MAX];
    const slice due = time_text(e->due_s, room);
    if (e->kind == REGISTER_RESTATED) return; /* its own line says so */
    printf("%-8s %s: due %.*s, %" PRIu64 " days ago%s\n", e->period.name,
           register_failure_name(e->kind), (int)due.len, (const char *)due.at, e->late_s / DAY_S,
           e->kind == REGISTER_LATE ? " when it came" : "");
}

static status list(const struct invocation *inv, struct fault *f)
{
    static struct view v;
    struct report_register reports = {};
    const uint64_t now_s = (uint64_t)(clock_real_ns() / CLOCK_NS_PER_S);
    TRY(view_open(inv->arguments[0], &v, f));
    const status s = register_load(&reports, v.node.archive, f);
    for (size_t i = 0; s.code == E_OK && i < reports.count; i++)
        (inv->json ? print_json : print_line)(&reports.at[i]);
    if (s.code == E_OK) {
        register_failures(&reports, now_s, inv->json ? failure_json : failure_line, NULL);
    }
    register_done(&reports);
    view_close(&v);
    return s;
}

int run_report_list(const struct invocation *inv)
{
    struct fault f = {};
    const status s = list(inv, &f);
    if (s.code == E_OK) return fflush(stdout) == 0 ? 0 : 3;
    return command_fail(status_exit(s), "report list: %s: %s", inv->arguments[0], f.text);
}
