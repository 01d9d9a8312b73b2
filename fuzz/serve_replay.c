/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scribe hands the front of the log: events come out as they went in, a failure moves
 * nothing, and runs that were checked are searched within their bytes.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "serve/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void events(slice bytes)
{
    struct cursor c = cursor_of(bytes);
    uint8_t *room = malloc(bytes.len + 1);
    struct writer w = writer_of(room, bytes.len + 1);
    struct recorded e = {};
    assert(room != NULL);
    size_t before = 0;
    while (replay_event_take(&c, &e).code == E_OK) {
        replay_event_write(&e, &w);
        before = c.pos;
    }
    assert(c.pos == before && w.len == before);
    assert(slice_equal(writer_slice(&w), (slice){ bytes.at, before }));
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const slice bytes = { data, len };
    uint64_t reach_s = 0;
    events(bytes);
    if (replay_runs_check(bytes).code == E_OK) {
        for (size_t at = 0; at < len; at += REPLAY_RUN_BYTES)
            assert(replay_runs_have(bytes, get_u64(data + at)));
        (void)replay_runs_have(bytes, len);
    }
    assert((replay_ask_parse(bytes, &reach_s).code == E_OK) == (len == 8));
    return 0;
}
