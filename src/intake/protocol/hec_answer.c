/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/hec.h"

#include <stdio.h>
#include "base/bytes.h"
#include "base/banned.h"

static const struct {
    enum hec_code code;
    int http_status;
    const char *text;
} replies[] = {
    { HEC_SUCCESS, 200, "Success" },
    { HEC_TOKEN_DISABLED, 403, "Token disabled" },
    { HEC_TOKEN_REQUIRED, 401, "Token is required" },
    { HEC_INVALID_AUTHORIZATION, 401, "Invalid authorization" },
    { HEC_INVALID_TOKEN, 403, "Invalid token" },
    { HEC_NO_DATA, 400, "No data" },
    { HEC_INVALID_DATA, 400, "Invalid data format" },
    { HEC_INTERNAL_ERROR, 500, "Internal server error" },
    { HEC_BUSY, 503, "Server is busy" },
    { HEC_CHANNEL_MISSING, 400, "Data channel is missing" },
    { HEC_CHANNEL_INVALID, 400, "Invalid data channel" },
    { HEC_EVENT_REQUIRED, 400, "Event field is required" },
    { HEC_EVENT_BLANK, 400, "Event field cannot be blank" },
    { HEC_ACK_DISABLED, 400, "ACK is disabled" },
    { HEC_FIELDS_ERROR, 400, "Error in handling indexed fields" },
    { HEC_QUERY_TOKEN, 400, "Query string authorization is not enabled" },
    { HEC_HEALTHY, 200, "HEC is healthy" },
    { HEC_UNHEALTHY, 503, "HEC is unhealthy, queues are full" },
};

/* Opens the object of the reply; the caller closes it. */
static struct protocol_answer open_reply(enum hec_code code, struct json_writer *j)
{
    size_t row = 0;
    while (row < COUNT_OF(replies) && replies[row].code != code)
        row++;
    assert(row < COUNT_OF(replies));
    json_object(j);
    json_member_text(j, "text", replies[row].text);
    json_member_u64(j, "code", (uint64_t)code);
    return (struct protocol_answer){
        .http_status = replies[row].http_status,
        .content_type = "application/json; charset=UTF-8",
        .retry_after_s = replies[row].http_status == 503 ? PROTOCOL_RETRY_AFTER_S : 0,
    };
}

struct protocol_answer hec_reply(enum hec_code code, struct writer *out)
{
    struct json_writer j = json_writer_of(out);
    const struct protocol_answer answer = open_reply(code, &j);
    json_object_end(&j);
    return answer;
}

/* The code of a request whose reading was fine but that stopped all the same. */
static enum hec_code code_of(const struct hec *h, const struct protocol_result *r)
{
    if (r->status.code == E_OK || h->code != HEC_SUCCESS) return h->code;
    const int http_status = protocol_answer_of(r->status).http_status;
    if (http_status < 429) return HEC_INVALID_DATA;
    return http_status == 500 ? HEC_INTERNAL_ERROR : HEC_BUSY;
}

struct protocol_answer hec_answer(const struct hec *h, const struct protocol_result *r,
                                  struct writer *out)
{
    struct json_writer j = json_writer_of(out);
    const enum hec_code code = code_of(h, r);
    const struct protocol_answer answer = open_reply(code, &j);
    if (h->has_invalid) json_member_u64(&j, "invalid-event-number", h->invalid_number);
    if (r->status.code != E_OK && h->has_invalid) json_member_text(&j, "reason", r->fault.text);
    if (code == HEC_SUCCESS && r->has_ack) json_member_u64(&j, "ackId", r->ack_id);
    json_object_end(&j);
    return answer;
}

status hec_ack_read(struct protocol_scratch *scratch, slice body, uint64_t *ret_ids,
                    size_t *ret_count, struct fault *fault)
{
    struct json_document d = {};
    const status s = json_parse_padded(scratch->json, body, &d, fault);
    if (s.code != E_OK) return s;
    const struct json_node *acks = json_member(&d, &d.nodes[0], "acks");
    if (acks == NULL || acks->type != JSON_ARRAY) {
        return fault_set(fault, FAIL(E_SYNTAX), "\"acks\" must be an array of numbers");
    }
    size_t count = 0;
    for (size_t i = (size_t)(acks - d.nodes) + 1; i < acks->end; i = d.nodes[i].end) {
        const struct json_node *id = &d.nodes[i];
        const bool is_id = (id->type == JSON_INT && id->number.i >= 0) || id->type == JSON_UINT;
        if (!is_id) return fault_set(fault, FAIL(E_SYNTAX), "an ack id must be a number");
        if (count == HEC_ACKS_MAX) {
            return fault_set(fault, FAIL(E_LIMIT), "at most %d ack ids are answered at once",
                             HEC_ACKS_MAX);
        }
        ret_ids[count++] = id->number.u;
    }
    *ret_count = count;
    return OK;
}

struct protocol_answer hec_ack_answer(const uint64_t *ids, const bool *durable, size_t count,
                                      struct writer *out)
{
    struct json_writer j = json_writer_of(out);
    json_object(&j);
    json_key(&j, "acks");
    json_object(&j);
    for (size_t i = 0; i < count; i++) {
        char key[24];
        const int len = snprintf(key, sizeof key, "%llu", (unsigned long long)ids[i]);
        assert(len > 0 && (size_t)len < sizeof key);
        json_key(&j, key);
        json_bool(&j, durable[i]);
    }
    json_object_end(&j);
    json_object_end(&j);
    return (struct protocol_answer){ .http_status = 200, .content_type = "application/json" };
}
