/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/replay.h"

#include "base/bytes.h"
#include "record/value.h"
#include "base/banned.h"

void replay_ask_write(uint64_t reach_s, struct writer *w)
{
    writer_u64(w, reach_s);
}

status replay_ask_parse(slice payload, uint64_t *ret_reach_s)
{
    struct cursor c = cursor_of(payload);
    uint64_t reach_s = 0;
    TRY(cursor_u64(&c, &reach_s));
    TRY(cursor_end(&c));
    *ret_reach_s = reach_s;
    return OK;
}

void replay_event_write(const struct recorded *e, struct writer *w)
{
    writer_u64(w, e->index);
    writer_u64(w, (uint64_t)e->time_ns);
    writer_u64(w, (uint64_t)e->arrived_ns);
    writer_u8(w, e->trust);
    writer_vec32(w, e->raw);
}

status replay_event_take(struct cursor *c, struct recorded *ret_event)
{
    struct cursor next = *c;
    struct recorded e = {};
    uint64_t time = 0;
    uint64_t arrived = 0;
    TRY(cursor_u64(&next, &e.index));
    TRY(cursor_u64(&next, &time));
    TRY(cursor_u64(&next, &arrived));
    TRY(cursor_u8(&next, &e.trust));
    TRY(cursor_vec32(&next, VALUE_RAW_BYTES_MAX, &e.raw));
    e.time_ns = (int64_t)time;
    e.arrived_ns = (int64_t)arrived;
    *ret_event = e;
    *c = next;
    return OK;
}

void replay_run_write(struct replay_run run, struct writer *w)
{
    writer_u64(w, run.first);
    writer_u64(w, run.count);
}

static struct replay_run run_at(slice payload, size_t nth)
{
    const uint8_t *at = payload.at + nth * REPLAY_RUN_BYTES;
    return (struct replay_run){ get_u64(at), get_u64(at + 8) };
}

status replay_runs_check(slice payload)
{
    uint64_t end = 0;
    if (payload.len % REPLAY_RUN_BYTES != 0) return FAIL(E_SHORT);
    for (size_t i = 0; i < payload.len / REPLAY_RUN_BYTES; i++) {
        const struct replay_run run = run_at(payload, i);
        if (run.count == 0 || run.first < end || run.count > UINT64_MAX - run.first) {
            return FAIL(E_VALUE);
        }
        end = run.first + run.count;
    }
    return OK;
}

bool replay_runs_have(slice payload, uint64_t index)
{
    size_t low = 0;
    size_t high = payload.len / REPLAY_RUN_BYTES;
    while (low < high) { /* the last run that begins at or before the index */
        const size_t middle = low + (high - low) / 2;
        if (run_at(payload, middle).first <= index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) return false;
    const struct replay_run run = run_at(payload, low - 1);
    return index - run.first < run.count;
}
