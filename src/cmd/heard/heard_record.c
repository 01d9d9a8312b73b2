/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/heard/heard_record.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/sha256.h"
#include "record/kinds.h"
#include "record/value.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000 };

/* The judge that finds these is part of the node: this name stands for a bundle of rules. */
#define JUDGE "candor presence 1"

static const struct {
    const char *rule;
    const char *title;
    const char *level;
} kinds[] = {
    [PRESENCE_HOLE] = { "candor.source.gap", "Numbered events of a source are missing", "medium" },
    [PRESENCE_SILENT] = { "candor.source.silent", "A source fell silent", "medium" },
    [PRESENCE_BACK] = { "candor.source.back", "A source is heard again", "informational" },
};

status heard_gap_make(struct heard_record *room, const struct presence_report *r, slice market,
                      int64_t now_ns, struct record *ret_record, struct fault *f)
{
    struct draft *d = &room->draft;
    const bool hole = r->cause == PRESENCE_HOLE;
    room->market = market;
    room->now_ns = now_ns;
    draft_start(d, KIND_gap, (uint64_t)(now_ns / NS_PER_S));
    if (market.len > 0) draft_market(d, COLUMN_gap_market, market);
    draft_column(d, COLUMN_gap_cause, hole ? VALUE_gap_cause_sequence : VALUE_gap_cause_silence);
    draft_time(d, FIELD_gap_time, now_ns);
    draft_text(d, FIELD_gap_source, r->source);
    draft_time(d, FIELD_gap_from, r->from_ns);
    if (r->cause != PRESENCE_SILENT) draft_time(d, FIELD_gap_to, r->to_ns);
    if (hole) {
        draft_u64(d, FIELD_gap_first, r->first);
        draft_u64(d, FIELD_gap_last, r->last);
        draft_u64(d, FIELD_gap_amount, r->amount);
    }
    return draft_end(d, NULL, ret_record, f);
}

static slice detail_of(struct heard_record *room, const struct presence_report *r)
{
    const int name_len = (int)r->source.len;
    const char *name = (const char *)r->source.at;
    int len = 0;
    if (r->cause == PRESENCE_HOLE) {
        len = snprintf(room->detail, sizeof room->detail,
                       "%.*s: %" PRIu64 " of the numbers %" PRIu64 " to %" PRIu64 " have not come",
                       name_len, name, r->amount, r->first, r->last);
    } else if (r->cause == PRESENCE_BACK) {
        len = snprintf(room->detail, sizeof room->detail, "%.*s: after %" PRId64 " s", name_len,
                       name, (r->to_ns - r->from_ns) / NS_PER_S);
    } else {
        len = snprintf(room->detail, sizeof room->detail, "%.*s: no event for longer than allowed",
                       name_len, name);
    }
    return (slice){ (const uint8_t *)room->detail, (size_t)len };
}

status heard_finding_make(struct heard_record *room, const struct presence_report *r,
                          uint64_t gap_index, struct record *ret_record, struct fault *f)
{
    struct draft *d = &room->draft;
    struct writer evidence = writer_of(room->evidence, sizeof room->evidence);
    writer_u64(&evidence, gap_index);
    writer_u16(&evidence, FIELD_gap_time);
    room->judge = sha256(slice_text(JUDGE));
    draft_start(d, KIND_finding, (uint64_t)(room->now_ns / NS_PER_S));
    if (room->market.len > 0) draft_market(d, COLUMN_finding_market, room->market);
    draft_column(d, COLUMN_finding_judge, VALUE_judge_node);
    draft_time(d, FIELD_finding_time, room->now_ns);
    draft_text(d, FIELD_finding_rule, slice_text(kinds[r->cause].rule));
    draft_text(d, FIELD_finding_title, slice_text(kinds[r->cause].title));
    draft_text(d, FIELD_finding_level, slice_text(kinds[r->cause].level));
    draft_hash(d, FIELD_finding_bundle, &room->judge);
    draft_bytes(d, FIELD_finding_evidence, writer_slice(&evidence));
    draft_text(d, FIELD_finding_detail, detail_of(room, r));
    return draft_end(d, NULL, ret_record, f);
}

/* ---- back ---- */

static uint64_t cause_of(const struct entry *e)
{
    return schema_column_value(&e->schema->columns[COLUMN_gap_cause], e->columns);
}

bool heard_is_report(slice entry)
{
    struct entry e = {};
    if (entry_split(entry, &e).code != E_OK || e.schema->kind != KIND_gap) return false;
    return cause_of(&e) == VALUE_gap_cause_sequence || cause_of(&e) == VALUE_gap_cause_silence;
}

bool heard_fold_event(struct presence *p, const struct record_field *fields, bool with_number)
{
    const struct record_field *source = &fields[FIELD_event_source - 1];
    const struct record_field *arrived = &fields[FIELD_event_arrived - 1];
    const struct record_field *sequence = &fields[FIELD_event_sequence - 1];
    const bool is_numbered = with_number && sequence->type == TYPE_U64;
    if (source->type != TYPE_TEXT || arrived->type != TYPE_TIME) return false;
    const uint64_t number = is_numbered ? value_u64(sequence->value) : 0;
    presence_event(p, source->value, value_i64(arrived->value), is_numbered ? &number : NULL);
    return true;
}

static int64_t time_of(const struct record_field *field)
{
    return field->type == TYPE_TIME ? value_i64(field->value) : 0;
}

static uint64_t number_of(const struct record_field *field)
{
    return field->type == TYPE_U64 ? value_u64(field->value) : 0;
}

void heard_fold_report(struct presence *p, const struct entry *entry,
                       const struct record_field *fields)
{
    const struct record_field *source = &fields[FIELD_gap_source - 1];
    const bool has_end = fields[FIELD_gap_to - 1].type == TYPE_TIME;
    const struct presence_report r = {
        .cause = cause_of(entry) == VALUE_gap_cause_sequence ? PRESENCE_HOLE
                 : has_end                                   ? PRESENCE_BACK
                                                             : PRESENCE_SILENT,
        .source = source->value,
        .first = number_of(&fields[FIELD_gap_first - 1]),
        .last = number_of(&fields[FIELD_gap_last - 1]),
        .amount = number_of(&fields[FIELD_gap_amount - 1]),
        .from_ns = time_of(&fields[FIELD_gap_from - 1]),
        .to_ns = time_of(&fields[FIELD_gap_to - 1]),
    };
    if (source->type == TYPE_TEXT) presence_reported(p, &r);
}
