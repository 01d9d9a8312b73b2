/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/otlp.h"

#include <stdio.h>
#include "base/bytes.h"
#include "base/text.h"
#include "intake/protocol/protobuf.h"
#include "base/banned.h"

/* opentelemetry/proto/collector/logs/v1/logs_service.proto and google/rpc/status.proto */
enum {
    RESPONSE_PARTIAL_SUCCESS = 1,
    PARTIAL_REJECTED = 1,
    PARTIAL_MESSAGE = 2,
    STATUS_CODE = 1,
    STATUS_MESSAGE = 2,
};

/* google/rpc/code.proto */
enum {
    RPC_UNKNOWN = 2,
    RPC_INVALID_ARGUMENT = 3,
    RPC_PERMISSION_DENIED = 7,
    RPC_RESOURCE_EXHAUSTED = 8,
    RPC_UNAVAILABLE = 14,
    RPC_UNAUTHENTICATED = 16,
};

enum { PARTIAL_BYTES_MAX = RESULT_ERROR_BYTES_MAX + 64, TYPE_BYTES_MAX = 64 };

static const char *const content_types[] = {
    [OTLP_JSON] = "application/json",
    [OTLP_PROTOBUF] = "application/x-protobuf",
};

status otlp_encoding_parse(slice content_type, enum otlp_encoding *ret_encoding)
{
    uint8_t lower[TYPE_BYTES_MAX];
    size_t len = 0;
    while (len < content_type.len && len < sizeof lower && content_type.at[len] != ';') {
        lower[len] = text_lower_ascii(content_type.at[len]);
        len++;
    }
    while (len > 0 && (lower[len - 1] == ' ' || lower[len - 1] == '\t'))
        len--;
    for (size_t i = 0; i < COUNT_OF(content_types); i++) {
        if (!slice_is((slice){ lower, len }, content_types[i])) continue;
        *ret_encoding = (enum otlp_encoding)i;
        return OK;
    }
    return FAIL(E_UNKNOWN);
}

static uint64_t rpc_code_of(int http_status)
{
    switch (http_status) {
    case 400:
    case 415:
        return RPC_INVALID_ARGUMENT;
    case 401:
        return RPC_UNAUTHENTICATED;
    case 403:
        return RPC_PERMISSION_DENIED;
    case 413:
    case 429:
        return RPC_RESOURCE_EXHAUSTED;
    case 503:
        return RPC_UNAVAILABLE;
    default:
        return RPC_UNKNOWN;
    }
}

static struct protocol_answer answer_with(enum otlp_encoding encoding, int http_status)
{
    return (struct protocol_answer){
        .http_status = http_status,
        .content_type = content_types[encoding],
        .retry_after_s = http_status == 429 || http_status == 503 ? PROTOCOL_RETRY_AFTER_S : 0,
    };
}

struct protocol_answer otlp_refusal(enum otlp_encoding encoding, int http_status,
                                    const char *reason, struct writer *out)
{
    if (encoding == OTLP_PROTOBUF) {
        protobuf_put_u64(out, STATUS_CODE, rpc_code_of(http_status));
        protobuf_put_bytes(out, STATUS_MESSAGE, slice_text(reason));
        return answer_with(encoding, http_status);
    }
    struct json_writer j = json_writer_of(out);
    json_object(&j);
    json_member_u64(&j, "code", rpc_code_of(http_status));
    json_member_text(&j, "message", reason);
    json_object_end(&j);
    return answer_with(encoding, http_status);
}

static void write_partial_json(struct writer *out, uint64_t rejected, const char *reason)
{
    char count[24];
    struct json_writer j = json_writer_of(out);
    const int len = snprintf(count, sizeof count, "%llu", (unsigned long long)rejected);
    assert(len > 0 && (size_t)len < sizeof count);
    json_object(&j);
    json_key(&j, "partialSuccess");
    json_object(&j);
    json_member_text(&j, "rejectedLogRecords", count); /* proto3: an int64 is a string */
    json_member_text(&j, "errorMessage", reason);
    json_object_end(&j);
    json_object_end(&j);
}

static void write_partial_protobuf(struct writer *out, uint64_t rejected, const char *reason)
{
    uint8_t room[PARTIAL_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    protobuf_put_u64(&w, PARTIAL_REJECTED, rejected);
    protobuf_put_bytes(&w, PARTIAL_MESSAGE, slice_text(reason));
    protobuf_put_bytes(out, RESPONSE_PARTIAL_SUCCESS, writer_slice(&w));
}

/* 400 and 413 are for what the sender got wrong; whatever else stopped it may be tried again. */
static int http_status_of(status s)
{
    const int http_status = protocol_answer_of(s).http_status;
    const bool is_said = http_status == 400 || http_status == 413 || http_status == 429;
    return is_said ? http_status : 503;
}

struct protocol_answer otlp_answer(enum otlp_encoding encoding, const struct protocol_result *r,
                                   struct writer *out)
{
    if (r->status.code != E_OK) {
        return otlp_refusal(encoding, http_status_of(r->status), r->fault.text, out);
    }
    const struct protocol_answer answer = answer_with(encoding, 200);
    if (r->rejected == 0) {
        if (encoding == OTLP_JSON)
            writer_text(out, "{}"); /* an empty message in protobuf: nothing */
        return answer;
    }
    if (encoding == OTLP_JSON) write_partial_json(out, r->rejected, r->rejections[0].error);
    if (encoding == OTLP_PROTOBUF) {
        write_partial_protobuf(out, r->rejected, r->rejections[0].error);
    }
    return answer;
}
