/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A version of a report goes into the log: who published it, the record of it, and behind that a
 * summary, which closes the months of the period: what comes later is late. Whether it is the next
 * version is decided here, by the log.
 */
#include <inttypes.h>
#include <stdio.h>
#include "base/bytes.h"
#include "cmd/node/duty_work.h"
#include "cmd/node/officer.h"
#include "ledger/count/counter_key.h"
#include "os/clock.h"
#include "record/kinds.h"
#include "report/register.h"
#include "base/banned.h"

static status check_order(const struct registered *r, const struct registered *newest,
                          struct fault *f)
{
    const uint64_t version = newest == NULL ? 1 : newest->version + 1;
    const uint64_t replaced = newest == NULL ? UINT64_MAX : newest->index;
    if (r->version == version && r->replaces == replaced) return OK;
    return fault_set(f, FAIL(E_REFUSED),
                     "the next version of %s is %" PRIu64 ": another one was published meanwhile",
                     r->period.name, version);
}

static status check_range(const struct performance *p, const struct registered *r, struct fault *f)
{
    const uint64_t now_s = (uint64_t)(p->now_ns / CLOCK_NS_PER_S);
    if (r->size > archive_size(p->node->archive)) {
        return fault_set(f, FAIL(E_REFUSED), "it counts %" PRIu64 " entries, the log has fewer",
                         r->size);
    }
    if (now_s >= month_start_s((uint16_t)(r->period.month_last + 1))) return OK;
    return fault_set(f, FAIL(E_REFUSED), "%s is not over yet", r->period.name);
}

/* A second officer, as for an erasure: another name than who asks, and one that candor.yaml names
 * if it names any. */
static status check_approver(const struct performance *p, const struct registered *r,
                             struct fault *f)
{
    const slice approver = slice_text(r->approver);
    const bool names_any = p->node->config.keep.officer_count > 0;
    if (r->version == 1) return OK;
    if (approver.len == 0 && !names_any) return OK;
    if (approver.len == 0) {
        return fault_set(f, FAIL(E_REFUSED),
                         "--approved-by: one of the officers that candor.yaml "
                         "names has to approve a restatement");
    }
    if (slice_equal(approver, duty_actor(p))) {
        return fault_set(f, FAIL(E_REFUSED), "%s asks for it: somebody else has to approve",
                         r->approver);
    }
    if (!names_any || officer_is(&p->node->config.keep, approver)) return OK;
    return fault_set(f, FAIL(E_REFUSED), "%s is no officer that candor.yaml names", r->approver);
}

/* Who published what. */
static status record_who(struct performance *p, const struct registered *r, struct fault *f)
{
    char object[64];
    uint64_t index = 0;
    TRY(duty_begin(p, KIND_oversight, f));
    snprintf(object, sizeof object, "report %s version %" PRIu64, r->period.name, r->version);
    draft_text(&p->draft, FIELD_oversight_object, slice_text(object));
    if (r->reason[0] != '\0') {
        draft_text(&p->draft, FIELD_oversight_purpose, slice_text(r->reason));
    }
    if (r->approver[0] != '\0') {
        draft_text(&p->draft, FIELD_oversight_approver, slice_text(r->approver));
    }
    return duty_oversight(p, VALUE_oversight_action_report_work, &index, f);
}

static status record(struct performance *p, const struct registered *r, uint64_t *ret_index,
                     struct fault *f)
{
    static uint8_t bytes[ENTRY_BYTES_MAX];
    struct writer body = writer_of(bytes, sizeof bytes);
    struct record record = {};
    uint64_t summary = 0;
    TRY(duty_begin(p, KIND_report, f));
    draft_column(&p->draft, COLUMN_report_type,
                 r->version == 1 ? VALUE_report_type_transparency : VALUE_report_type_restatement);
    TRY(body_decode(p->draft.schema, p->duty->slots[DUTY_REQUEST], p->draft.fields));
    TRY(draft_end(&p->draft, &body, &record, f));
    TRY(committer_add(p->node->committer, &record, ret_index, f));
    return committer_summarise(p->node->committer, &summary, f);
}

/* What was published before, up to the end of the log. */
static status load(struct performance *p, struct report_register *r, struct fault *f)
{
    struct node *n = p->node;
    TRY(committer_flush(n->committer, f));
    TRY(committer_wait(n->committer, archive_size(n->archive), false, f));
    TRY(node_settle(n, f));
    return register_load(r, n->archive, f);
}

static status publish(struct performance *p, const struct registered *r,
                      const struct report_register *reports, uint64_t *ret_index, struct fault *f)
{
    const struct registered *newest = register_newest(reports, &r->period);
    const bool is_there = newest != NULL && bytes_equal(newest->manifest.bytes, r->manifest.bytes,
                                                        sizeof r->manifest.bytes);
    if (is_there) {
        *ret_index = newest->index;
        return OK;
    }
    TRY(check_order(r, newest, f));
    TRY(check_range(p, r, f));
    TRY(check_approver(p, r, f));
    TRY(committer_together(p->node->committer, 2, f));
    TRY(record_who(p, r, f));
    return record(p, r, ret_index, f);
}

status perform_report(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    struct report_register reports = {};
    struct registered r = {};
    const struct entry asked = { .schema = schema_of(KIND_report),
                                 .body = p->duty->slots[DUTY_REQUEST] };
    TRY(registered_read(&asked, 0, &r, f));
    status s = load(p, &reports, f);
    if (s.code == E_OK) s = publish(p, &r, &reports, ret_index, f);
    register_done(&reports);
    return s;
}
