/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "intake/protocol/protocol.h"
#include "lib/json.h"

/*
 * scratch: what codecs need to work with, made once for a thread and used for one request after the
 * other. Not to be shared with the reader of raw: each parse here ends the views of the last.
 */
enum { SCRATCH_ARENA_BYTES_MAX = 512 * 1024 * 1024 /* the nodes of one OTLP request */ };

struct protocol_scratch {
    struct json_parser *json; /* owned; JSON as deep as OTLP wraps it */
    uint8_t *room;            /* owned; PROTOCOL_EVENT_BYTES_MAX for a raw that is put together,
                                 and JSON_PADDING_BYTES behind it */
    struct arena arena;       /* the codec's, reset by it */
};

/* NULL if memory is out. */
struct protocol_scratch *scratch_new(void);
/* NULL is allowed. */
void scratch_free(struct protocol_scratch *s);
