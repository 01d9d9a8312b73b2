/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "intake/protocol/protocol.h"
#include "lib/json.h"

/*
 * scratch: what codecs need to work with, made once for a thread and used for one request after the
 * other. Not to be shared with the reader of raw: each parse here ends the views of the last.
 */
enum { SCRATCH_ARENA_BYTES_MAX = 16 * 1024 * 1024 /* what one event needs */ };

struct otlp_room;

struct protocol_scratch {
    struct json_parser *json; /* owned; JSON as deep as OTLP wraps it */
    uint8_t *room;            /* owned; PROTOCOL_EVENT_BYTES_MAX for a raw that is put together,
                                 and JSON_PADDING_BYTES behind it */
    struct arena arena;       /* the codec's, reset by it */
    struct otlp_room *otlp;   /* owned; made by the first OTLP request */
};

/* NULL if memory is out. */
struct protocol_scratch *scratch_new(void);
/* NULL is allowed. */
void scratch_free(struct protocol_scratch *s);

/* A JSON string as it stands in a body. */
struct scratch_text {
    slice value;      /* with its quotes */
    const char *name; /* of the member, for the fault */
    size_t bytes_max; /* of its text */
};

/* The text of the string: a view into the body, or in the scratch's arena. E_VALUE if it is none,
 * E_UTF8, E_SYNTAX, E_LIMIT, E_NOMEM. */
status scratch_string(struct protocol_scratch *s, const struct scratch_text *text, slice *ret_text,
                      struct fault *fault);
