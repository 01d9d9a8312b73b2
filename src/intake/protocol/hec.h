/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "intake/protocol/result.h"
#include "intake/protocol/scratch.h"

/*
 * hec: Splunk's HTTP Event Collector. POST /services/collector[/event] takes JSON objects one after
 * the other, with or without white space between them:
 *
 *     {"time":1.5,"host":"h","source":"s","sourcetype":"t","index":"i","event":…,"fields":{…}}
 *
 * POST …/raw takes lines of text, POST …/ack asks which requests are durable, GET …/health whether
 * the node takes events. As Splunk does, the event endpoint stops at the first event that is not
 * right and names its number: those before it are accepted.
 *
 * raw: an event that is an object, as it stands in the body where the envelope has nothing but a
 * time and an index, else with a last member "hec" that holds what the envelope says of it:
 * {…,"hec":{"host":…,"source":…,"sourcetype":…,"fields":…}}. A string that is one line of JSON,
 * syslog or audit is that line (JSON gets its "hec" too); any other value is {"event":…,"hec":…},
 * or the bare line if there is nothing for "hec". What the query string says (host, source,
 * sourcetype, time) holds for every event that does not say it itself, and is kept in "hec" too;
 * lines of syslog and audit stay as they are.
 */
enum {
    HEC_ACKS_MAX = 8192,         /* ids in one question */
    HEC_ANSWER_BYTES_MAX = 1024, /* every answer but that to a question for acks */
    HEC_ACK_ANSWER_BYTES_MAX = HEC_ACKS_MAX * 32,
};

/* The numbers that Splunk documents. */
enum hec_code {
    HEC_SUCCESS = 0,
    HEC_TOKEN_DISABLED = 1,
    HEC_TOKEN_REQUIRED = 2,
    HEC_INVALID_AUTHORIZATION = 3,
    HEC_INVALID_TOKEN = 4,
    HEC_NO_DATA = 5,
    HEC_INVALID_DATA = 6,
    HEC_INTERNAL_ERROR = 8,
    HEC_BUSY = 9,
    HEC_CHANNEL_MISSING = 10,
    HEC_CHANNEL_INVALID = 11,
    HEC_EVENT_REQUIRED = 12,
    HEC_EVENT_BLANK = 13,
    HEC_ACK_DISABLED = 14,
    HEC_FIELDS_ERROR = 15,
    HEC_QUERY_TOKEN = 16, /* a token in the query string is not taken */
    HEC_HEALTHY = 17,
    HEC_UNHEALTHY = 18,
};

/* One request. The caller sets what the query string says; the codec the rest. */
struct hec {
    struct protocol_scratch *scratch;      /* borrowed */
    slice host, source, sourcetype, index; /* at most PROTOCOL_HINT_BYTES_MAX each */
    bool has_time;
    int64_t time_ns;
    enum hec_code code; /* how it ended */
    bool has_invalid;
    uint64_t invalid_number; /* from 0: the event that was not right */
};

/* A request without query string. */
struct hec hec_of(struct protocol_scratch *scratch);
/* Takes the query string's time: seconds since 1970. E_SYNTAX, E_LIMIT. */
status hec_take_time(struct hec *h, slice text);
/* Hands the events of the event endpoint to the sink. E_SYNTAX, E_VALUE or E_LIMIT with the reason
 * where it stops at an event (that one is refused); else OK or the status with which the sink
 * stopped. Sets the code. */
status hec_read_event(struct hec *h, slice body, const struct protocol_sink *sink,
                      struct fault *fault);
/* As hec_read_event for the raw endpoint: each line that is not blank is an event, a view into the
 * body where the query string says nothing, and one that is refused does not stop the rest.
 * E_SYNTAX if there is none. */
status hec_read_raw(struct hec *h, slice body, const struct protocol_sink *sink,
                    struct fault *fault);
/* The reply: {"text":"Success","code":0,"ackId":N}, or the code and its HTTP status. */
struct protocol_answer hec_answer(const struct hec *h, const struct protocol_result *r,
                                  struct writer *out);
/* The reply that one code is: {"text":"…","code":N}. */
struct protocol_answer hec_reply(enum hec_code code, struct writer *out);
/* Reads {"acks":[0,1,…]}. ret_ids has room for HEC_ACKS_MAX. E_SYNTAX, E_LIMIT. */
status hec_ack_read(struct protocol_scratch *scratch, slice body, uint64_t *ret_ids,
                    size_t *ret_count, struct fault *fault);
/* Writes {"acks":{"0":true,"1":false}}. At most HEC_ACK_ANSWER_BYTES_MAX. */
struct protocol_answer hec_ack_answer(const uint64_t *ids, const bool *durable, size_t count,
                                      struct writer *out);
