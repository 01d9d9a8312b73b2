/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzz targets of the protocols share: a body with padding behind it, and a sink that
 * holds every codec to its word: numbers go up by one, lines never down, raw is bounded and its
 * bytes can be read, and a stop or a refusal by the sink is obeyed.
 */
#pragma once
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "intake/protocol/result.h"
#include "lib/json.h"

struct fuzz_sink {
    uint64_t next;      /* number of the next event */
    uint64_t line;      /* of the last one */
    uint64_t stop_at;   /* the sink stops there */
    uint64_t refuse_at; /* the sink refuses it */
    bool stopped;
    uint64_t sum; /* of what was read, so that it is read */
    struct protocol_result result;
    uint8_t outcomes[256];
};

static inline void fuzz_place(struct fuzz_sink *s, struct protocol_place place)
{
    assert(!s->stopped && place.number == s->next);
    assert(place.line >= s->line && place.line > 0);
    s->next++;
    s->line = place.line;
}

static inline void fuzz_read(struct fuzz_sink *s, slice text, size_t len_max)
{
    assert(text.at != NULL && text.len <= len_max);
    for (size_t i = 0; i < text.len; i++)
        s->sum += text.at[i];
}

static inline status fuzz_take(void *self, const struct submission *e, struct fault *fault)
{
    struct fuzz_sink *s = self;
    if (e->place.number == s->refuse_at) return fault_set(fault, FAIL(E_VALUE), "refused");
    fuzz_place(s, e->place);
    fuzz_read(s, e->raw, PROTOCOL_EVENT_BYTES_MAX);
    fuzz_read(s, e->id, PROTOCOL_ID_BYTES_MAX);
    fuzz_read(s, e->host, PROTOCOL_HINT_BYTES_MAX);
    fuzz_read(s, e->source, PROTOCOL_HINT_BYTES_MAX);
    fuzz_read(s, e->sourcetype, PROTOCOL_HINT_BYTES_MAX);
    fuzz_read(s, e->index, PROTOCOL_HINT_BYTES_MAX);
    if (e->place.number == s->stop_at) {
        s->stopped = true;
        return fault_set(fault, FAIL(E_BUSY), "stopped");
    }
    result_accept(&s->result, e->place, false);
    return OK;
}

static inline void fuzz_refuse(void *self, struct protocol_place place, const struct fault *why)
{
    struct fuzz_sink *s = self;
    assert(why->text[0] != '\0');
    fuzz_place(s, place);
    result_refuse(&s->result, place, why);
}

/* A sink that stops and refuses where the first two bytes of the input say. */
static inline struct protocol_sink fuzz_sink_begin(struct fuzz_sink *s, slice *input)
{
    s->next = 0;
    s->line = 0;
    s->stopped = false;
    s->stop_at = input->len > 0 && input->at[0] < 32 ? input->at[0] : UINT64_MAX;
    s->refuse_at = input->len > 1 && input->at[1] < 32 ? input->at[1] : UINT64_MAX;
    if (s->refuse_at == s->stop_at) s->refuse_at = UINT64_MAX;
    *input = slice_from(*input, input->len < 2 ? input->len : 2);
    result_begin(&s->result, s->outcomes, sizeof s->outcomes);
    return (struct protocol_sink){ .self = s, .take = fuzz_take, .refuse = fuzz_refuse };
}

/* A copy with padding behind it; the caller frees ret->at. */
static inline uint8_t *fuzz_padded(slice input)
{
    uint8_t *copy = calloc(1, input.len + JSON_PADDING_BYTES);
    assert(copy != NULL);
    bytes_copy(copy, input.len, input);
    return copy;
}

/* What came of it: a stop is told, everything is counted. */
static inline void fuzz_sink_end(struct fuzz_sink *s, status got, const struct fault *fault)
{
    assert(s->stopped == (got.code == E_BUSY));
    if (got.code != E_OK) assert(fault->text[0] != '\0');
    assert(s->result.accepted + s->result.rejected + s->stopped == s->next);
    result_end(&s->result, got, fault);
}
