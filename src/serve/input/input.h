/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/protocol/bulk.h"
#include "intake/protocol/hec.h"
#include "intake/protocol/otlp.h"
#include "intake/protocol/result.h"
#include "serve/front_state.h"

/*
 * input: one request that brings events, from its reading to its answer: a codec of intake/protocol
 * takes the body apart, the batcher takes its events, and the sender is answered when the outbox
 * says that they are stored.
 */
struct input;

enum { INPUT_WITNESSED_MS = 30'000 }; /* the longest that an answer waits for witnesses */

/* How one protocol reads a body and answers. */
struct input_codec {
    enum metric_input kind;
    status (*read)(struct input *in, slice body, const struct protocol_sink *sink, struct fault *f);
    struct protocol_answer (*answer)(struct input *in, struct writer *out);
    size_t (*answer_bytes)(const struct input *in); /* at most */
    void (*done)(struct input *in);                 /* NULL: nothing to free */
};

struct input {
    const struct input_codec *codec;
    struct front *front;
    struct http_request *request;
    struct origin origin;
    struct ticket ticket;
    struct protocol_result result;
    enum metric_reason refusal; /* of the event at hand, if it is refused */
    bool any;                   /* an event was taken: the ticket has numbers */
    uint64_t first_sequence;    /* if origin.is_numbered: the sender's number of the first event */
    int64_t started_ns;
    bool wants_witnesses;   /* the answer says how far its events are */
    uint64_t witness_timer; /* when it is not waited for them any more; 0: none */
    union {
        struct hec hec;
        enum otlp_encoding otlp;
        struct {
            struct bulk bulk;
            uint8_t *outcomes; /* owned */
        } elastic;
    };
};

/* An input from that source, with everything but the codec's own part set. NULL: the request was
 * answered, because the node is busy. */
struct input *input_new(struct front *front, struct http_request *r, const struct account *source,
                        const struct input_codec *codec);
/* Reads the body and answers, now or when its events are stored; the input ends here. */
void input_run(struct input *in);
/* The reason under which a refusal is counted. */
enum metric_reason input_reason(status s);
/* Answers a request with what a codec has written. level: what the header Candor-Ack says, or NULL.
 */
void input_reply(struct http_request *r, const struct protocol_answer *reply, const char *level,
                 struct writer *body);
