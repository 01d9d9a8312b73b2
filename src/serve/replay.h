/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/cursor.h"
#include "base/writer.h"
#include "intake/protocol/reading.h"

/*
 * replay: how the state of the front's judge comes back after a start, and how it forgets. The
 * front may not open the log, so it asks the scribe for the events that its correlations can still
 * see; the scribe opens them and hands them over in the order of the log, as payloads of frames
 * (serve/link.h). They stay in memory.
 *
 *   LINK_REPLAY_ASK  reach u64: seconds before the newest event that matter; once, before ready
 *   LINK_REPLAY      events: index u64 | time i64 | arrived i64 | trust u8 | raw vec32, repeated
 *   LINK_REPLAYED    nothing: that was all of them
 *   LINK_FORGET      runs of erased records: first index u64 | count u64, in their order, repeated
 */
enum {
    REPLAY_FRAME_BYTES = 256 * 1024, /* a frame that has this many is sent */
    REPLAY_RUN_BYTES = 16,
};

/* Records first … first + count - 1. */
struct replay_run {
    uint64_t first;
    uint64_t count;
};

/* Each appends its bytes. */
void replay_ask_write(uint64_t reach_s, struct writer *w);
void replay_event_write(const struct recorded *e, struct writer *w);
void replay_run_write(struct replay_run run, struct writer *w);
/* The whole payload. E_SHORT, E_TRAILING. */
status replay_ask_parse(slice payload, uint64_t *ret_reach_s);
/* The next event, a view. E_SHORT, E_LIMIT for a raw above VALUE_RAW_BYTES_MAX. */
status replay_event_take(struct cursor *c, struct recorded *ret_event);
/* Whether the payload is runs, none empty, that follow one another. E_SHORT, E_VALUE. */
status replay_runs_check(slice payload);
/* Whether the index is in one of the runs of a checked payload. O(log runs). */
bool replay_runs_have(slice payload, uint64_t index);
