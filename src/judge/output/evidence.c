/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/output/evidence.h"

#include "base/bytes.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "base/banned.h"

static void write_event(struct json_writer *j, const struct output_item *item)
{
    json_key(j, "event");
    json_object(j);
    output_member(j, "file", item->file, OUTPUT_VALUE_BYTES_MAX);
    if (item->line != 0) json_member_u64(j, "line", item->line);
    json_member_u64(j, "record", item->record);
    if (item->element != 0) json_member_u64(j, "element", item->element);
    json_member_u64(j, "offset", item->offset);
    json_object_end(j);
}

static void write_match(struct json_writer *j, const struct finding_field *m)
{
    json_object(j);
    if (m->name.len > 0) output_member(j, "field", m->name, OUTPUT_NAME_BYTES_MAX);
    output_member(j, "value", m->value, OUTPUT_VALUE_BYTES_MAX);
    if (m->value.len > OUTPUT_VALUE_BYTES_MAX) json_member_bool(j, "cut", true);
    output_member(j, "selection", m->selection, OUTPUT_NAME_BYTES_MAX);
    output_member(j, "item", m->item, OUTPUT_NAME_BYTES_MAX);
    output_member(j, "written", m->written, OUTPUT_VALUE_BYTES_MAX);
    json_object_end(j);
}

static void write_matched(struct json_writer *j, const struct finding *f)
{
    json_key(j, "matched");
    json_array(j);
    for (size_t i = 0; i < f->field_count; i++)
        write_match(j, &f->fields[i]);
    json_array_end(j);
    if (f->fields_left > 0) json_member_u64(j, "matched_left", f->fields_left);
}

static void write_group(struct json_writer *j, const struct finding *f)
{
    json_key(j, "group");
    json_object(j);
    for (size_t i = 0; i < f->group_count && i < OUTPUT_TAGS_MAX; i++) {
        json_key_slice(j, text_cut(f->groups[i].field, OUTPUT_NAME_BYTES_MAX));
        if (f->groups[i].is_absent) {
            json_null(j);
        } else {
            json_string(j, text_cut(f->groups[i].value, OUTPUT_VALUE_BYTES_MAX));
        }
    }
    json_object_end(j);
}

static void write_time(struct json_writer *j, const char *key, int64_t ns)
{
    uint8_t text[TIMESTAMP_BYTES_MAX];
    json_member_string(j, key, (slice){ text, timestamp_write(ns, text) });
}

static void write_events(struct json_writer *j, const struct output_item *item)
{
    json_key(j, "events");
    json_array(j);
    for (size_t i = 0; i < item->event_count && i < OUTPUT_EVENTS_MAX; i++) {
        json_object(j);
        output_member(j, "file", item->events[i].file, OUTPUT_VALUE_BYTES_MAX);
        if (item->events[i].line != 0) json_member_u64(j, "line", item->events[i].line);
        json_member_u64(j, "record", item->events[i].record);
        if (item->events[i].element != 0) json_member_u64(j, "element", item->events[i].element);
        json_object_end(j);
    }
    json_array_end(j);
}

static void write_correlation(struct json_writer *j, const struct output_item *item)
{
    const struct finding *f = item->finding;
    if (f->kind == FINDING_EVICTION) {
        json_member_u64(j, "groups_given_up", f->evicted_count);
        return;
    }
    write_group(j, f);
    json_key(j, "window");
    json_object(j);
    write_time(j, "start", f->window_start_ns);
    write_time(j, "end", f->window_end_ns);
    json_object_end(j);
    json_key(j, "measure");
    json_double(j, f->measure);
    write_events(j, item);
    json_member_u64(j, "event_count", f->evidence_count + f->evidence_left);
}

void evidence_members(struct json_writer *j, const struct output_item *item)
{
    const struct finding *f = item->finding;
    if (item->file.len > 0) write_event(j, item);
    if (f->kind == FINDING_RULE) {
        write_matched(j, f);
    } else {
        write_correlation(j, item);
    }
    if (item->explanation.len > 0) {
        output_member(j, "explanation", item->explanation, OUTPUT_EXPLANATION_BYTES_MAX);
    }
}
