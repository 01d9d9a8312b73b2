/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/otlp_record.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/timestamp.h"
#include "base/banned.h"

/* Names that no body member and no attribute may have at the top. */
#define WORD(text_)                                                                                \
    {                                                                                              \
        .at = (const uint8_t *)(text_), .len = sizeof(text_) - 1                                   \
    }

static const slice own_names[] = {
    WORD("time"),
    WORD("observed_time"),
    WORD("severity"),
    WORD("severity_number"),
    WORD("event_name"),
    WORD("body"),
    WORD("attributes"),
    WORD("trace_id"),
    WORD("span_id"),
    WORD("flags"),
    WORD("resource"),
    WORD("scope"),
    WORD("dropped_attributes_count"),
};

status otlp_open(struct otlp_values *v, slice key, uint8_t type, uint32_t *ret_index)
{
    if (v->count == v->cap) return FAIL(E_LIMIT);
    v->at[v->count] = (struct otlp_value){
        .type = type,
        .end = v->count + 1,
        .key = key,
        .text = slice_none(),
    };
    *ret_index = v->count++;
    return OK;
}

void otlp_close(struct otlp_values *v, uint32_t index)
{
    v->at[index].end = v->count;
}

static void write_double(struct json_writer *j, double value)
{
    if (isfinite(value)) {
        json_double(j, value);
    } else {
        json_text(j, isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }
}

static void write_scalar(struct json_writer *j, const struct otlp_value *value)
{
    switch (value->type) {
    case OTLP_BOOL:
        json_bool(j, value->number.b);
        return;
    case OTLP_INT:
        json_i64(j, value->number.i);
        return;
    case OTLP_DOUBLE:
        write_double(j, value->number.d);
        return;
    case OTLP_STRING:
        json_string(j, value->text);
        return;
    case OTLP_BYTES:
        json_base64(j, value->text);
        return;
    default:
        json_null(j);
    }
}

static bool is_container(const struct otlp_value *value)
{
    return value->type == OTLP_ARRAY || value->type == OTLP_KVLIST;
}

void otlp_write_value(struct json_writer *j, const struct otlp_values *v, uint32_t index)
{
    uint32_t open[OTLP_DEPTH_MAX + 1] = {};
    unsigned depth = 0;
    for (uint32_t i = index; i < v->at[index].end; i++) {
        const struct otlp_value *value = &v->at[i];
        if (i != index && v->at[open[depth - 1]].type == OTLP_KVLIST) {
            json_key_slice(j, value->key);
        }
        if (!is_container(value)) {
            write_scalar(j, value);
        } else {
            assert(depth <= OTLP_DEPTH_MAX);
            open[depth++] = i;
            if (value->type == OTLP_KVLIST) json_object(j);
            if (value->type == OTLP_ARRAY) json_array(j);
        }
        while (depth > 0 && v->at[open[depth - 1]].end == i + 1) {
            depth--;
            if (v->at[open[depth]].type == OTLP_KVLIST) json_object_end(j);
            if (v->at[open[depth]].type == OTLP_ARRAY) json_array_end(j);
        }
    }
}

/* A member at the top, or one that would be if its name were not taken. */
struct entry {
    slice name;
    uint32_t index; /* of the value */
    uint32_t order;
    bool is_taken;
};

/* By name, and among equal ones in order. */
static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    const int by_name = slice_compare(x->name, y->name);
    if (by_name != 0) return by_name;
    return (x->order > y->order) - (x->order < y->order);
}

static int compare_order(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

static bool is_own_name(slice name)
{
    for (size_t i = 0; i < COUNT_OF(own_names); i++) {
        if (slice_equal(name, own_names[i])) return true;
    }
    return false;
}

/* The members of the container at index, behind count entries. */
static size_t add_members(const struct otlp_values *v, uint32_t index, struct entry *entries,
                          size_t count)
{
    for (uint32_t i = index + 1; i < v->at[index].end; i = v->at[i].end) {
        const slice name = v->at[i].key;
        entries[count] = (struct entry){ name, i, (uint32_t)count, is_own_name(name) };
        count++;
    }
    return count;
}

/* All but the first of each name are taken. */
static void mark_taken(struct entry *entries, size_t count)
{
    if (count < 2) return;
    qsort(entries, count, sizeof *entries, compare_entries);
    for (size_t i = 1; i < count; i++)
        entries[i].is_taken |= slice_equal(entries[i].name, entries[i - 1].name);
    qsort(entries, count, sizeof *entries, compare_order);
}

static void write_time(struct json_writer *j, const char *key, uint64_t ns)
{
    uint8_t text[TIMESTAMP_BYTES_MAX];
    if (ns == 0) return;
    const size_t len = timestamp_write((int64_t)ns, text);
    json_member_string(j, key, (slice){ text, len });
}

static void write_severity(struct json_writer *j, const struct otlp_record *r)
{
    static const char *const levels[] = { "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL" };
    const bool known = r->severity >= 1 && r->severity <= 24;
    if (r->severity_text.len != 0) {
        json_member_string(j, "severity", r->severity_text);
    } else if (known) {
        json_member_text(j, "severity", levels[(r->severity - 1) / 4]);
    }
    if (r->severity != 0) json_member_u64(j, "severity_number", r->severity);
}

static void write_hex(struct json_writer *j, const char *key, slice bytes)
{
    uint8_t text[2 * OTLP_TRACE_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    uint8_t any = 0;
    for (size_t i = 0; i < bytes.len; i++)
        any |= bytes.at[i];
    if (any == 0) return; /* OTLP: all zeros is no id */
    writer_hex(&w, bytes);
    json_member_string(j, key, writer_slice(&w));
}

static void write_head(struct json_writer *j, const struct otlp_record *r)
{
    write_time(j, "time", r->time_ns);
    write_time(j, "observed_time", r->observed_ns);
    write_severity(j, r);
    if (r->event_name.len != 0) json_member_string(j, "event_name", r->event_name);
}

static void write_tail(struct json_writer *j, const struct otlp_record *r,
                       const struct otlp_origin *origin)
{
    write_hex(j, "trace_id", r->trace_id);
    write_hex(j, "span_id", r->span_id);
    if (r->flags != 0) json_member_u64(j, "flags", r->flags);
    if (r->dropped_attributes != 0) {
        json_member_u64(j, "dropped_attributes_count", r->dropped_attributes);
    }
    if (origin->resource.len != 0) {
        json_key(j, "resource");
        json_raw(j, origin->resource);
    }
    if (origin->scope.len != 0) {
        json_key(j, "scope");
        json_raw(j, origin->scope);
    }
}

/* The entries whose names are free, at the top. */
static void write_free(struct json_writer *j, const struct otlp_values *v,
                       const struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (entries[i].is_taken) continue;
        json_key_slice(j, entries[i].name);
        otlp_write_value(j, v, entries[i].index);
    }
}

/* The others, in an object of that name. */
static void write_taken(struct json_writer *j, const struct otlp_values *v, const char *name,
                        const struct entry *entries, size_t count)
{
    bool opened = false;
    for (size_t i = 0; i < count; i++) {
        if (!entries[i].is_taken) continue;
        if (!opened) {
            json_key(j, name);
            json_object(j);
            opened = true;
        }
        json_key_slice(j, entries[i].name);
        otlp_write_value(j, v, entries[i].index);
    }
    if (opened) json_object_end(j);
}

static void write_members(struct json_writer *j, const struct otlp_record *r,
                          const struct entry *entries, size_t body_count, size_t count)
{
    const struct otlp_values *v = &r->values;
    if (r->has_body && body_count == 0) {
        json_key(j, "body");
        otlp_write_value(j, v, r->body);
    }
    write_free(j, v, entries, body_count);
    write_taken(j, v, "body", entries, body_count);
    write_free(j, v, entries + body_count, count - body_count);
    write_taken(j, v, "attributes", entries + body_count, count - body_count);
}

status otlp_write_record(struct protocol_scratch *scratch, const struct otlp_record *record,
                         const struct otlp_origin *origin, struct writer *out)
{
    const struct otlp_values *v = &record->values;
    struct entry *entries = arena_array(&scratch->arena, (size_t)v->count + 1, sizeof *entries);
    if (entries == NULL) return FAIL(E_NOMEM);
    size_t body_count = 0;
    if (record->has_body && v->at[record->body].type == OTLP_KVLIST) {
        body_count = add_members(v, record->body, entries, 0);
    }
    const size_t count = add_members(v, record->attributes, entries, body_count);
    mark_taken(entries, count);
    struct json_writer j = json_writer_of(out);
    json_object(&j);
    write_head(&j, record);
    write_members(&j, record, entries, body_count, count);
    write_tail(&j, record, origin);
    json_object_end(&j);
    return writer_end(out);
}
