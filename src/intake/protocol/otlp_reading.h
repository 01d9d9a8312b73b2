/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/protocol/otlp_record.h"

/*
 * otlp_reading: what the readers of both encodings share: the room for one record and its origin,
 * and the way of a record to the sink.
 */
struct otlp_room {
    struct otlp_value record[OTLP_VALUES_MAX];
    struct otlp_value resource[OTLP_ORIGIN_VALUES_MAX];
    struct otlp_value scope[OTLP_ORIGIN_VALUES_MAX];
    uint8_t resource_text[PROTOCOL_EVENT_BYTES_MAX];
    uint8_t scope_text[PROTOCOL_EVENT_BYTES_MAX];
    uint8_t host[PROTOCOL_HINT_BYTES_MAX];
    uint8_t service[PROTOCOL_HINT_BYTES_MAX];
};

struct otlp_reading {
    struct protocol_scratch *scratch;     /* borrowed */
    const struct protocol_sink *sink;     /* borrowed */
    struct otlp_origin origin;            /* texts are in scratch->otlp */
    status resource_status, scope_status; /* why no record of it can be taken */
    uint64_t number;                      /* of the next record */
    uint64_t raw_bytes;                   /* of all so far */
    bool dry;                             /* only look whether the body is sound */
};

/* A name and a version beside the attributes. */
struct otlp_scope {
    slice name, version;
    status status;             /* of its decoding: a limit refuses the records of the scope */
    struct otlp_values values; /* values.at[0]: the KVLIST of the attributes */
};

/* An empty record whose values are in the room. */
struct otlp_record otlp_record_begin(struct otlp_reading *r);
/* Empty values with an open KVLIST at 0: of the resource or of the scope. */
struct otlp_values otlp_resource_begin(struct otlp_reading *r);
struct otlp_values otlp_scope_begin(struct otlp_reading *r);
/* The resource of the records that follow; decoded: how its decoding went. */
void otlp_set_resource(struct otlp_reading *r, const struct otlp_values *values, status decoded);
/* The scope of the records that follow. */
void otlp_set_scope(struct otlp_reading *r, const struct otlp_scope *scope);
/* Hands the record to the sink, or refuses it; decoded: how its decoding went. OK, or the status
 * with which the sink stops; nothing where the reading is dry. */
status otlp_emit(struct otlp_reading *r, const struct otlp_record *record, status decoded,
                 struct fault *fault);

/* The readers. Both go over the body twice, first dry, so that one that is not sound takes nothing.
 * E_SYNTAX, E_SHORT, E_UTF8, E_LIMIT, E_NOMEM for the body, or the sink's. */
status otlp_read_json(struct otlp_reading *r, slice body, struct fault *fault);
status otlp_read_protobuf(struct otlp_reading *r, slice body, struct fault *fault);
