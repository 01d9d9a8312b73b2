/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sink that writes down what a codec hands it, one line for each event and refusal:
 *
 *     0:1 json {"a":1}
 *     1:2 ! an event must be a JSON object
 *     2:3 auto @1500000000 id=7 host=web-1 a line          @: the time in nanoseconds
 *
 * and keeps the protocol_result that a front process would keep.
 */
#pragma once
#include "intake/protocol/result.h"
#include "tests/cm.h"

enum { SINK_OUTCOMES = 4096 };

struct sink {
    char *text; /* NUL-terminated, at most sink_cap bytes */
    size_t len;
    uint64_t taken;
    bool quiet;         /* counts only */
    uint64_t stop_at;   /* take answers E_BUSY for the event of this number (UINT64_MAX: none) */
    uint64_t refuse_at; /* take answers E_VALUE for it */
    uint8_t outcomes[SINK_OUTCOMES];
    struct protocol_result result;
};

/* Ready for a request; never freed. */
struct sink *sink_new(void);
/* As a codec sees it. */
struct protocol_sink sink_of(struct sink *s);
/* The body with the padding that a codec may read behind it, and then an unreadable page. */
slice padded(slice body);
/* As padded, of a NUL-terminated text. */
slice padded_text(const char *body);
/* The answer's body as NUL-terminated text, never freed. */
const char *answer_text(const struct writer *w);
