/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/output/ocsf.h"

#include "base/bytes.h"
#include "base/text.h"
#include "judge/output/artifacts.h"
#include "judge/output/attack.h"
#include "judge/output/evidence.h"
#include "base/banned.h"

enum {
    CATEGORY_FINDINGS = 2,
    CLASS_DETECTION_FINDING = 2004,
    ACTIVITY_CREATE = 1,
    TYPE_DETECTION_CREATED = 200401, /* class_uid * 100 + activity_id */
    STATUS_NEW = 1,
    CONFIDENCE_UNKNOWN = 0,
    ANALYTIC_RULE = 1,
    NS_PER_MS = 1'000'000,
};

static const char *const severities[] = { "Unknown", "Informational", "Low",
                                          "Medium",  "High",          "Critical" };

/* Milliseconds, rounded down on both sides of 1970. */
static int64_t ms_of(int64_t ns)
{
    return ns / NS_PER_MS - (ns % NS_PER_MS < 0 ? 1 : 0);
}

static void write_ms(struct json_writer *j, const char *key, int64_t ns)
{
    json_key(j, key);
    json_i64(j, ms_of(ns));
}

static void write_uid(struct json_writer *j, const char *key, slice uid)
{
    json_key(j, key);
    json_object(j);
    json_member_string(j, "uid", uid);
    json_object_end(j);
}

static void write_attack(struct json_writer *j, slice tag)
{
    enum { TECHNIQUE_CHARS = 5 };
    char uid[ATTACK_UID_BYTES_MAX] = {};
    const struct attack_tactic *tactic = attack_tactic(tag);
    if (tactic != NULL) {
        json_object(j);
        json_key(j, "tactic");
        json_object(j);
        json_member_text(j, "name", tactic->name);
        json_member_text(j, "uid", tactic->uid);
        json_object_end(j);
        json_object_end(j);
    } else if (attack_technique(tag, uid)) {
        const slice whole = slice_text(uid);
        json_object(j);
        write_uid(j, "technique", (slice){ whole.at, TECHNIQUE_CHARS });
        if (whole.len > TECHNIQUE_CHARS) write_uid(j, "sub_technique", whole);
        json_object_end(j);
    }
}

static bool names_attack(const struct rule_texts *tags)
{
    char uid[ATTACK_UID_BYTES_MAX];
    for (size_t i = 0; i < tags->count && i < OUTPUT_TAGS_MAX; i++) {
        if (attack_tactic(tags->at[i]) != NULL || attack_technique(tags->at[i], uid)) return true;
    }
    return false;
}

static void write_attacks(struct json_writer *j, const struct rule_texts *tags)
{
    if (!names_attack(tags)) return;
    json_key(j, "attacks");
    json_array(j);
    for (size_t i = 0; i < tags->count && i < OUTPUT_TAGS_MAX; i++)
        write_attack(j, tags->at[i]);
    json_array_end(j);
}

/* OCSF's key_value_object. */
static void write_tag(struct json_writer *j, const char *name, slice value)
{
    if (value.len == 0) return;
    json_object(j);
    json_member_text(j, "name", name);
    output_member(j, "value", value, OUTPUT_VALUE_BYTES_MAX);
    json_object_end(j);
}

static void write_tags(struct json_writer *j, const struct rule *rule)
{
    json_key(j, "tags");
    json_array(j);
    write_tag(j, "author", rule->author); /*= DRL 1.1: the author stays with each match */
    write_tag(j, "license", rule->license);
    write_tag(j, "level", slice_text(rule_level_name(rule->level)));
    write_tag(j, "status", rule->status);
    if (rule->tags.count > 0) {
        json_object(j);
        json_member_text(j, "name", "sigma");
        json_key(j, "values");
        json_array(j);
        for (size_t i = 0; i < rule->tags.count && i < OUTPUT_TAGS_MAX; i++)
            json_string(j, text_cut(rule->tags.at[i], OUTPUT_NAME_BYTES_MAX));
        json_array_end(j);
        json_object_end(j);
    }
    json_array_end(j);
}

static void write_analytic(struct json_writer *j, const struct rule *rule)
{
    json_key(j, "analytic");
    json_object(j);
    output_member(j, "name", output_title(rule), OUTPUT_VALUE_BYTES_MAX);
    output_member(j, "uid", rule_reference(rule), OUTPUT_NAME_BYTES_MAX);
    json_member_u64(j, "type_id", ANALYTIC_RULE);
    json_member_text(j, "type", "Rule");
    if (rule->modified.len > 0 || rule->date.len > 0) {
        output_member(j, "version", rule->modified.len > 0 ? rule->modified : rule->date,
                      OUTPUT_NAME_BYTES_MAX);
    }
    json_object_end(j);
}

static void write_finding_info(struct json_writer *j, const struct output_item *item)
{
    const struct finding *f = item->finding;
    char uid[OUTPUT_UID_CHARS + 1];
    output_uid(item, uid);
    json_key(j, "finding_info");
    json_object(j);
    json_member_text(j, "uid", uid);
    output_member(j, "title", output_title(f->rule), OUTPUT_VALUE_BYTES_MAX);
    if (f->rule->description.len > 0) {
        output_member(j, "desc", f->rule->description, OUTPUT_VALUE_BYTES_MAX);
    }
    write_analytic(j, f->rule);
    write_attacks(j, &f->rule->tags);
    if (f->kind == FINDING_CORRELATION) {
        write_ms(j, "first_seen_time", f->window_start_ns);
        write_ms(j, "last_seen_time", f->window_end_ns);
        json_member_u64(j, "related_events_count", f->evidence_count + f->evidence_left);
    }
    write_tags(j, f->rule);
    json_object_end(j);
}

static void write_metadata(struct json_writer *j, const char *version)
{
    json_key(j, "metadata");
    json_object(j);
    json_member_text(j, "version", "1.8.0");
    json_key(j, "product");
    json_object(j);
    json_member_text(j, "name", "candor");
    json_member_text(j, "vendor_name", "candor");
    json_member_text(j, "version", version);
    json_object_end(j);
    json_object_end(j);
}

static void write_evidences(struct json_writer *j, const struct output_item *item)
{
    json_key(j, "evidences");
    json_array(j);
    json_object(j);
    if (item->finding->kind == FINDING_RULE) artifacts_members(j, item->finding->event);
    json_key(j, "data");
    json_object(j);
    evidence_members(j, item);
    json_object_end(j);
    json_object_end(j);
    json_array_end(j);
}

/* What OCSF has no member for. */
static void write_unmapped(struct json_writer *j, const struct finding *f)
{
    const bool is_eviction = f->kind == FINDING_EVICTION;
    if (!f->is_time_assumed && !f->is_logsource_unknown && !f->is_clipped && !is_eviction) return;
    json_key(j, "unmapped");
    json_object(j);
    if (f->is_time_assumed) json_member_bool(j, "time_unknown", true);
    if (f->is_logsource_unknown) json_member_bool(j, "logsource_unknown", true);
    if (f->is_clipped) json_member_bool(j, "clipped", true);
    if (is_eviction) json_member_u64(j, "evicted_groups", f->evicted_count);
    json_object_end(j);
}

void ocsf_write(struct writer *w, const struct output_item *item)
{
    const struct finding *f = item->finding;
    struct json_writer j = json_writer_of(w);
    const uint8_t severity = f->rule->level <= LEVEL_CRITICAL ? f->rule->level : LEVEL_NONE;
    json_object(&j);
    json_member_u64(&j, "activity_id", ACTIVITY_CREATE);
    json_member_u64(&j, "category_uid", CATEGORY_FINDINGS);
    json_member_u64(&j, "class_uid", CLASS_DETECTION_FINDING);
    json_member_u64(&j, "type_uid", TYPE_DETECTION_CREATED);
    write_ms(&j, "time", f->is_time_assumed ? 0 : f->time_ns);
    json_member_u64(&j, "severity_id", severity);
    json_member_text(&j, "severity", severities[severity]);
    json_member_u64(&j, "status_id", STATUS_NEW);
    json_member_u64(&j, "confidence_id", CONFIDENCE_UNKNOWN);
    json_member_bool(&j, "is_alert", f->kind != FINDING_EVICTION);
    output_member(&j, "message", output_title(f->rule), OUTPUT_VALUE_BYTES_MAX);
    write_metadata(&j, item->version);
    write_finding_info(&j, item);
    write_evidences(&j, item);
    write_unmapped(&j, f);
    json_object_end(&j);
    writer_u8(w, '\n');
}
