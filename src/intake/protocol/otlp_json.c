/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/otlp_reading.h"

#include <math.h>
#include "base/base64.h"
#include "base/bytes.h"
#include "base/num.h"
#include "base/banned.h"

/*
 * The JSON encoding of proto3: members are named in lowerCamelCase or as in the .proto file, null
 * is the default, 64-bit numbers may be strings, bytes are Base64 of either alphabet with or
 * without padding; trace and span ids are hexadecimal, as OTLP says. Containers in an AnyValue are
 * as deep as JSON_DEEP_MAX lets them be, which is OTLP_DEPTH_MAX and a little more.
 */
enum {
    NAME_OTHER,
    NAME_RESOURCE_LOGS,
    NAME_RESOURCE,
    NAME_SCOPE_LOGS,
    NAME_SCOPE,
    NAME_LOG_RECORDS,
    NAME_ATTRIBUTES,
    NAME_NAME,
    NAME_VERSION,
    NAME_TIME,
    NAME_OBSERVED_TIME,
    NAME_SEVERITY_NUMBER,
    NAME_SEVERITY_TEXT,
    NAME_BODY,
    NAME_DROPPED,
    NAME_FLAGS,
    NAME_TRACE_ID,
    NAME_SPAN_ID,
    NAME_EVENT_NAME,
    NAME_KEY,
    NAME_VALUE,
    NAME_VALUES,
    NAME_STRING,
    NAME_BOOL,
    NAME_INT,
    NAME_DOUBLE,
    NAME_ARRAY,
    NAME_KVLIST,
    NAME_BYTES,
};

#define WORD(text_)                                                                                \
    {                                                                                              \
        .at = (const uint8_t *)(text_), .len = sizeof(text_) - 1                                   \
    }

static const struct {
    slice camel, snake;
} names[] = {
    [NAME_OTHER] = { WORD(""), WORD("") },
    [NAME_RESOURCE_LOGS] = { WORD("resourceLogs"), WORD("resource_logs") },
    [NAME_RESOURCE] = { WORD("resource"), WORD("resource") },
    [NAME_SCOPE_LOGS] = { WORD("scopeLogs"), WORD("scope_logs") },
    [NAME_SCOPE] = { WORD("scope"), WORD("scope") },
    [NAME_LOG_RECORDS] = { WORD("logRecords"), WORD("log_records") },
    [NAME_ATTRIBUTES] = { WORD("attributes"), WORD("attributes") },
    [NAME_NAME] = { WORD("name"), WORD("name") },
    [NAME_VERSION] = { WORD("version"), WORD("version") },
    [NAME_TIME] = { WORD("timeUnixNano"), WORD("time_unix_nano") },
    [NAME_OBSERVED_TIME] = { WORD("observedTimeUnixNano"), WORD("observed_time_unix_nano") },
    [NAME_SEVERITY_NUMBER] = { WORD("severityNumber"), WORD("severity_number") },
    [NAME_SEVERITY_TEXT] = { WORD("severityText"), WORD("severity_text") },
    [NAME_BODY] = { WORD("body"), WORD("body") },
    [NAME_DROPPED] = { WORD("droppedAttributesCount"), WORD("dropped_attributes_count") },
    [NAME_FLAGS] = { WORD("flags"), WORD("flags") },
    [NAME_TRACE_ID] = { WORD("traceId"), WORD("trace_id") },
    [NAME_SPAN_ID] = { WORD("spanId"), WORD("span_id") },
    [NAME_EVENT_NAME] = { WORD("eventName"), WORD("event_name") },
    [NAME_KEY] = { WORD("key"), WORD("key") },
    [NAME_VALUE] = { WORD("value"), WORD("value") },
    [NAME_VALUES] = { WORD("values"), WORD("values") },
    [NAME_STRING] = { WORD("stringValue"), WORD("string_value") },
    [NAME_BOOL] = { WORD("boolValue"), WORD("bool_value") },
    [NAME_INT] = { WORD("intValue"), WORD("int_value") },
    [NAME_DOUBLE] = { WORD("doubleValue"), WORD("double_value") },
    [NAME_ARRAY] = { WORD("arrayValue"), WORD("array_value") },
    [NAME_KVLIST] = { WORD("kvlistValue"), WORD("kvlist_value") },
    [NAME_BYTES] = { WORD("bytesValue"), WORD("bytes_value") },
};

static int name_of(slice key)
{
    size_t i = COUNT_OF(names) - 1;
    while (i > 0 && !slice_equal(key, names[i].camel) && !slice_equal(key, names[i].snake))
        i--;
    return (int)i;
}

/* A document and where decoded bytes go. */
struct json_source {
    const struct json_document *document;
    struct arena *arena;
};

static const struct json_node *first_of(const struct json_node *container)
{
    return container + 1;
}

static const struct json_node *end_of(const struct json_source *in, const struct json_node *node)
{
    return in->document->nodes + node->end;
}

/* OK, or E_VALUE: a value of the wrong type refuses its record. */
static status want(const struct json_node *node, enum json_type type)
{
    return node->type == (uint8_t)type ? OK : FAIL(E_VALUE);
}

static status read_text(const struct json_node *node, slice *ret)
{
    TRY(want(node, JSON_STRING));
    *ret = node->text;
    return OK;
}

/* A number without fraction, or its digits in a string. */
static status read_i64(const struct json_node *node, int64_t *ret)
{
    if (node->type == JSON_STRING) {
        return num_parse_i64(node->text, ret).code == E_OK ? OK : FAIL_AT(E_VALUE, 1);
    }
    if (node->type == JSON_DOUBLE && fabs(node->number.d) < 9e15 &&
        trunc(node->number.d) == node->number.d) {
        *ret = (int64_t)node->number.d;
        return OK;
    }
    TRY(want(node, JSON_INT));
    *ret = node->number.i;
    return OK;
}

static status read_u64(const struct json_node *node, uint64_t *ret)
{
    int64_t value = 0;
    if (node->type == JSON_UINT) {
        *ret = node->number.u;
        return OK;
    }
    if (node->type == JSON_STRING) {
        return num_parse_u64(node->text, ret).code == E_OK ? OK : FAIL_AT(E_VALUE, 1);
    }
    TRY(read_i64(node, &value));
    if (value < 0) return FAIL_AT(E_VALUE, 1);
    *ret = (uint64_t)value;
    return OK;
}

static status read_double(const struct json_node *node, double *ret)
{
    int64_t whole = 0;
    if (node->type == JSON_DOUBLE) *ret = node->number.d;
    if (node->type == JSON_INT) *ret = (double)node->number.i;
    if (node->type == JSON_UINT) *ret = (double)node->number.u;
    if (node->type == JSON_DOUBLE || node->type == JSON_INT || node->type == JSON_UINT) return OK;
    TRY(want(node, JSON_STRING));
    if (slice_is(node->text, "NaN")) {
        *ret = (double)NAN;
    } else if (slice_is(node->text, "Infinity")) {
        *ret = (double)INFINITY;
    } else if (slice_is(node->text, "-Infinity")) {
        *ret = -(double)INFINITY;
    } else {
        TRY(read_i64(node, &whole));
        *ret = (double)whole;
    }
    return OK;
}

/* Base64 of either alphabet, with or without padding. */
static status read_bytes(const struct json_source *in, const struct json_node *node, slice *ret)
{
    TRY(want(node, JSON_STRING));
    slice text = node->text;
    while (text.len > 0 && text.at[text.len - 1] == '=')
        text.len--;
    const size_t whole = (text.len + 3) / 4 * 4;
    uint8_t *copy = arena_take(in->arena, whole + 1);
    if (copy == NULL) return FAIL(E_LIMIT);
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.at[i];
        copy[i] = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    for (size_t i = text.len; i < whole; i++)
        copy[i] = '=';
    size_t len = 0;
    uint8_t *bytes = arena_take(in->arena, whole + 1);
    if (bytes == NULL) return FAIL(E_LIMIT);
    if (base64_decode((slice){ copy, whole }, bytes, whole, &len).code != E_OK) {
        return FAIL_AT(E_VALUE, 1);
    }
    *ret = (slice){ bytes, len };
    return OK;
}

/* Hexadecimal digits of either case. */
static status read_hex(const struct json_source *in, const struct json_node *node, slice *ret)
{
    TRY(want(node, JSON_STRING));
    const size_t len = node->text.len / 2;
    if (len > OTLP_TRACE_BYTES_MAX) return FAIL_AT(E_VALUE, 1);
    uint8_t *bytes = arena_take(in->arena, len + 1);
    if (bytes == NULL) return FAIL(E_LIMIT);
    if (num_parse_hex(node->text, bytes, len).code != E_OK) return FAIL_AT(E_VALUE, 1);
    *ret = (slice){ bytes, len };
    return OK;
}

static status read_value(const struct json_source *in, struct otlp_values *v, slice key,
                         const struct json_node *node, unsigned depth);

static status read_key_value(const struct json_source *in, struct otlp_values *v,
                             const struct json_node *node, unsigned depth)
{
    slice key = slice_none();
    const struct json_node *value = NULL;
    TRY(want(node, JSON_OBJECT));
    for (const struct json_node *m = first_of(node); m < end_of(in, node); m = end_of(in, m)) {
        if (m->type == JSON_NULL) continue;
        const int name = name_of(m->key);
        if (name == NAME_KEY) TRY(read_text(m, &key));
        if (name == NAME_VALUE) value = m;
    }
    return read_value(in, v, key, value, depth);
}

/* The "values" of an arrayValue or a kvlistValue. */
static status read_list(const struct json_source *in, struct otlp_values *v,
                        const struct json_node *node, unsigned depth)
{
    const bool is_kvlist = name_of(node->key) == NAME_KVLIST;
    TRY(want(node, JSON_OBJECT));
    for (const struct json_node *m = first_of(node); m < end_of(in, node); m = end_of(in, m)) {
        if (m->type == JSON_NULL || name_of(m->key) != NAME_VALUES) continue;
        TRY(want(m, JSON_ARRAY));
        for (const struct json_node *e = first_of(m); e < end_of(in, m); e = end_of(in, e)) {
            TRY(is_kvlist ? read_key_value(in, v, e, depth)
                          : read_value(in, v, slice_none(), e, depth));
        }
    }
    return OK;
}

/* One member of the oneof becomes the value at index. */
static status set_value(const struct json_source *in, struct otlp_values *v, uint32_t index,
                        const struct json_node *m, unsigned depth)
{
    static const uint8_t types[] = {
        [NAME_STRING] = OTLP_STRING, [NAME_BOOL] = OTLP_BOOL,   [NAME_INT] = OTLP_INT,
        [NAME_DOUBLE] = OTLP_DOUBLE, [NAME_ARRAY] = OTLP_ARRAY, [NAME_KVLIST] = OTLP_KVLIST,
        [NAME_BYTES] = OTLP_BYTES,
    };
    const int name = name_of(m->key);
    if (types[name] == OTLP_NULL || m->type == JSON_NULL) return OK;
    struct otlp_value *value = &v->at[index];
    value->type = types[name];
    value->text = slice_none();
    v->count = index + 1;
    switch (name) {
    case NAME_STRING:
        return read_text(m, &value->text);
    case NAME_BOOL:
        value->number.b = m->type == JSON_TRUE;
        return value->number.b ? OK : want(m, JSON_FALSE);
    case NAME_INT:
        return read_i64(m, &value->number.i);
    case NAME_DOUBLE:
        return read_double(m, &value->number.d);
    case NAME_BYTES:
        return read_bytes(in, m, &value->text);
    default:
        return depth == OTLP_DEPTH_MAX ? FAIL(E_LIMIT) : read_list(in, v, m, depth + 1);
    }
}

/* An AnyValue, depth containers deep (at most OTLP_DEPTH_MAX); NULL: there is none. */
static status read_value(const struct json_source *in, struct otlp_values *v, slice key,
                         const struct json_node *node, unsigned depth)
{
    uint32_t index = 0;
    TRY(otlp_open(v, key, OTLP_NULL, &index));
    if (node == NULL || node->type == JSON_NULL) return OK;
    TRY(want(node, JSON_OBJECT));
    for (const struct json_node *m = first_of(node); m < end_of(in, node); m = end_of(in, m))
        TRY(set_value(in, v, index, m, depth));
    otlp_close(v, index);
    return OK;
}

/* An array of KeyValues (NULL: none) into the KVLIST that is open at index. */
static status read_attributes(const struct json_source *in, struct otlp_values *v,
                              const struct json_node *node, uint32_t index)
{
    if (node != NULL && node->type != JSON_NULL) {
        TRY(want(node, JSON_ARRAY));
        for (const struct json_node *e = first_of(node); e < end_of(in, node); e = end_of(in, e))
            TRY(read_key_value(in, v, e, 0));
    }
    otlp_close(v, index);
    return OK;
}

/* SEVERITY_NUMBER_INFO2 or 10. */
static status read_severity(const struct json_node *node, uint64_t *ret)
{
    static const char *const levels[] = { "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL" };
    const slice prefix = slice_text("SEVERITY_NUMBER_");
    int64_t number = 0;
    if (node->type != JSON_STRING || !slice_starts(node->text, prefix)) {
        TRY(read_i64(node, &number));
        *ret = number > 0 && number <= INT32_MAX ? (uint64_t)number : 0;
        return OK;
    }
    const slice name = slice_from(node->text, prefix.len);
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        const slice level = slice_text(levels[i]);
        if (!slice_starts(name, level)) continue;
        const slice step = slice_from(name, level.len);
        if (step.len > 1 || (step.len == 1 && (step.at[0] < '2' || step.at[0] > '4'))) break;
        *ret = i * 4 + (step.len == 0 ? 1 : (uint64_t)step.at[0] - '0');
        return OK;
    }
    *ret = 0;
    return OK;
}

/* The members of a log record that are kept for later. */
struct parts {
    const struct json_node *attributes, *body;
};

static status set_record_member(const struct json_source *in, struct otlp_record *record,
                                const struct json_node *m, struct parts *parts)
{
    switch (name_of(m->key)) {
    case NAME_TIME:
        return read_u64(m, &record->time_ns);
    case NAME_OBSERVED_TIME:
        return read_u64(m, &record->observed_ns);
    case NAME_SEVERITY_NUMBER:
        return read_severity(m, &record->severity);
    case NAME_SEVERITY_TEXT:
        return read_text(m, &record->severity_text);
    case NAME_EVENT_NAME:
        return read_text(m, &record->event_name);
    case NAME_DROPPED:
        return read_u64(m, &record->dropped_attributes);
    case NAME_FLAGS:
        return read_u64(m, &record->flags);
    case NAME_TRACE_ID:
        return read_hex(in, m, &record->trace_id);
    case NAME_SPAN_ID:
        return read_hex(in, m, &record->span_id);
    case NAME_ATTRIBUTES:
        parts->attributes = m;
        return OK;
    case NAME_BODY:
        parts->body = m;
        return OK;
    default:
        return OK;
    }
}

static status decode_record(const struct json_source *in, struct otlp_record *record,
                            const struct json_node *node)
{
    struct parts parts = {};
    struct otlp_values *v = &record->values;
    TRY(want(node, JSON_OBJECT));
    for (const struct json_node *m = first_of(node); m < end_of(in, node); m = end_of(in, m)) {
        if (m->type != JSON_NULL) TRY(set_record_member(in, record, m, &parts));
    }
    TRY(otlp_open(v, slice_none(), OTLP_KVLIST, &record->attributes));
    TRY(read_attributes(in, v, parts.attributes, record->attributes));
    record->has_body = parts.body != NULL;
    record->body = v->count;
    return record->has_body ? read_value(in, v, slice_none(), parts.body, 0) : OK;
}

/* The member of that name, or NULL where it is null or not there. */
static const struct json_node *find(const struct json_source *in, const struct json_node *node,
                                    int name)
{
    const struct json_node *found = NULL;
    if (node == NULL || node->type != JSON_OBJECT) return NULL;
    for (const struct json_node *m = first_of(node); m < end_of(in, node); m = end_of(in, m)) {
        if (m->type != JSON_NULL && name_of(m->key) == name) found = m;
    }
    return found;
}

static status decode_scope(const struct json_source *in, struct otlp_scope *scope,
                           const struct json_node *node)
{
    if (node != NULL) TRY(want(node, JSON_OBJECT));
    const struct json_node *name = find(in, node, NAME_NAME);
    const struct json_node *version = find(in, node, NAME_VERSION);
    if (name != NULL) TRY(read_text(name, &scope->name));
    if (version != NULL) TRY(read_text(version, &scope->version));
    return read_attributes(in, &scope->values, find(in, node, NAME_ATTRIBUTES), 0);
}

/* The array of that name in a node that must be an object; NULL: there is none. */
static status find_array(const struct json_source *in, const struct json_node *node, int name,
                         const struct json_node **ret, struct fault *fault)
{
    if (node->type != JSON_OBJECT) {
        return fault_set(fault, FAIL(E_SYNTAX), "what holds \"%s\" must be an object",
                         (const char *)names[name].camel.at);
    }
    *ret = find(in, node, name);
    if (*ret == NULL || (*ret)->type == JSON_ARRAY) return OK;
    return fault_set(fault, FAIL(E_SYNTAX), "\"%s\" must be an array",
                     (const char *)names[name].camel.at);
}

/* No record breaks the body: where only that is asked, none is looked at. */
static status read_record(struct otlp_reading *r, const struct json_source *in,
                          const struct json_node *node, struct fault *fault)
{
    if (r->dry) return OK;
    struct otlp_record record = otlp_record_begin(r);
    const status s = decode_record(in, &record, node);
    return otlp_emit(r, &record, s, fault);
}

static status read_scope_logs(struct otlp_reading *r, const struct json_source *in,
                              const struct json_node *node, struct fault *fault)
{
    const struct json_node *records = NULL;
    TRY(find_array(in, node, NAME_LOG_RECORDS, &records, fault));
    struct otlp_scope scope = {
        .name = slice_none(),
        .version = slice_none(),
        .values = otlp_scope_begin(r),
    };
    scope.status = decode_scope(in, &scope, find(in, node, NAME_SCOPE));
    otlp_set_scope(r, &scope);
    if (records == NULL) return OK;
    for (const struct json_node *e = first_of(records); e < end_of(in, records);
         e = end_of(in, e)) {
        TRY(read_record(r, in, e, fault));
    }
    return OK;
}

static status read_resource_logs(struct otlp_reading *r, const struct json_source *in,
                                 const struct json_node *node, struct fault *fault)
{
    const struct json_node *scopes = NULL;
    TRY(find_array(in, node, NAME_SCOPE_LOGS, &scopes, fault));
    const struct json_node *resource = find(in, node, NAME_RESOURCE);
    struct otlp_values values = otlp_resource_begin(r);
    const status s = read_attributes(in, &values, find(in, resource, NAME_ATTRIBUTES), 0);
    otlp_set_resource(r, &values, s);
    if (scopes == NULL) return OK;
    for (const struct json_node *e = first_of(scopes); e < end_of(in, scopes); e = end_of(in, e))
        TRY(read_scope_logs(r, in, e, fault));
    return OK;
}

static status read_request(struct otlp_reading *r, const struct json_source *in,
                           struct fault *fault)
{
    const struct json_node *all = NULL;
    TRY(find_array(in, in->document->nodes, NAME_RESOURCE_LOGS, &all, fault));
    if (all == NULL) return OK;
    for (const struct json_node *e = first_of(all); e < end_of(in, all); e = end_of(in, e))
        TRY(read_resource_logs(r, in, e, fault));
    return OK;
}

status otlp_read_json(struct otlp_reading *r, slice body, struct fault *fault)
{
    struct json_document document = {};
    TRY(json_parse_padded(r->scratch->json, body, &document, fault));
    const struct json_source in = { &document, &r->scratch->arena };
    r->dry = true;
    TRY(read_request(r, &in, fault));
    r->dry = false;
    r->number = 0;
    return read_request(r, &in, fault);
}
