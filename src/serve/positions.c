/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/positions.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

enum { POSITION_BYTES = 10 };

status positions_init(struct positions *p, uint64_t first)
{
    *p = (struct positions){ .runs = calloc(POSITIONS_RUNS_MAX, sizeof *p->runs),
                             .first = first,
                             .next = first };
    return p->runs != NULL ? OK : FAIL(E_NOMEM);
}

void positions_done(struct positions *p)
{
    free(p->runs);
    *p = (struct positions){};
}

static struct position_run *run_at(const struct positions *p, uint64_t nth)
{
    return &p->runs[nth % POSITIONS_RUNS_MAX];
}

void positions_note(struct positions *p, uint64_t number, uint64_t index)
{
    positions_note_run(p, number, index, 1);
}

void positions_note_run(struct positions *p, uint64_t number, uint64_t index, uint64_t length)
{
    p->next = number + length;
    if (p->count > 0) {
        const struct position_run *newest = run_at(p, p->count - 1);
        if (index - newest->index == number - newest->number) return;
    }
    *run_at(p, p->count++) = (struct position_run){ number, index };
}

status positions_find(const struct positions *p, uint64_t number, uint64_t *ret_index)
{
    if (number >= p->next) return FAIL(E_NOT_FOUND);
    if (number < p->first) {
        *ret_index = number;
        return OK;
    }
    uint64_t low = p->count > POSITIONS_RUNS_MAX ? p->count - POSITIONS_RUNS_MAX : 0;
    uint64_t high = p->count; /* the run sought is in [low, high), if it is kept */
    if (low == high || run_at(p, low)->number > number) return FAIL(E_NOT_FOUND);
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        if (run_at(p, middle)->number <= number) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *ret_index = run_at(p, low)->index + (number - run_at(p, low)->number);
    return OK;
}

status positions_translate(const struct positions *p, slice evidence, uint8_t *ret_bytes)
{
    if (evidence.len % POSITION_BYTES != 0) return FAIL(E_VALUE);
    for (size_t at = 0; at < evidence.len; at += POSITION_BYTES) {
        uint64_t index = 0;
        TRY(positions_find(p, get_u64(evidence.at + at), &index));
        put_u64(ret_bytes + at, index);
        bytes_copy(ret_bytes + at + 8, 2, (slice){ evidence.at + at + 8, 2 });
    }
    return OK;
}
