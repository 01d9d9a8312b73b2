/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/otlp_reading.h"

#include "base/bytes.h"
#include "intake/protocol/protobuf.h"
#include "base/banned.h"

/*
 * opentelemetry/proto/logs/v1/logs.proto, common.proto and resource.proto, version 1: message and
 * field numbers. A known field with another wire type is E_SYNTAX.
 */
enum {
    REQUEST_RESOURCE_LOGS = 1,

    RESOURCE_LOGS_RESOURCE = 1,
    RESOURCE_LOGS_SCOPE_LOGS = 2,

    RESOURCE_ATTRIBUTES = 1,

    SCOPE_LOGS_SCOPE = 1,
    SCOPE_LOGS_LOG_RECORDS = 2,

    SCOPE_NAME = 1,
    SCOPE_VERSION = 2,
    SCOPE_ATTRIBUTES = 3,

    RECORD_TIME = 1,
    RECORD_SEVERITY_NUMBER = 2,
    RECORD_SEVERITY_TEXT = 3,
    RECORD_BODY = 5,
    RECORD_ATTRIBUTES = 6,
    RECORD_DROPPED = 7,
    RECORD_FLAGS = 8,
    RECORD_TRACE_ID = 9,
    RECORD_SPAN_ID = 10,
    RECORD_OBSERVED_TIME = 11,
    RECORD_EVENT_NAME = 12,

    KEY_VALUE_KEY = 1,
    KEY_VALUE_VALUE = 2,

    VALUE_STRING = 1,
    VALUE_BOOL = 2,
    VALUE_INT = 3,
    VALUE_DOUBLE = 4,
    VALUE_ARRAY = 5,
    VALUE_KVLIST = 6,
    VALUE_BYTES = 7,

    LIST_VALUES = 1,
};

/* Both report whether the status is about the wire format (the body is broken) or about a limit
 * (this record is refused). */
static bool breaks_body(status s)
{
    return s.code == E_SHORT || s.code == E_SYNTAX;
}

static status want(const struct protobuf_field *f, enum protobuf_wire wire)
{
    return f->wire == (uint8_t)wire ? OK : FAIL(E_SYNTAX);
}

static status read_value(struct otlp_values *v, slice key, slice message, unsigned depth);

static status read_key_value(struct otlp_values *v, slice message, unsigned depth)
{
    struct cursor c = cursor_of(message);
    slice key = slice_none();
    slice value = slice_none();
    while (cursor_left(&c) > 0) {
        struct protobuf_field f = {};
        TRY(protobuf_next(&c, &f));
        if (f.number != KEY_VALUE_KEY && f.number != KEY_VALUE_VALUE) continue;
        TRY(want(&f, PROTOBUF_BYTES));
        if (f.number == KEY_VALUE_KEY) key = f.bytes;
        if (f.number == KEY_VALUE_VALUE) value = f.bytes;
    }
    return read_value(v, key, value, depth);
}

/* The elements of an ArrayValue or a KeyValueList. */
static status read_list(struct otlp_values *v, slice message, bool is_kvlist, unsigned depth)
{
    struct cursor c = cursor_of(message);
    while (cursor_left(&c) > 0) {
        struct protobuf_field f = {};
        TRY(protobuf_next(&c, &f));
        if (f.number != LIST_VALUES) continue;
        TRY(want(&f, PROTOBUF_BYTES));
        TRY(is_kvlist ? read_key_value(v, f.bytes, depth)
                      : read_value(v, slice_none(), f.bytes, depth));
    }
    return OK;
}

/* One member of the oneof becomes the value at index. */
static status set_value(struct otlp_values *v, uint32_t index, const struct protobuf_field *f,
                        unsigned depth)
{
    static const struct {
        uint8_t type, wire;
    } rows[] = {
        [VALUE_STRING] = { OTLP_STRING, PROTOBUF_BYTES },
        [VALUE_BOOL] = { OTLP_BOOL, PROTOBUF_VARINT },
        [VALUE_INT] = { OTLP_INT, PROTOBUF_VARINT },
        [VALUE_DOUBLE] = { OTLP_DOUBLE, PROTOBUF_FIXED64 },
        [VALUE_ARRAY] = { OTLP_ARRAY, PROTOBUF_BYTES },
        [VALUE_KVLIST] = { OTLP_KVLIST, PROTOBUF_BYTES },
        [VALUE_BYTES] = { OTLP_BYTES, PROTOBUF_BYTES },
    };
    if (f->number >= COUNT_OF(rows)) return OK; /* not known: ignored */
    TRY(want(f, (enum protobuf_wire)rows[f->number].wire));
    struct otlp_value *value = &v->at[index];
    value->type = rows[f->number].type;
    value->text = f->bytes;
    v->count = index + 1; /* the last member of a oneof stands, what came before it goes */
    if (value->type == OTLP_BOOL) value->number.b = f->value != 0;
    if (value->type == OTLP_INT) value->number.i = (int64_t)f->value;
    if (value->type == OTLP_DOUBLE) value->number.d = protobuf_double(f->value);
    if (value->type != OTLP_ARRAY && value->type != OTLP_KVLIST) return OK;
    if (depth == OTLP_DEPTH_MAX) return FAIL(E_LIMIT);
    return read_list(v, f->bytes, value->type == OTLP_KVLIST, depth + 1);
}

/* An AnyValue, depth containers deep (at most OTLP_DEPTH_MAX). */
static status read_value(struct otlp_values *v, slice key, slice message, unsigned depth)
{
    struct cursor c = cursor_of(message);
    uint32_t index = 0;
    TRY(otlp_open(v, key, OTLP_NULL, &index));
    while (cursor_left(&c) > 0) {
        struct protobuf_field f = {};
        TRY(protobuf_next(&c, &f));
        TRY(set_value(v, index, &f, depth));
    }
    otlp_close(v, index);
    return OK;
}

/* The KeyValues that a message has in its fields of that number, into the KVLIST that is open at
 * index. */
static status read_attributes(struct otlp_values *v, slice message, uint32_t number, uint32_t index)
{
    struct cursor c = cursor_of(message);
    while (cursor_left(&c) > 0) {
        struct protobuf_field f = {};
        TRY(protobuf_next(&c, &f));
        if (f.number != number) continue;
        TRY(want(&f, PROTOBUF_BYTES));
        TRY(read_key_value(v, f.bytes, 0));
    }
    otlp_close(v, index);
    return OK;
}

static status set_trace(const struct protobuf_field *f, slice *ret)
{
    if (f->bytes.len > OTLP_TRACE_BYTES_MAX) return FAIL_AT(E_VALUE, 1);
    *ret = f->bytes;
    return OK;
}

/* A field of a LogRecord that is no attribute; the body is kept for later. */
static status set_record_field(struct otlp_record *record, const struct protobuf_field *f,
                               slice *ret_body)
{
    switch (f->number) {
    case RECORD_TIME:
        record->time_ns = f->value;
        return want(f, PROTOBUF_FIXED64);
    case RECORD_OBSERVED_TIME:
        record->observed_ns = f->value;
        return want(f, PROTOBUF_FIXED64);
    case RECORD_SEVERITY_NUMBER:
        record->severity = f->value <= INT32_MAX ? f->value : 0; /* a negative one says nothing */
        return want(f, PROTOBUF_VARINT);
    case RECORD_SEVERITY_TEXT:
        record->severity_text = f->bytes;
        return want(f, PROTOBUF_BYTES);
    case RECORD_BODY:
        record->has_body = true;
        *ret_body = f->bytes;
        return want(f, PROTOBUF_BYTES);
    case RECORD_DROPPED:
        record->dropped_attributes = f->value & UINT32_MAX;
        return want(f, PROTOBUF_VARINT);
    case RECORD_FLAGS:
        record->flags = f->value;
        return want(f, PROTOBUF_FIXED32);
    case RECORD_TRACE_ID:
        TRY(want(f, PROTOBUF_BYTES));
        return set_trace(f, &record->trace_id);
    case RECORD_SPAN_ID:
        TRY(want(f, PROTOBUF_BYTES));
        return set_trace(f, &record->span_id);
    case RECORD_EVENT_NAME:
        record->event_name = f->bytes;
        return want(f, PROTOBUF_BYTES);
    default:
        return OK;
    }
}

static status decode_record(struct otlp_record *record, slice message)
{
    struct cursor c = cursor_of(message);
    slice body = slice_none();
    while (cursor_left(&c) > 0) {
        struct protobuf_field f = {};
        TRY(protobuf_next(&c, &f));
        TRY(set_record_field(record, &f, &body));
    }
    TRY(otlp_open(&record->values, slice_none(), OTLP_KVLIST, &record->attributes));
    TRY(read_attributes(&record->values, message, RECORD_ATTRIBUTES, record->attributes));
    record->body = record->values.count;
    return record->has_body ? read_value(&record->values, slice_none(), body, 0) : OK;
}

static status read_record(struct otlp_reading *r, slice message, struct fault *fault)
{
    struct otlp_record record = otlp_record_begin(r);
    const status s = decode_record(&record, message);
    return breaks_body(s) ? s : otlp_emit(r, &record, s, fault);
}

static status decode_scope(struct otlp_scope *scope, slice message)
{
    struct cursor c = cursor_of(message);
    while (cursor_left(&c) > 0) {
        struct protobuf_field f = {};
        TRY(protobuf_next(&c, &f));
        if (f.number != SCOPE_NAME && f.number != SCOPE_VERSION) continue;
        TRY(want(&f, PROTOBUF_BYTES));
        if (f.number == SCOPE_NAME) scope->name = f.bytes;
        if (f.number == SCOPE_VERSION) scope->version = f.bytes;
    }
    return read_attributes(&scope->values, message, SCOPE_ATTRIBUTES, 0);
}

/* The last field of that number: singular messages may stand anywhere. E_SHORT, E_SYNTAX. */
static status find_message(slice message, uint32_t number, slice *ret_bytes)
{
    struct cursor c = cursor_of(message);
    slice found = slice_none();
    while (cursor_left(&c) > 0) {
        struct protobuf_field f = {};
        TRY(protobuf_next(&c, &f));
        if (f.number != number) continue;
        TRY(want(&f, PROTOBUF_BYTES));
        found = f.bytes;
    }
    *ret_bytes = found;
    return OK;
}

static status read_scope_logs(struct otlp_reading *r, slice message, struct fault *fault)
{
    struct cursor c = cursor_of(message);
    slice found = {};
    TRY(find_message(message, SCOPE_LOGS_SCOPE, &found));
    struct otlp_scope scope = {
        .name = slice_none(),
        .version = slice_none(),
        .values = otlp_scope_begin(r),
    };
    scope.status = decode_scope(&scope, found);
    if (breaks_body(scope.status)) return scope.status;
    otlp_set_scope(r, &scope);
    while (cursor_left(&c) > 0) {
        struct protobuf_field f = {};
        TRY(protobuf_next(&c, &f));
        if (f.number != SCOPE_LOGS_LOG_RECORDS) continue;
        TRY(want(&f, PROTOBUF_BYTES));
        TRY(read_record(r, f.bytes, fault));
    }
    return OK;
}

static status read_resource_logs(struct otlp_reading *r, slice message, struct fault *fault)
{
    struct cursor c = cursor_of(message);
    slice found = {};
    TRY(find_message(message, RESOURCE_LOGS_RESOURCE, &found));
    struct otlp_values values = otlp_resource_begin(r);
    const status s = read_attributes(&values, found, RESOURCE_ATTRIBUTES, 0);
    if (breaks_body(s)) return s;
    otlp_set_resource(r, &values, s);
    while (cursor_left(&c) > 0) {
        struct protobuf_field f = {};
        TRY(protobuf_next(&c, &f));
        if (f.number != RESOURCE_LOGS_SCOPE_LOGS) continue;
        TRY(want(&f, PROTOBUF_BYTES));
        TRY(read_scope_logs(r, f.bytes, fault));
    }
    return OK;
}

static status read_request(struct otlp_reading *r, slice body, struct fault *fault)
{
    struct cursor c = cursor_of(body);
    while (cursor_left(&c) > 0) {
        struct protobuf_field f = {};
        TRY(protobuf_next(&c, &f));
        if (f.number != REQUEST_RESOURCE_LOGS) continue;
        TRY(want(&f, PROTOBUF_BYTES));
        TRY(read_resource_logs(r, f.bytes, fault));
    }
    return OK;
}

static status broken(const struct otlp_reading *r, status s, struct fault *fault)
{
    return fault_set(fault, s,
                     "the body is no ExportLogsServiceRequest: %s at or behind log record "
                     "%llu",
                     s.code == E_SHORT ? "a message is cut short" : "a field is malformed",
                     (unsigned long long)r->number + 1);
}

status otlp_read_protobuf(struct otlp_reading *r, slice body, struct fault *fault)
{
    r->dry = true;
    const status s = read_request(r, body, fault);
    if (s.code != E_OK) return broken(r, s, fault);
    r->dry = false;
    r->number = 0;
    return read_request(r, body, fault);
}
