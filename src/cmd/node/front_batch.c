/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of a batch of the front (serve/link.h): checked one by one, and none believed.
 */
#include "base/bytes.h"
#include "cmd/node/front_link_state.h"
#include "serve/link_item.h"
#include "base/banned.h"

static bool run_extends(const struct link_run *run, uint64_t number, uint64_t index)
{
    return run->number + run->length == number && run->index + run->length == index;
}

static status note_run(struct front_link *l, struct link_stored *m, uint64_t index)
{
    struct link_run *run = m->run_count == 0 ? NULL : &m->runs[m->run_count - 1];
    const uint64_t number = l->next_number++;
    positions_note(&l->positions, number, index);
    if (run != NULL && run_extends(run, number, index)) {
        run->length++;
        return OK;
    }
    if (m->run_count == LINK_RUNS_MAX) return FAIL(E_LIMIT);
    m->runs[m->run_count++] = (struct link_run){ number, index, 1 };
    return OK;
}

/* Numbers in the evidence of a finding become indices of the log. */
static status translate(struct front_link *l)
{
    struct record_field *fields = l->record.opening.fields;
    struct record_field *evidence = &fields[FIELD_finding_evidence - 1];
    if (evidence->value.len > VALUE_BYTES_MAX) return FAIL(E_LIMIT);
    const status s = positions_translate(&l->positions, evidence->value, l->evidence);
    if (s.code != E_OK) return fault_set(l->fault, s, "front: a finding names a foreign position");
    evidence->value.at = l->evidence;
    return OK;
}

/* An event and the findings behind it become durable together. left: records behind this one. */
static status begin_group(struct front_link *l, const struct link_item *item, uint32_t left)
{
    if (l->findings_due > 0 || item->findings > left) {
        return fault_set(l->fault, FAIL(E_VALUE), "front: malformed batch: findings are missing");
    }
    const struct record_field *number = &l->record.opening.fields[FIELD_event_sequence - 1];
    const bool fits = item->is_numbered
                          ? number->type == TYPE_U64 && value_u64(number->value) == item->sequence
                          : number->type == TYPE_ABSENT;
    if (!fits) return fault_set(l->fault, FAIL(E_VALUE), "front: an event with two numbers");
    TRY(l->calls.event(l->calls.self, &l->record.record, item));
    l->findings_due = item->findings;
    return committer_together(l->node->committer, 1 + l->findings_due, l->fault);
}

static status take_finding(struct front_link *l, const struct link_item *item)
{
    if (item->findings > 0 || item->is_numbered) {
        return fault_set(l->fault, FAIL(E_VALUE), "front: malformed batch: a finding with more");
    }
    if (l->findings_due > 0) l->findings_due--;
    return translate(l);
}

static status take_record(struct front_link *l, struct cursor *c, uint32_t left,
                          struct link_stored *m)
{
    struct link_item item = {};
    uint64_t index = 0;
    const status s = link_item_take(c, &item);
    if (s.code != E_OK) return fault_set(l->fault, s, "front: malformed batch");
    TRY(wire_take(c, &l->record, l->fault));
    const uint8_t kind = l->record.record.kind;
    if (kind == KIND_finding) {
        TRY(take_finding(l, &item));
    } else if (kind == KIND_event) {
        TRY(begin_group(l, &item, left));
    } else {
        return fault_set(l->fault, FAIL(E_DENIED), "front: it may not write records of kind %u",
                         kind);
    }
    TRY(committer_add(l->node->committer, &l->record.record, &index, l->fault));
    if (item.is_numbered) {
        TRY(committer_sequence(l->node->committer, item.source, item.sequence, l->fault));
    }
    return note_run(l, m, index);
}

status front_batch_take(struct front_link *l, const struct link_batch *b, struct link_stored *m)
{
    struct cursor c = cursor_of((slice){ l->copy, b->bytes });
    TRY(committer_room(l->node->committer, b->records, b->bytes, l->fault));
    for (uint32_t i = 0; i < b->records; i++)
        TRY(take_record(l, &c, b->records - i - 1, m));
    return cursor_end(&c);
}
