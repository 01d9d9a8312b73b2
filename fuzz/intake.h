/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the targets of the input formats share: an input gives the same events and faults whether it
 * comes whole or in pieces, its positions never go back, and nothing is left over.
 */
#pragma once
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "intake/intake.h"
#include "lib/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What came out, boiled down. */
struct fuzz_sum {
    uint64_t events;
    uint64_t faults;
    uint64_t hash;
    uint64_t offset;
};

static inline void fuzz_mix(struct fuzz_sum *sum, slice text)
{
    for (size_t i = 0; i < text.len; i++)
        sum->hash = (sum->hash ^ text.at[i]) * 0x100000001b3;
    sum->hash = (sum->hash ^ text.len) * 0x100000001b3;
}

static inline void fuzz_event(struct fuzz_sum *sum, const struct event *e)
{
    sum->events++;
    assert(e->field_count <= EVENT_FIELDS_MAX);
    assert(e->parsed || e->field_count == 0);
    assert(e->logsource.category_count <= LOGSOURCE_CATEGORIES_MAX);
    fuzz_mix(sum, e->raw);
    for (size_t i = 0; i < e->field_count; i++) {
        assert(e->fields[i].text.len <= EVENT_VALUE_BYTES_MAX);
        assert(e->fields[i].name_hash == event_name_hash(e->fields[i].name));
        fuzz_mix(sum, e->fields[i].name);
        fuzz_mix(sum, e->fields[i].text);
    }
}

/* The copy is exactly as long as was promised, so that AddressSanitizer sees a byte too many. */
static inline enum intake_answer fuzz_piece(struct intake *in, slice piece, bool last,
                                            struct fuzz_sum *sum, size_t *ret_taken)
{
    uint8_t *copy = malloc(piece.len + JSON_PADDING_BYTES);
    assert(copy != NULL);
    bytes_copy(copy, piece.len, piece);
    __builtin_memset(copy + piece.len, 0, JSON_PADDING_BYTES);
    intake_data(in, (slice){ copy, piece.len }, last);
    for (;;) {
        struct event event = {};
        struct intake_position at = {};
        struct fault fault = {};
        const enum intake_answer answer = intake_next(in, &event, &at, &fault);
        if (answer >= INTAKE_MORE) {
            *ret_taken = intake_taken(in);
            free(copy);
            return answer;
        }
        assert(at.offset >= sum->offset);
        sum->offset = at.offset;
        if (answer == INTAKE_EVENT)
            fuzz_event(sum, &event);
        else
            sum->faults++;
    }
}

static inline struct fuzz_sum fuzz_run(struct intake *in, enum intake_format format, slice input,
                                       size_t step)
{
    struct fuzz_sum sum = {};
    intake_begin(in, format, 2026);
    enum intake_answer answer = INTAKE_MORE;
    size_t start = 0;
    for (size_t end = 0; answer == INTAKE_MORE;) {
        size_t taken = 0;
        end = step > input.len - end ? input.len : end + step;
        const slice piece = { input.at + start, end - start };
        answer = fuzz_piece(in, piece, end == input.len, &sum, &taken);
        start += taken;
        assert(start <= end && (answer == INTAKE_END || end < input.len));
    }
    return sum;
}

static inline int fuzz_intake(enum intake_format format, const uint8_t *data, size_t len)
{
    static struct intake *in;
    if (in == NULL) in = intake_new(NULL);
    assert(in != NULL);
    const slice input = { data, len };
    const struct fuzz_sum whole = fuzz_run(in, format, input, len + 1);
    const struct fuzz_sum pieces = fuzz_run(in, format, input, 1 + len / 7);
    assert(whole.events == pieces.events && whole.faults == pieces.faults);
    assert(whole.hash == pieces.hash && whole.offset == pieces.offset);
    return 0;
}
