/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/finding_record.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/bytes.h"
#include "judge/sigma/correlation.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000, TEXT_BYTES_MAX = 1024 };

/* The text's start, cut between two characters. */
static slice cut(slice text)
{
    size_t len = text.len > TEXT_BYTES_MAX ? TEXT_BYTES_MAX : text.len;
    while (len < text.len && len > 0 && (text.at[len] & 0xc0) == 0x80)
        len--;
    return (slice){ text.at, len };
}

static void put_position(struct writer *w, uint64_t number)
{
    writer_u64(w, number);
    writer_u16(w, FIELD_event_raw);
}

/* The newest positions, oldest first. */
static slice evidence_of(struct finding_record *room, const struct finding *finding)
{
    struct writer w = writer_of(room->evidence, sizeof room->evidence);
    const size_t count = finding->evidence_count;
    const size_t first =
        count > FINDING_RECORD_EVIDENCE_MAX ? count - FINDING_RECORD_EVIDENCE_MAX : 0;
    for (size_t i = first; i < count; i++)
        put_position(&w, finding->evidence[i]);
    if (count == 0) put_position(&w, finding->position);
    return writer_slice(&w);
}

static slice tags_of(struct finding_record *room, const struct rule *rule)
{
    struct writer w = writer_of(room->tags, sizeof room->tags);
    for (size_t i = 0; i < rule->tags.count && i < VALUE_TEXTS_MAX; i++) {
        if (rule->tags.at[i].len + 2 > w.cap - w.len) break;
        value_texts_add(&w, rule->tags.at[i]);
    }
    return writer_slice(&w);
}

static slice detail_of(struct finding_record *room, const struct finding *finding)
{
    const double seconds = (double)(finding->window_end_ns - finding->window_start_ns) / NS_PER_S;
    const size_t kept = finding->evidence_count > FINDING_RECORD_EVIDENCE_MAX
                            ? FINDING_RECORD_EVIDENCE_MAX
                            : finding->evidence_count;
    int len = 0;
    if (finding->kind == FINDING_CORRELATION) {
        len = snprintf(room->detail, sizeof room->detail,
                       "%s of %.15g within %.15g s, %zu events, %zu of them named",
                       correlation_type_name(finding->rule->correlation->type), finding->measure,
                       seconds, finding->evidence_count + finding->evidence_left, kept);
    } else if (finding->kind == FINDING_EVICTION) {
        len = snprintf(room->detail, sizeof room->detail,
                       "the state of the correlation was full: %" PRIu64 " groups were given up",
                       finding->evicted_count);
    } else if (finding->is_logsource_unknown) {
        len = snprintf(room->detail, sizeof room->detail,
                       "the event does not state the log source that the rule asks for");
    }
    return (slice){ (const uint8_t *)room->detail, (size_t)len };
}

status finding_record_make(struct finding_record *room, const struct finding *finding,
                           const struct finding_place *place, struct record *ret_record,
                           struct fault *f)
{
    const struct rule *rule = finding->rule;
    struct draft *d = &room->draft;
    const bool own = finding->kind == FINDING_EVICTION;
    const slice detail = detail_of(room, finding);
    const slice tags = tags_of(room, rule);
    draft_start(d, KIND_finding, place->filed_s);
    if (place->market.len != 0) draft_market(d, COLUMN_finding_market, place->market);
    draft_column(d, COLUMN_finding_judge, own ? VALUE_judge_node : VALUE_judge_sigma);
    draft_time(d, FIELD_finding_time, finding->time_ns);
    draft_text(d, FIELD_finding_rule, cut(rule_reference(rule)));
    if (rule->title.len != 0) draft_text(d, FIELD_finding_title, cut(rule->title));
    if (rule->level != LEVEL_NONE) {
        draft_text(d, FIELD_finding_level, slice_text(rule_level_name(rule->level)));
    }
    draft_hash(d, FIELD_finding_bundle, place->bundle);
    draft_bytes(d, FIELD_finding_evidence, evidence_of(room, finding));
    if (finding->kind == FINDING_CORRELATION && finding->measure >= 0 && finding->measure < 1e15) {
        draft_u64(d, FIELD_finding_amount, (uint64_t)finding->measure);
    }
    if (tags.len != 0) draft_texts(d, FIELD_finding_tags, tags);
    if (detail.len != 0) draft_text(d, FIELD_finding_detail, detail);
    return draft_end(d, NULL, ret_record, f);
}
