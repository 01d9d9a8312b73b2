/* SPDX-License-Identifier: Apache-2.0 */
#include "view/recorded.h"

#include "record/kinds.h"
#include "record/value.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000 };

static uint16_t trust_of(const struct entry *e)
{
    return schema_column_value(&e->schema->columns[COLUMN_event_trust], e->columns);
}

bool recorded_is_event(slice entry)
{
    struct entry e = {};
    return entry_split(entry, &e).code == E_OK && e.schema->kind == KIND_event;
}

bool recorded_was_judged(slice entry)
{
    struct entry e = {};
    if (entry_split(entry, &e).code != E_OK || e.schema->kind != KIND_event) return false;
    return trust_of(&e) != 0 && trust_of(&e) != VALUE_trust_local;
}

static int64_t time_of(const struct record_field *field, int64_t otherwise)
{
    return field->type == TYPE_TIME ? value_i64(field->value) : otherwise;
}

bool recorded_event(const struct scanned_record *r, struct recorded *ret_event)
{
    if (r->opening == NULL) return false;
    const struct record_field *fields = r->opening->fields;
    const struct record_field *raw = &fields[FIELD_event_raw - 1];
    const int64_t filed_ns = (int64_t)r->entry->time_s * NS_PER_S;
    const int64_t time_ns = time_of(&fields[FIELD_event_time - 1], filed_ns);
    if (raw->type != TYPE_RAW) return false;
    *ret_event = (struct recorded){
        .index = r->index,
        .time_ns = time_ns,
        .arrived_ns = time_of(&fields[FIELD_event_arrived - 1], time_ns),
        .trust = (uint8_t)trust_of(r->entry),
        .raw = raw->value,
    };
    return true;
}
