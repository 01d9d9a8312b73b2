/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report publish and report restate: a built report becomes a version in DIR/center that is never
 * changed. In this order, so that a crash is finished, or undone, by the same command again:
 *
 *   1. the report is counted anew from the log and must be the same, byte by byte; the linter must
 *      find no error in it
 *   2. its files go into a folder that nobody is shown yet      crash: they are written again
 *   3. the record of it goes into the log, checkpointed         crash: the next try finds it
 *   4. the entry and its proof go into the folder               crash: they are written again
 *   5. the folder gets its name                                 crash: it is there, or step 4 again
 *   6. a note beside the version before names the new one       crash: the next try writes it
 */
#include "cmd/report/publish.h"

#include <inttypes.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/timestamp.h"
#include "cmd/backup/work.h"
#include "cmd/node/duty.h"
#include "cmd/report/report_of.h"
#include "os/clock.h"
#include "record/draft.h"
#include "record/kinds.h"
#include "report/lint/lint.h"
#include "base/banned.h"

enum { PROOF_ROOM_BYTES = 2 * LOG_HEAD_BYTES_MAX, REPLACED_BYTES_MAX = 4 * 1024 };

static bool same_hash(const hash *a, const hash *b)
{
    return bytes_equal(a->bytes, b->bytes, sizeof a->bytes);
}

/* ---- 1. what the log gives ---- */

static status check_given(struct publication *p, struct fault *f)
{
    uint8_t text[LOG_KEY_TEXT_BYTES_MAX];
    struct writer key = writer_of(text, sizeof text);
    TRY(work_log_key(&p->view.node.store, &key, f));
    TRY(given_open(p->out, writer_slice(&key), &p->given, f));
    p->has_given = true;
    p->period = &p->given.in.period;
    const uint64_t size = p->given.in.size;
    if (size > p->view.head.checkpoint.size) {
        return fault_set(f, FAIL(E_INVALID), "it counts %" PRIu64 " entries, the log has %" PRIu64,
                         size, p->view.head.checkpoint.size);
    }
    TRY(report_of_log(&p->view, p->period, size, &p->report, f));
    TRY(given_compare(&p->given, p->report, f));
    p->manifest = sha256(report_file_bytes(p->report, REPORT_MANIFEST));
    p->definitions = sha256(report_file_bytes(p->report, REPORT_DEFINITIONS));
    return OK;
}

/* A report with an error that a rule names is not published. */
static status check_lint(const struct publication *p, struct fault *f)
{
    struct lint *l = NULL;
    size_t count = 0;
    status s = OK;
    TRY(lint_folder(p->out, &l, f));
    const struct lint_finding *found = lint_findings(l, &count);
    for (size_t i = 0; i < count && s.code == E_OK; i++) {
        if (found[i].severity != LINT_ERROR) continue;
        s = fault_set(f, FAIL(E_INVALID), "%s row %" PRIu64 ": TR-%02u: %.*s: candor report lint",
                      found[i].file, found[i].row, found[i].rule->number, (int)found[i].message.len,
                      (const char *)found[i].message.at);
    }
    if (s.code == E_OK && lint_count(l, LINT_ERROR) > 0) {
        s = fault_set(f, FAIL(E_INVALID), "candor report lint finds errors");
    }
    lint_free(l);
    return s;
}

static status differ(const struct changes *c, const char *before, const char *now, const char *then,
                     struct fault *f)
{
    const struct change *first = &c->at[0];
    return fault_set(
        f, FAIL(E_REFUSED), "%zu cells differ, the first is %.*s: %s \"%.*s\", %s \"%.*s\"%s",
        c->count, (int)first->cell.len, (const char *)first->cell.at, before, (int)first->from.len,
        (const char *)first->from.at, now, (int)first->to.len, (const char *)first->to.at, then);
}

/* The log may have gone on since the report was built: then it is out of date before it is out. */
static status check_newest(struct publication *p, struct fault *f)
{
    struct report *now = NULL;
    struct changes changes = {};
    TRY(report_of_summary(&p->view, p->period, &now, f));
    status s = changes_find(report_file_bytes(p->report, REPORT_CELLS),
                            report_file_bytes(now, REPORT_CELLS), NULL, 0, &changes, f);
    if (s.code == E_OK) {
        if (changes.count > 0) {
            s = differ(&changes, "the report says", "by now the log gives", ": build it again", f);
        }
        changes_done(&changes);
    }
    report_free(now);
    return s;
}

/* ---- which version it is ---- */

static status locate(struct publication *p, struct fault *f)
{
    TRY(register_load(&p->reports, p->view.node.archive, f));
    const struct registered *newest = register_newest(&p->reports, p->period);
    p->version = newest == NULL ? 1 : newest->version + 1;
    p->before = newest;
    if (newest == NULL || !same_hash(&newest->manifest, &p->manifest)) return OK;
    p->done = newest;
    p->version = newest->version;
    p->before = register_version(&p->reports, p->period, newest->version - 1);
    return OK;
}

static status find_changes(struct publication *p, struct fault *f)
{
    size_t len = 0;
    if (p->before == NULL) return OK;
    TRY(published_cells(&p->center, p->before, &p->before_cells, &len, f));
    TRY(changes_find((slice){ p->before_cells, len }, report_file_bytes(p->report, REPORT_CELLS),
                     p->renamings, p->renaming_count, &p->changes, f));
    return OK;
}

static status check_gone(const struct publication *p, struct fault *f)
{
    for (size_t i = 0; i < p->changes.count; i++) {
        const struct change *c = &p->changes.at[i];
        if (c->to.len > 0) continue;
        return fault_set(f, FAIL(E_REFUSED),
                         "cell %.*s of version %" PRIu64
                         " is not there any more: --renamed OLD=NEW "
                         "says what it is called now",
                         (int)c->cell.len, (const char *)c->cell.at, p->before->version);
    }
    return OK;
}

static status check_restated(const struct publication *p, struct fault *f)
{
    const char *name = p->period->name;
    const bool redefined = !same_hash(&p->before->definitions, &p->definitions);
    if (p->changes.count == 0 && !redefined) {
        return fault_set(f, FAIL(E_REFUSED), "%s version %" PRIu64 " says the same in every cell",
                         name, p->before->version);
    }
    if (p->restates) return check_gone(p, f);
    if (p->changes.count == 0) {
        return fault_set(f, FAIL(E_REFUSED),
                         "%s is published with other definitions: candor report restate DIR OUT "
                         "--reason TEXT makes this another version",
                         name);
    }
    const status s = differ(&p->changes, "published", "now",
                            ": candor report restate makes it another version", f);
    return fault_within(f, s, name);
}

/* Whether this may become the next version. */
static status check_version(const struct publication *p, struct fault *f)
{
    if (p->done != NULL) return OK;
    if (p->before != NULL) return check_restated(p, f);
    if (!p->restates) return OK;
    return fault_set(f, FAIL(E_REFUSED), "%s was not published yet: candor report publish",
                     p->period->name);
}

/* ---- 2. the files ---- */

static slice reason_of(const struct publication *p)
{
    return p->done != NULL ? slice_text(p->done->reason) : p->reason;
}

/* changes.csv: what a crash left if the log has it so, else made now. */
static status make_changes_file(struct publication *p, struct fault *f)
{
    const struct changes_told told = {
        .reason = reason_of(p),
        .method = p->done != NULL ? slice_text(p->done->method) : p->method,
        .time_s = p->done != NULL ? p->done->time_s : (uint64_t)(clock_real_ns() / CLOCK_NS_PER_S),
    };
    struct fault unused;
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (p->done != NULL &&
        center_load_new(&p->center, p->version, CHANGES_FILE, &bytes, &len, &unused).code == E_OK) {
        const hash is = sha256((slice){ bytes, len });
        p->changes_file = (struct writer){ .at = bytes, .cap = len, .len = len };
        if (same_hash(&is, &p->done->changes)) return OK;
        free(bytes);
        p->changes_file = (struct writer){};
    }
    return changes_write(&p->changes, &told, &p->changes_file, f);
}

static status stage(struct publication *p, struct fault *f)
{
    for (enum report_file i = 0; i < REPORT_FILES; i++) {
        TRY(center_put(&p->center, p->version, report_file_name(i), report_file_bytes(p->report, i),
                       f));
    }
    TRY(center_put(&p->center, p->version, "checkpoint", log_head_note(&p->given.head), f));
    if (p->before == NULL) return OK;
    TRY(make_changes_file(p, f));
    return center_put(&p->center, p->version, CHANGES_FILE, writer_slice(&p->changes_file), f);
}

/* ---- 3. the record ---- */

static void draft_counts(const struct publication *p, struct draft *d)
{
    draft_text(d, FIELD_report_period, slice_text(p->period->name));
    draft_u64(d, FIELD_report_version, p->version);
    draft_u64(d, FIELD_report_first, 0);
    draft_u64(d, FIELD_report_size, p->given.in.size);
    draft_hash(d, FIELD_report_manifest, &p->manifest);
    draft_hash(d, FIELD_report_definitions, &p->definitions);
    draft_u64(d, FIELD_report_counted, report_cells(p->report, REPORT_COUNTED));
    draft_u64(d, FIELD_report_opened, report_cells(p->report, REPORT_OPENED));
    draft_u64(d, FIELD_report_stated, report_cells(p->report, REPORT_DECLARED));
}

static void draft_restatement(const struct publication *p, const hash *changes, struct draft *d)
{
    draft_u64(d, FIELD_report_replaces, p->before->index);
    draft_text(d, FIELD_report_reason, reason_of(p));
    draft_text(d, FIELD_report_changes, changes_part(writer_slice(&p->changes_file)));
    draft_u64(d, FIELD_report_changed, p->changes.count);
    draft_hash(d, FIELD_report_changes_hash, changes);
    if (p->method.len > 0) draft_text(d, FIELD_report_method, p->method);
    if (p->approver.len > 0) draft_text(d, FIELD_report_approver, p->approver);
}

static status record(struct publication *p, struct fault *f)
{
    static uint8_t body_bytes[DUTY_SLOT_BYTES_MAX];
    uint8_t said[DUTY_ANSWER_BYTES_MAX];
    struct writer body = writer_of(body_bytes, sizeof body_bytes);
    struct writer answer = writer_of(said, sizeof said);
    struct draft d = {};
    struct duty duty = duty_of(DUTY_REPORT);
    const hash changes = sha256(writer_slice(&p->changes_file));
    draft_start(&d, KIND_report, 0);
    draft_counts(p, &d);
    if (p->before != NULL) draft_restatement(p, &changes, &d);
    TRY(body_encode(d.schema, d.fields, &body));
    duty.slots[DUTY_REQUEST] = writer_slice(&body);
    duty.slots[DUTY_ACTOR] = slice_text(invocation_value(p->inv, "--by", ""));
    return duty_ask(p->dir, &duty, &answer, f);
}

/* After a crash the record may be in the log and not under a checkpoint yet: the log answers for it
 * and signs. */
static bool is_checkpointed(const struct publication *p)
{
    return p->done != NULL && p->done->index < p->view.head.checkpoint.size;
}

/* The log as it is now has the record under its checkpoint. */
static status read_again(struct publication *p, struct fault *f)
{
    view_close(&p->view);
    p->has_view = false;
    TRY(view_open(p->dir, &p->view, f));
    p->has_view = true;
    register_done(&p->reports);
    TRY(locate(p, f));
    if (p->done != NULL) return OK;
    return fault_set(f, FAIL(E_CORRUPT), "the record of %s is not in the log", p->period->name);
}

/* ---- 4 to 6. the folder ---- */

static status put_proof(struct publication *p, struct fault *f)
{
    static uint8_t room[PROOF_ROOM_BYTES];
    struct writer proof = writer_of(room, sizeof room);
    slice entry = {};
    TRY(archive_entry(p->view.node.archive, p->done->index, &entry, f));
    TRY(view_prove(&p->view, p->done->index, &proof, f));
    TRY(center_put(&p->center, p->version, "entry", entry, f));
    return center_put(&p->center, p->version, "proof", writer_slice(&proof), f);
}

static status check_changes_file(const struct publication *p, struct fault *f)
{
    const hash is = sha256(writer_slice(&p->changes_file));
    if (p->before == NULL || same_hash(&is, &p->done->changes)) return OK;
    return fault_set(f, FAIL(E_REFUSED),
                     "the cells that changed are not those in the log: candor report restate with "
                     "the same --renamed goes on");
}

/* A version that is there has the bytes that were published, or something is wrong with the disk.
 */
static status compare_published(const struct publication *p, struct fault *f)
{
    for (enum report_file i = 0; i < REPORT_FILES; i++) {
        uint8_t *bytes = NULL;
        size_t len = 0;
        TRY(center_load(&p->center, p->version, report_file_name(i), &bytes, &len, f));
        const bool same = slice_equal((slice){ bytes, len }, report_file_bytes(p->report, i));
        free(bytes);
        if (same) continue;
        return fault_set(f, FAIL(E_INVALID),
                         "center/reports/%s/%" PRIu64 "/%s is not as it was "
                         "published",
                         p->period->name, p->version, report_file_name(i));
    }
    return OK;
}

/* What is shown beside the version before. */
static status note_replaced(const struct publication *p, struct fault *f)
{
    uint8_t bytes[REPLACED_BYTES_MAX];
    uint8_t time[TIMESTAMP_BYTES_MAX];
    struct writer w = writer_of(bytes, sizeof bytes);
    if (p->before == NULL) return OK;
    const size_t len = timestamp_write((int64_t)p->done->time_s * CLOCK_NS_PER_S, time);
    writer_printf(&w, "candor/replaced@v1\nversion %" PRIu64 "\nindex %" PRIu64 "\ntime %.*s\n",
                  p->version, p->done->index, (int)len, (const char *)time);
    writer_printf(&w, "changed %" PRIu64 "\nreason %s\n", p->done->changed, p->done->reason);
    TRY(writer_end(&w));
    return center_replace(&p->center, p->before->version, writer_slice(&w), f);
}

static status show(struct publication *p, struct fault *f)
{
    bool is_there = false;
    TRY(center_has(&p->center, p->version, &is_there, f));
    if (is_there) TRY(compare_published(p, f));
    if (!is_there) {
        TRY(check_changes_file(p, f));
        TRY(put_proof(p, f));
        TRY(center_finish(&p->center, p->version, f));
    }
    return note_replaced(p, f);
}

/* ---- all of it ---- */

status publication_make(struct publication *p, struct fault *f)
{
    bool is_there = false;
    TRY(view_open(p->dir, &p->view, f));
    p->has_view = true;
    TRY(check_given(p, f));
    TRY(check_lint(p, f));
    TRY(center_open(p->dir, p->period, &p->center, f));
    p->has_center = true;
    TRY(locate(p, f));
    TRY(find_changes(p, f));
    TRY(check_version(p, f));
    if (p->done == NULL) TRY(check_newest(p, f));
    TRY(center_has(&p->center, p->version, &is_there, f));
    if (!is_there) TRY(stage(p, f));
    if (!is_checkpointed(p)) TRY(record(p, f));
    TRY(read_again(p, f));
    return show(p, f);
}

void publication_done(struct publication *p)
{
    if (p->has_view) view_close(&p->view);
    if (p->has_center) center_close(&p->center);
    if (p->has_given) given_close(&p->given);
    report_free(p->report);
    register_done(&p->reports);
    changes_done(&p->changes);
    free(p->before_cells);
    free(p->changes_file.at);
}
