/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/fault.h"
#include "base/status.h"
#include "intake/intake.h"

/*
 * protocol: what every codec of this folder has in common. A codec takes the body of one request
 * apart, NAME_read, and hands each event to a sink, in order; NAME_answer writes the reply from the
 * protocol_result (result.h) that the sink's owner has kept. No socket, no file, no clock.
 *
 * The body stays where it is during the call, and JSON_PADDING_BYTES behind it must be readable.
 * A codec does not check what it does not need: that an event's own JSON is sound is found out when
 * the sink reads it.
 */
enum {
    PROTOCOL_EVENT_BYTES_MAX = EVENT_BYTES_MAX, /* a longer event is refused */
    PROTOCOL_ID_BYTES_MAX = 512,                /* the sender's own id of an event (bulk _id) */
    PROTOCOL_HINT_BYTES_MAX = 1024,             /* host, source, sourcetype, index */
};

/* Where in its request an event is. */
struct protocol_place {
    uint64_t number;   /* from 0: counts every event of the request, refused ones too */
    uint64_t line;     /* from 1: what the sender knows it by: its line, or number + 1 */
    bool is_too_large; /* it is refused for that */
};

/* One event as the protocol brings it. Every slice dies when the sink's take returns, unless the
 * codec says that it is a view into the body. */
struct submission {
    struct protocol_place place;
    slice raw;                 /* what is recorded: one JSON object or one line of text */
    enum intake_format format; /* how to read raw: JSON, SYSLOG, TEXT, or AUTO: to be found out */
    bool has_time;             /* the protocol says when it happened; else raw may */
    int64_t time_ns;           /* UTC since 1970 */
    slice id;                  /* the sender's own id, or empty */
    slice host, source, sourcetype, index; /* what the protocol says beside the event, or empty */
};

/* Takes what a codec finds. take answers OK; a status of the input family (below E_NOMEM) with a
 * fault to refuse this one event, which the codec then passes to refuse; or any other status to
 * stop: what was taken until then is the accepted prefix. */
struct protocol_sink {
    void *self;
    status (*take)(void *self, const struct submission *event, struct fault *fault);
    void (*refuse)(void *self, struct protocol_place place, const struct fault *why);
};

/* Whether the status refuses one event and leaves the rest of the request alone. */
static inline bool protocol_refuses(status s)
{
    return s.code != E_OK && s.code < E_NOMEM;
}

/* Hands the event to the sink, and to refuse what take refuses or what is longer than
 * PROTOCOL_EVENT_BYTES_MAX. OK, or the status with which take stops. */
status protocol_take(const struct protocol_sink *sink, const struct submission *event,
                     struct fault *fault);

/* How to read one line of text: JSON, AUDITD, SYSLOG or TEXT, by how it looks. */
enum intake_format protocol_line_format(slice line);

/* What a reply is beside its body. */
struct protocol_answer {
    int http_status;
    const char *content_type; /* static */
    const char *product;      /* static: X-Elastic-Product; NULL: no such header */
    uint32_t retry_after_s;   /* 0: no Retry-After */
};

enum { PROTOCOL_RETRY_AFTER_S = 1 };

/* The HTTP status of a request that ended so: 200; 400 for broken input, 413 for E_LIMIT, 429 with
 * Retry-After for E_BUSY, 507 for E_FULL, 503 for what stopped, else 500. */
struct protocol_answer protocol_answer_of(status s);
