/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/handover.h"

#include "base/bytes.h"
#include "base/banned.h"

enum { RUN_BYTES = 16 };

void handover_ask_write(struct handover_ask m, struct writer *w)
{
    writer_u64(w, m.ask);
    writer_u8(w, m.at_end ? 1 : 0);
}

status handover_ask_parse(slice payload, struct handover_ask *ret_ask)
{
    struct cursor c = cursor_of(payload);
    struct handover_ask m = {};
    uint8_t at_end = 0;
    TRY(cursor_u64(&c, &m.ask));
    TRY(cursor_u8(&c, &at_end));
    TRY(cursor_end(&c));
    if (at_end > 1) return FAIL(E_VALUE);
    m.at_end = at_end == 1;
    *ret_ask = m;
    return OK;
}

void handover_part_write(const struct handover_part *m, struct writer *w)
{
    writer_u64(w, m->ask);
    writer_u64(w, m->number);
    writer_bytes(w, (slice){ m->rules.bytes, SHA256_BYTES });
    writer_u64(w, m->left);
    writer_bytes(w, m->bytes);
}

status handover_part_parse(slice payload, struct handover_part *ret_part)
{
    struct cursor c = cursor_of(payload);
    struct handover_part m = {};
    TRY(cursor_u64(&c, &m.ask));
    TRY(cursor_u64(&c, &m.number));
    TRY(cursor_copy(&c, SHA256_BYTES, m.rules.bytes));
    TRY(cursor_u64(&c, &m.left));
    TRY(cursor_bytes(&c, cursor_left(&c), &m.bytes));
    if (m.bytes.len == 0 && m.left != 0) return FAIL(E_VALUE); /* it would never end */
    *ret_part = m;
    return OK;
}

/* ---- places ---- */

static uint64_t oldest_of(const struct positions *p)
{
    return p->count > POSITIONS_RUNS_MAX ? p->count - POSITIONS_RUNS_MAX : 0;
}

size_t handover_places_bytes(const struct positions *p)
{
    return 8 + (size_t)(p->count - oldest_of(p)) * RUN_BYTES;
}

void handover_places_write(const struct positions *p, struct writer *w)
{
    writer_u64(w, p->first);
    for (uint64_t n = oldest_of(p); n < p->count; n++) {
        const struct position_run *run = &p->runs[n % POSITIONS_RUNS_MAX];
        writer_u64(w, run->number);
        writer_u64(w, run->index);
    }
}

static struct position_run run_at(const struct handover_places *p, size_t nth)
{
    const uint8_t *at = p->runs.at + nth * RUN_BYTES;
    return (struct position_run){ get_u64(at), get_u64(at + 8) };
}

/* Indices grow at least as fast as numbers, and no run begins before first. */
static status runs_check(const struct handover_places *p)
{
    struct position_run last = { p->first, p->first };
    if (p->runs.len % RUN_BYTES != 0) return FAIL(E_SHORT);
    for (size_t i = 0; i < p->runs.len / RUN_BYTES; i++) {
        const struct position_run run = run_at(p, i);
        if (run.number < last.number || run.index < last.index) return FAIL(E_VALUE);
        if (run.index - last.index < run.number - last.number) return FAIL(E_VALUE);
        last = run;
    }
    return OK;
}

status handover_state_parse(slice state, slice *ret_correlator, struct handover_places *ret_places)
{
    struct cursor c = cursor_of(state);
    struct handover_places places = {};
    uint64_t len = 0;
    slice correlator = {};
    TRY(cursor_u64(&c, &len));
    if (len > cursor_left(&c)) return FAIL(E_SHORT);
    TRY(cursor_bytes(&c, (size_t)len, &correlator));
    TRY(cursor_u64(&c, &places.first));
    TRY(cursor_bytes(&c, cursor_left(&c), &places.runs));
    TRY(runs_check(&places));
    *ret_correlator = correlator;
    *ret_places = places;
    return OK;
}

bool handover_find(void *places, uint64_t number, uint64_t *ret_index)
{
    const struct handover_places *p = places;
    size_t low = 0;
    size_t high = p->runs.len / RUN_BYTES;
    if (number < p->first) {
        *ret_index = number;
        return true;
    }
    while (low < high) { /* the last run that begins at or before the number */
        const size_t middle = low + (high - low) / 2;
        if (run_at(p, middle).number <= number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) return false;
    const struct position_run run = run_at(p, low - 1);
    *ret_index = run.index + (number - run.number);
    return *ret_index >= run.index;
}
