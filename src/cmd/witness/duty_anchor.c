/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An anchor: a checkpoint of another log, as an entry of this one that is public as a whole.
 */
#include "base/bytes.h"
#include "cmd/node/duty_work.h"
#include "ledger/head.h"
#include "os/clock.h"
#include "record/kinds.h"
#include "base/banned.h"

enum { BODY_BYTES_MAX = 2 * LOG_HEAD_BYTES_MAX + 1024 };

/* The note is given as DUTY_NOTE; DUTY_REQUEST is the earlier one that it contradicts, or empty. */
status perform_anchor(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    static struct log_head head;
    static uint8_t bytes[BODY_BYTES_MAX];
    struct writer body = writer_of(bytes, sizeof bytes);
    struct record record = {};
    const slice note = p->duty->slots[DUTY_NOTE];
    const slice conflict = p->duty->slots[DUTY_REQUEST];
    TRY(log_head_read(note, &head, f));
    if (conflict.len > LOG_HEAD_BYTES_MAX) return fault_set(f, FAIL(E_LIMIT), "note too large");
    if (slice_is(head.checkpoint.origin, p->node->config.origin)) {
        return fault_set(f, FAIL(E_REFUSED), "that is a checkpoint of this log itself");
    }
    TRY(duty_begin(p, KIND_anchor, f));
    draft_column(&p->draft, COLUMN_anchor_consistent, conflict.len == 0);
    draft_text(&p->draft, FIELD_anchor_origin, head.checkpoint.origin);
    draft_text(&p->draft, FIELD_anchor_note, note);
    if (conflict.len > 0) draft_text(&p->draft, FIELD_anchor_conflict, conflict);
    TRY(draft_end(&p->draft, &body, &record, f));
    return committer_add(p->node->committer, &record, ret_index, f);
}
