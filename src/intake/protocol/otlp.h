/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "intake/protocol/result.h"
#include "intake/protocol/scratch.h"

/*
 * otlp: OpenTelemetry's POST /v1/logs, an ExportLogsServiceRequest as JSON (the rules of proto3,
 * with trace ids in hexadecimal, as OTLP says) or as Protocol Buffers. Each log record becomes one
 * JSON object (otlp_record.h), byte for byte the same from either encoding, and a submission whose
 * host is the resource's host.name and whose source is its service.name. What the schema does not
 * know is ignored, as proto3 demands.
 */
enum {
    OTLP_RAW_BYTES_MAX =
        256 * 1024 * 1024, /* of all records of one request, each with its resource */
    OTLP_KEPT_BYTES_MAX = 4 * 1024 * 1024, /* after a larger JSON body the parser is made anew */
    OTLP_ANSWER_BYTES_MAX = 4096,
};

enum otlp_encoding { OTLP_JSON, OTLP_PROTOBUF };

/* Hands each log record to the sink; one that is above a limit, or whose values cannot be, is
 * refused by itself. A body that is no such request takes nothing: E_SYNTAX, E_SHORT, E_UTF8,
 * E_LIMIT or E_NOMEM. Else OK or the status with which the sink stopped. */
status otlp_read(struct protocol_scratch *scratch, enum otlp_encoding encoding, slice body,
                 const struct protocol_sink *sink, struct fault *fault);
/* The encoding that a Content-Type names, parameters ignored. E_UNKNOWN. */
status otlp_encoding_parse(slice content_type, enum otlp_encoding *ret_encoding);
/* Writes an ExportLogsServiceResponse, with its partialSuccess if records were rejected; a
 * google.rpc.Status where the request stopped, with 400, 413, 429 or 503 (senders repeat a request
 * after the last two, and after no other). */
struct protocol_answer otlp_answer(enum otlp_encoding encoding, const struct protocol_result *r,
                                   struct writer *out);
/* The google.rpc.Status of a request that was not read: 401, 415 … */
struct protocol_answer otlp_refusal(enum otlp_encoding encoding, int http_status,
                                    const char *reason, struct writer *out);
