/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the targets of the input formats share: an input gives the same events and faults whether it
 * comes whole or in pieces, its positions never go back, and nothing is left over.
 */
#pragma once
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "intake/plan.h"
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
        sum->hash = (sum->hash ^ at.record ^ at.line << 32) * 0x100000001b3;
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

/* Cut where the plan allows it, each piece read by itself. */
static inline struct fuzz_sum fuzz_pieces(struct intake *in, enum intake_format format, slice input,
                                          size_t least)
{
    struct fuzz_sum sum = {};
    struct intake_plan plan = {};
    struct intake_position before = {};
    assert(intake_plan_of(input, true, format, &plan));
    for (size_t start = 0, end = 0; end < input.len || start == 0; start = end) {
        size_t taken = 0;
        const size_t want = least > input.len - start ? input.len - start : least;
        const size_t cut = intake_cut_at(&plan, start, (slice){ input.at + start, want });
        end = cut == 0 ? input.len : start + cut;
        const slice piece = { input.at + start, end - start };
        intake_begin_at(in, &plan, 2026, &before);
        assert(fuzz_piece(in, piece, true, &sum, &taken) == INTAKE_END);
        intake_count(&plan, piece, &before);
        if (end == 0) break;
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
    const struct fuzz_sum cut = fuzz_pieces(in, format, input, 1 + len / 5);
    assert(whole.events == cut.events && whole.faults == cut.faults);
    assert(whole.hash == cut.hash && whole.offset == cut.offset);
    return 0;
}
