/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/otlp.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/text.h"
#include "intake/protocol/otlp_reading.h"
#include "base/banned.h"

struct otlp_record otlp_record_begin(struct otlp_reading *r)
{
    arena_reset(&r->scratch->arena);
    return (struct otlp_record){
        .severity_text = slice_none(),
        .event_name = slice_none(),
        .trace_id = slice_none(),
        .span_id = slice_none(),
        .values = { .at = r->scratch->otlp->record, .cap = OTLP_VALUES_MAX },
    };
}

static struct otlp_values values_begin(struct otlp_reading *r, struct otlp_value *at)
{
    struct otlp_values v = { .at = at, .cap = OTLP_ORIGIN_VALUES_MAX };
    uint32_t index = 0;
    arena_reset(&r->scratch->arena);
    ignore(otlp_open(&v, slice_none(), OTLP_KVLIST, &index), "there is room for one");
    return v;
}

struct otlp_values otlp_resource_begin(struct otlp_reading *r)
{
    return values_begin(r, r->scratch->otlp->resource);
}

struct otlp_values otlp_scope_begin(struct otlp_reading *r)
{
    return values_begin(r, r->scratch->otlp->scope);
}

/* The text of an attribute, copied; empty if it is not there, no string or too long. */
static slice hint(const struct otlp_values *v, const char *key, uint8_t *room)
{
    for (uint32_t i = 1; i < v->count; i = v->at[i].end) {
        const struct otlp_value *value = &v->at[i];
        if (value->type != OTLP_STRING || !slice_is(value->key, key)) continue;
        if (value->text.len > PROTOCOL_HINT_BYTES_MAX || !text_is_utf8(value->text)) break;
        bytes_copy(room, PROTOCOL_HINT_BYTES_MAX, value->text);
        return (slice){ room, value->text.len };
    }
    return slice_none();
}

void otlp_set_resource(struct otlp_reading *r, const struct otlp_values *values, status decoded)
{
    struct otlp_room *room = r->scratch->otlp;
    r->origin = (struct otlp_origin){ slice_none(), slice_none(), slice_none(), slice_none() };
    r->scope_status = OK;
    r->resource_status = decoded;
    if (decoded.code != E_OK || values->count <= 1 || r->dry) return;
    struct writer w = writer_of(room->resource_text, sizeof room->resource_text);
    struct json_writer j = json_writer_of(&w);
    otlp_write_value(&j, values, 0);
    r->resource_status = writer_end(&w);
    r->origin.resource = writer_slice(&w);
    r->origin.host = hint(values, "host.name", room->host);
    r->origin.service = hint(values, "service.name", room->service);
}

void otlp_set_scope(struct otlp_reading *r, const struct otlp_scope *scope)
{
    struct otlp_room *room = r->scratch->otlp;
    const bool has_attributes = scope->values.count > 1;
    r->origin.scope = slice_none();
    r->scope_status = scope->status;
    if (scope->status.code != E_OK || r->dry) return;
    if (scope->name.len == 0 && scope->version.len == 0 && !has_attributes) return;
    struct writer w = writer_of(room->scope_text, sizeof room->scope_text);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    if (scope->name.len != 0) json_member_string(&j, "name", scope->name);
    if (scope->version.len != 0) json_member_string(&j, "version", scope->version);
    if (has_attributes) {
        json_key(&j, "attributes");
        otlp_write_value(&j, &scope->values, 0);
    }
    json_object_end(&j);
    r->scope_status = writer_end(&w);
    r->origin.scope = writer_slice(&w);
}

/* Why a record is refused. */
static status explain(status s, struct fault *fault)
{
    if (s.code == E_NOMEM) return fault_set(fault, s, "out of memory");
    if (s.code == E_LIMIT) {
        return fault_set(fault, s,
                         "the log record is above a limit: %d values, %d levels, %d bytes",
                         OTLP_VALUES_MAX, OTLP_DEPTH_MAX, PROTOCOL_EVENT_BYTES_MAX);
    }
    return fault_set(fault, FAIL(E_VALUE), "the log record has a value that cannot be: %s",
                     s.detail == 0 ? "wrong type" : "out of range");
}

/* Writes the raw into the scratch's room. */
static status build(struct otlp_reading *r, const struct otlp_record *record, slice *ret_raw,
                    struct fault *fault)
{
    struct writer w = writer_of(r->scratch->room, PROTOCOL_EVENT_BYTES_MAX);
    if (r->raw_bytes > OTLP_RAW_BYTES_MAX) {
        return fault_set(fault, FAIL(E_LIMIT),
                         "the records of the request come to more than %d bytes: send fewer",
                         OTLP_RAW_BYTES_MAX);
    }
    const status s = otlp_write_record(r->scratch, record, &r->origin, &w);
    r->raw_bytes += w.len;
    *ret_raw = writer_slice(&w);
    return s.code == E_OK ? OK : explain(s, fault);
}

static status offer(struct otlp_reading *r, const struct otlp_record *record,
                    struct protocol_place place, struct fault *fault)
{
    const uint64_t time_ns = record->time_ns != 0 ? record->time_ns : record->observed_ns;
    struct submission event = {
        .place = place,
        .raw = slice_none(),
        .format = INTAKE_JSON,
        .has_time = time_ns != 0,
        .time_ns = (int64_t)time_ns,
        .id = slice_none(),
        .host = r->origin.host,
        .source = r->origin.service,
        .sourcetype = slice_none(),
        .index = slice_none(),
    };
    TRY(build(r, record, &event.raw, fault));
    return r->sink->take(r->sink->self, &event, fault);
}

status otlp_emit(struct otlp_reading *r, const struct otlp_record *record, status decoded,
                 struct fault *fault)
{
    const struct protocol_place place = { .number = r->number, .line = r->number + 1 };
    r->number++;
    if (r->dry) return OK;
    status s = decoded;
    if (s.code == E_OK) s = r->resource_status;
    if (s.code == E_OK) s = r->scope_status;
    if (s.code == E_OK && (record->time_ns > INT64_MAX || record->observed_ns > INT64_MAX)) {
        s = FAIL_AT(E_VALUE, 1);
    }
    s = s.code == E_OK ? offer(r, record, place, fault) : explain(s, fault);
    if (!protocol_refuses(s)) return s;
    r->sink->refuse(r->sink->self, place, fault);
    return OK;
}

/* A parser that has seen a large body keeps what that needed: it is given back. */
static status renew_parser(struct protocol_scratch *scratch, struct fault *fault)
{
    struct json_parser *fresh = json_parser_new_deep();
    if (fresh == NULL) return fault_set(fault, FAIL(E_NOMEM), "out of memory");
    json_parser_free(scratch->json);
    scratch->json = fresh;
    return OK;
}

status otlp_read(struct protocol_scratch *scratch, enum otlp_encoding encoding, slice body,
                 const struct protocol_sink *sink, struct fault *fault)
{
    if (scratch->otlp == NULL) scratch->otlp = calloc(1, sizeof *scratch->otlp);
    if (scratch->otlp == NULL) return fault_set(fault, FAIL(E_NOMEM), "out of memory");
    struct otlp_reading r = { .scratch = scratch, .sink = sink };
    const status s = encoding == OTLP_JSON ? otlp_read_json(&r, body, fault)
                                           : otlp_read_protobuf(&r, body, fault);
    if (encoding != OTLP_JSON || body.len <= OTLP_KEPT_BYTES_MAX) return s;
    struct fault other = {};
    ignore(renew_parser(scratch, &other), "the old one stays, which is as good");
    return s;
}
