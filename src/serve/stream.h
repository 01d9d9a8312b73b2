/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/front_state.h"

/*
 * stream: GET /v1/stream: findings and incidents as server-sent events, as soon as a signed
 * checkpoint covers them. The id of an event is the index of its record, so that a client that
 * comes back with Last-Event-ID gets everything behind it, once.
 *
 * A client has a bounded buffer. Nothing more is asked of the reader while it is filled, and who
 * takes nothing out of it for STREAM_STALL_S is disconnected and counted.
 */
enum {
    STREAMS_MAX = 64,
    STREAM_TICK_MS = 100,         /* how often a stream looks whether the log has grown */
    STREAM_HEARTBEAT_S = 15,      /* a comment, when there is nothing to say */
    STREAM_STALL_S = 10,          /* a client that reads nothing for so long is disconnected */
    STREAM_RETRY_S = 1,           /* after a question that could not be answered */
    STREAM_BYTES_LOW = 64 * 1024, /* waiting bytes below which more is asked for */
    STREAM_RECORDS = 1000,        /* in one answer of the reader */
};

struct streams;

struct streams_numbers {
    uint64_t open;
    uint64_t sent; /* events */
    uint64_t gone; /* clients that went */
    uint64_t slow; /* clients that were disconnected */
};

/* NULL if memory is out. */
struct streams *streams_new(struct front *front);
void streams_free(struct streams *s);
/* Ends those whose account may ask no more. */
void streams_recheck(struct streams *s);
/* Ends all. */
void streams_end(struct streams *s);
struct streams_numbers streams_numbers(const struct streams *s);

/* The handler of the route. */
void api_stream(struct front *front, struct http_request *r, const struct account *user);
