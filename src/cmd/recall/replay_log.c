/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/recall/replay_log.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/progress.h"
#include "ledger/tile.h"
#include "record/kinds.h"
#include "record/value.h"
#include "serve/link.h"
#include "view/recorded.h"
#include "view/snapshots.h"
#include "base/banned.h"

enum {
    STEP_ENTRIES = BATCH_RECORDS_MAX,
    GRANULARITY_S = 60, /* of an event's public time */
    PAYLOAD_BYTES_MAX = REPLAY_FRAME_BYTES + VALUE_RAW_BYTES_MAX + 4096,
};

struct replay_log {
    struct node *node; /* borrowed */
    struct replay_order order;
    struct snapshot_found snapshots[SNAPSHOTS]; /* that may be used, the newest first */
    size_t snapshot_count, snapshot_at;         /* the next one to offer */
    struct fault refusal;                       /* of the first that could not be used */
    bool has_snapshots;                         /* they were looked for */
    bool has_offered, has_taken;
    bool has_start;       /* where to begin is known */
    uint64_t looked_from; /* entries before were not looked at yet */
    uint64_t newest_s;    /* of the events looked at */
    uint64_t quiet;       /* entries looked at since the last one that matters */
    uint64_t next;        /* the first that matters; then the next to open */
    uint64_t end;
    uint64_t count;
    struct writer payload;            /* owned */
    slice entries[BATCH_RECORDS_MAX]; /* of the batch at hand */
    struct progress progress;
};

status replay_log_new(struct node *n, const struct replay_order *order,
                      struct replay_log **ret_replay, struct fault *f)
{
    struct replay_log *r = calloc(1, sizeof *r);
    if (r == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    r->node = n;
    r->order = *order;
    r->end = r->next = r->looked_from = archive_size(n->archive);
    r->payload = writer_of(malloc(PAYLOAD_BYTES_MAX), PAYLOAD_BYTES_MAX);
    r->progress = progress_start("judging again", 0, "entries");
    if (r->payload.at == NULL) {
        replay_log_free(r);
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    *ret_replay = r;
    return OK;
}

void replay_log_free(struct replay_log *r)
{
    if (r == NULL) return;
    if (r->payload.at != NULL) bytes_wipe(r->payload.at, r->payload.len);
    free(r->payload.at);
    free(r);
}

uint64_t replay_log_count(const struct replay_log *r)
{
    return r->count;
}

bool replay_log_waits(const struct replay_log *r)
{
    return r->has_offered;
}

const char *replay_log_refusal(const struct replay_log *r)
{
    return r->has_taken || r->refusal.text[0] == '\0' ? NULL : r->refusal.text;
}

/* ---- snapshots ---- */

static void refuse(struct replay_log *r, const struct snapshot_found *found,
                   const struct fault *why)
{
    struct fault unused = {};
    if (r->refusal.text[0] == '\0') r->refusal = *why;
    if (node_is_read_only(r->node)) return;
    ignore(snapshot_forget(&r->node->store, found->slot, &unused), "it is refused next time too");
}

static status find_snapshots(struct replay_log *r, struct fault *f)
{
    struct snapshot_found found[SNAPSHOTS] = {};
    const struct snapshot_claim claim = { r->node->archive, r->order.rules };
    size_t count = 0;
    r->has_snapshots = true;
    snapshots_find(&r->node->store, found, &count);
    for (size_t i = 0; i < count; i++) {
        struct fault why = {};
        const status s = snapshot_check(&found[i], &claim, &why);
        if (s.code == E_INVALID) {
            refuse(r, &found[i], &why);
            continue;
        }
        if (s.code != E_OK) {
            *f = why;
            return s;
        }
        r->snapshots[r->snapshot_count++] = found[i];
    }
    return OK;
}

/* The one that is yet to come when looking back; NULL if there is none. */
static const struct snapshot_found *next_snapshot(const struct replay_log *r)
{
    return r->snapshot_at < r->snapshot_count ? &r->snapshots[r->snapshot_at] : NULL;
}

static status send_state(struct replay_log *r, slice state, struct fault *f)
{
    for (size_t at = 0; at < state.len; at += REPLAY_FRAME_BYTES) {
        const size_t left = state.len - at;
        const slice part = { state.at + at, left < REPLAY_FRAME_BYTES ? left : REPLAY_FRAME_BYTES };
        TRY(r->order.send(r->order.self, LINK_STATE, part, f));
    }
    return r->order.send(r->order.self, LINK_STATE_END, slice_none(), f);
}

/* In one go: nothing may be erased between its first part and its last. */
static status offer(struct replay_log *r, struct fault *f)
{
    const struct snapshot_found *found = next_snapshot(r);
    struct fault why = {};
    uint8_t *state = NULL;
    const status loaded = snapshot_load(&r->node->store, found, &state, &why);
    if (loaded.code != E_OK) {
        refuse(r, found, &why);
        r->snapshot_at++;
        return OK;
    }
    const size_t len = (size_t)found->head.state_bytes;
    const status sent = send_state(r, (slice){ state, len }, f);
    bytes_wipe(state, len);
    free(state);
    r->has_offered = sent.code == E_OK;
    return sent;
}

status replay_log_answer(struct replay_log *r, bool is_taken)
{
    struct fault why = {};
    if (!r->has_offered) return FAIL(E_VALUE);
    const struct snapshot_found *found = next_snapshot(r);
    r->has_offered = false;
    r->has_taken = r->has_start = is_taken;
    if (is_taken) {
        r->next = found->head.index;
        return OK;
    }
    ignore(fault_set(&why, FAIL(E_INVALID),
                     "view/%u.snapshot does not fit this version of the judge", found->slot),
           "only its text is used");
    refuse(r, found, &why);
    r->snapshot_at++;
    return OK;
}

/* ---- where to begin ---- */

static bool began_rules(const struct entry *e)
{
    return e->schema->kind == KIND_policy &&
           schema_column_value(&e->schema->columns[COLUMN_policy_type], e->columns) ==
               VALUE_bundle_type_detection;
}

/* Looks at one entry, from the end of the log backwards. */
static void look_at(struct replay_log *r, uint64_t index, slice bytes)
{
    struct entry e = {};
    r->quiet++;
    if (entry_split(bytes, &e).code != E_OK) return; /* of a later version: no event to us */
    if (began_rules(&e)) {
        r->has_start = true;
    } else if (recorded_was_judged(bytes)) {
        if (e.time_s > r->newest_s) r->newest_s = e.time_s;
        const bool matters = r->newest_s - e.time_s <= GRANULARITY_S ||
                             r->newest_s - e.time_s - GRANULARITY_S <= r->order.reach_s;
        if (matters) {
            r->next = index;
            r->quiet = 0;
        }
    }
    if (r->quiet >= REPLAY_QUIET_ENTRIES && next_snapshot(r) == NULL) r->has_start = true;
}

/* A batch further back, but not beyond the next snapshot. */
static status look_back(struct replay_log *r, struct fault *f)
{
    struct batch_frame frame = {};
    const uint64_t stop = next_snapshot(r) == NULL ? 0 : next_snapshot(r)->head.index;
    if (r->looked_from == 0) {
        r->has_start = true;
        return OK;
    }
    TRY(archive_batch(r->node->archive, r->looked_from - 1, &frame, f));
    struct cursor c = cursor_of(frame.entries);
    const uint32_t count = (uint32_t)(r->looked_from - frame.head.first_index);
    for (uint32_t i = 0; i < count; i++)
        TRY(tile_bundle_next(&c, &r->entries[i]));
    const uint64_t first = frame.head.first_index;
    const uint32_t begin = stop > first ? (uint32_t)(stop - first) : 0;
    for (uint32_t i = count; i-- > begin && !r->has_start;)
        look_at(r, first + i, r->entries[i]);
    r->looked_from = first + begin;
    return OK;
}

/* ---- handing over ---- */

static status hand_over(struct replay_log *r, struct fault *f)
{
    if (r->payload.len == 0) return OK;
    const status sent = r->order.send(r->order.self, LINK_REPLAY, writer_slice(&r->payload), f);
    bytes_wipe(r->payload.at, r->payload.len);
    r->payload.len = 0;
    return sent;
}

static status take_record(void *self, const struct scanned_record *scanned, struct fault *f)
{
    struct replay_log *r = self;
    struct recorded event = {};
    if (!recorded_event(scanned, &event)) return OK;
    replay_event_write(&event, &r->payload);
    r->count++;
    TRY(writer_end(&r->payload));
    return r->payload.len >= REPLAY_FRAME_BYTES ? hand_over(r, f) : OK;
}

static bool wants(void *, uint64_t, slice entry)
{
    return recorded_was_judged(entry);
}

/* The keys are read anew each time: an erasure may have come in between. */
static status open_some(struct replay_log *r, struct fault *f)
{
    const struct scan_watcher watcher = { .self = r, .record = take_record, .wants = wants };
    const uint64_t left = r->end - r->next;
    const uint64_t to = r->next + (left < STEP_ENTRIES ? left : STEP_ENTRIES);
    struct keys *keys = NULL;
    TRY(keys_open(&r->node->store, NULL, &keys, f));
    status s = scan_records(r->node->archive, keys, r->next, to, &watcher, f);
    keys_free(keys);
    if (s.code == E_OK) s = hand_over(r, f);
    progress_step(&r->progress, to - r->next);
    r->next = to;
    return s;
}

status replay_log_step(struct replay_log *r, bool *ret_done, struct fault *f)
{
    *ret_done = false;
    if (!r->has_snapshots) TRY(find_snapshots(r, f));
    if (r->has_offered) return OK;
    if (!r->has_start) {
        const struct snapshot_found *snapshot = next_snapshot(r);
        const bool is_there = snapshot != NULL && r->looked_from <= snapshot->head.index;
        return is_there ? offer(r, f) : look_back(r, f);
    }
    r->progress.total = r->progress.done + r->end - r->next;
    if (r->next < r->end) TRY(open_some(r, f));
    *ret_done = r->next == r->end;
    if (*ret_done) progress_end(&r->progress);
    return OK;
}
