/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/hunt_node.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/interrupt.h"
#include "cmd/node/duty.h"
#include "cmd/node/node.h"
#include "view/recorded.h"
#include "ledger/erase/erasures.h"
#include "record/value.h"
#include "serve/replay.h"
#include "base/banned.h"

enum {
    STEP_ENTRIES = BATCH_RECORDS_MAX, /* between looks at the interrupt and the keys */
    PAYLOAD_BYTES_MAX = FEED_PIECE_BYTES + VALUE_RAW_BYTES_MAX + 4096,
};
static_assert((int)PAYLOAD_BYTES_MAX <= (int)INTAKE_WINDOW_BYTES, "a piece holds it");

/* A read at work. */
struct work {
    struct hunt_node *hunt;
    struct feed *feed;
    struct node node;
    struct writer payload; /* owned */
};

static status record_look(const struct hunt_node *n, struct fault *f)
{
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    uint8_t range[16];
    struct writer w = writer_of(answer, sizeof answer);
    struct duty d = duty_of(DUTY_SEARCH);
    put_u64(range, n->from);
    put_u64(range + 8, n->to - 1);
    d.slots[DUTY_RECORDS] = (slice){ range, sizeof range };
    d.slots[DUTY_ACTOR] = slice_text(n->by);
    d.slots[DUTY_PURPOSE] = slice_text(n->purpose);
    d.slots[DUTY_NOTE] = slice_text("hunt");
    const status s = duty_ask(n->dir, &d, &w, f);
    return s.code == E_OK ? OK : fault_within(f, s, "the look cannot be recorded");
}

static status hand_over(struct work *w)
{
    if (w->payload.len == 0) return OK;
    const status given = feed_recorded(w->feed, w->hunt->dir, writer_slice(&w->payload));
    bytes_wipe(w->payload.at, w->payload.len);
    w->payload.len = 0;
    return given;
}

static status take_record(void *self, const struct scanned_record *r, struct fault *f)
{
    struct work *w = self;
    struct recorded event = {};
    if (!recorded_event(r, &event)) {
        w->hunt->erased++;
        return OK;
    }
    replay_event_write(&event, &w->payload);
    TRY(writer_end(&w->payload));
    if (w->payload.len < FEED_PIECE_BYTES) return OK;
    const status given = hand_over(w);
    return given.code == E_OK ? OK : fault_set(f, given, "hunt: %s", status_text(given));
}

static bool wants(void *, uint64_t, slice entry)
{
    return recorded_is_event(entry);
}

/* The keys are read anew each time: an erasure may have come in between. */
static status read_some(struct work *w, uint64_t from, uint64_t to, struct fault *f)
{
    const struct scan_watcher watcher = { .self = w, .record = take_record, .wants = wants };
    struct keys *keys = NULL;
    TRY(erasures_check(&w->node.store, w->node.archive, f));
    TRY(keys_open(&w->node.store, NULL, &keys, f));
    const status s = scan_records(w->node.archive, keys, from, to, &watcher, f);
    keys_free(keys);
    return s;
}

static status read_range(struct work *w, struct fault *f)
{
    struct hunt_node *n = w->hunt;
    for (uint64_t at = n->from; at < n->to;) {
        const uint64_t end = n->to - at < STEP_ENTRIES ? n->to : at + STEP_ENTRIES;
        if (*interrupt_flag() != 0) return FAIL(E_CANCELLED);
        TRY(read_some(w, at, end, f));
        if (n->progress != NULL) progress_step(n->progress, end - at);
        at = end;
    }
    return hand_over(w);
}

static status open_and_read(struct work *w, struct fault *f)
{
    struct hunt_node *n = w->hunt;
    const uint64_t size = archive_size(w->node.archive);
    if (n->to > size) n->to = size;
    if (n->from >= n->to) return OK;
    if (n->progress != NULL) n->progress->total = n->to - n->from;
    w->payload = writer_of(malloc(PAYLOAD_BYTES_MAX), PAYLOAD_BYTES_MAX);
    if (w->payload.at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    TRY(record_look(n, f));
    return read_range(w, f);
}

status hunt_node_read(struct hunt_node *n, struct feed *feed, struct fault *f)
{
    struct work w = { .hunt = n, .feed = feed };
    TRY(node_open_reading(n->dir, &w.node, f));
    const status s = open_and_read(&w, f);
    if (w.payload.at != NULL) bytes_wipe(w.payload.at, w.payload.len);
    free(w.payload.at);
    node_close(&w.node);
    return s;
}
