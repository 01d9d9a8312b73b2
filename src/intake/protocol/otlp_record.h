/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json_writer.h"
#include "intake/protocol/scratch.h"

/*
 * otlp_record: a log record of OpenTelemetry in one form, whichever encoding it came in, and the
 * JSON that is recorded of it. Values are a flat array in document order: a container is followed
 * by its descendants, and end is the index behind the last of them.
 */
enum {
    OTLP_DEPTH_MAX = 24,           /* containers inside each other in a body or an attribute */
    OTLP_VALUES_MAX = 4096,        /* values in the body and attributes of one record */
    OTLP_ORIGIN_VALUES_MAX = 2048, /* of a resource and a scope */
    OTLP_TRACE_BYTES_MAX = 32,     /* of a trace or span id */
};

enum otlp_type {
    OTLP_NULL,
    OTLP_BOOL,
    OTLP_INT,
    OTLP_DOUBLE,
    OTLP_STRING,
    OTLP_BYTES,
    OTLP_ARRAY,
    OTLP_KVLIST,
};

struct otlp_value {
    uint8_t type; /* enum otlp_type */
    uint32_t end;
    slice key;  /* in a KVLIST, else empty */
    slice text; /* of STRING and BYTES: a view into the body, or in the scratch's arena */
    union {
        bool b;
        int64_t i;
        double d;
    } number;
};

struct otlp_values {
    struct otlp_value *at; /* borrowed; cap of them */
    uint32_t count;
    uint32_t cap;
};

/* A log record; every slice is a view that lives until the next record. */
struct otlp_record {
    uint64_t time_ns, observed_ns; /* since 1970; 0: not said */
    uint64_t severity;             /* 1 … 24; 0: not said */
    slice severity_text;
    slice event_name;
    uint64_t flags, dropped_attributes;
    slice trace_id, span_id; /* the bytes */
    bool has_body;           /* values.at[body] */
    uint32_t body;
    uint32_t attributes; /* a KVLIST in values */
    struct otlp_values values;
};

/* Where records come from, as JSON that is the same for each of them. */
struct otlp_origin {
    slice resource; /* an object, or empty */
    slice scope;
    slice host, service; /* host.name and service.name of the resource, or empty */
};

/* Adds a value and leaves it open: its end is set by otlp_close. E_LIMIT. */
status otlp_open(struct otlp_values *v, slice key, uint8_t type, uint32_t *ret_index);
/* What was added since belongs to it. */
void otlp_close(struct otlp_values *v, uint32_t index);
/* Writes the value, without its key. */
void otlp_write_value(struct json_writer *j, const struct otlp_values *v, uint32_t index);
/* Writes the record as one JSON object:
 *
 *     {"time":"…","observed_time":"…","severity":"INFO","severity_number":9,"event_name":"…",
 *      "body":…, attributes …,"trace_id":"…","span_id":"…","flags":1,"dropped_attributes_count":1,
 *      "resource":{…},"scope":{"name":"…","version":"…","attributes":{…}}}
 *
 * The members of a body that is a KVLIST, and the attributes, stand at the top, so that rules see
 * them; one whose name is taken stands in "body" or "attributes" instead. E_LIMIT if out is too
 * small, E_NOMEM. */
status otlp_write_record(struct protocol_scratch *scratch, const struct otlp_record *record,
                         const struct otlp_origin *origin, struct writer *out);
