/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/cursor.h"
#include "base/fault.h"
#include "base/sha256.h"
#include "base/writer.h"

/*
 * link: what the front and the scribe of a node say to each other (design section 7), as payloads
 * of frames (os/frame.h). Batches travel through shared memory of LINK_SLOTS slots; a frame only
 * says which slot is filled. The scribe copies a slot out before it looks at it.
 *
 * Every record that the front sends has a number, counted up by one from what LINK_HELLO said. The
 * log may put other records between them, so the answer tells which numbers got which indices.
 *
 *   to the front
 *     hello       next number u64 | bundle hash (zeros: none) | 1 if nothing is taken, u8 | the
 *                 log's key vec16
 *     accounts    the table of serve/account.h as text
 *     stored      batch u64 | runs: count u16, each number u64, index u64, length u32
 *     head        sequenced u64 | checkpointed u64 | witnessed u64, sizes of the log
 *     activate    bundle hash: load it and judge by it from the next batch on
 *     window      source u64 | pairs: the source's number u64, the record's number u64
 *     hooks       how far each webhook is, u64 each
 *     numbers     what the scribe counts (serve/metrics.h)
 *     stop        take no more requests, answer what there is, end
 *     replay, replayed, forget: the state of the judge, see serve/replay.h
 *     state, state end, state ask, state more: the same as a snapshot, see serve/handover.h
 *   to the scribe
 *     ready       text for people: what is listened on
 *     batch       batch u64 | slot u32 | bytes u32 | records u32 | first number u64
 *     activated   bundle hash | rules u64 | refused u64 | text: why not, empty if it is active
 *     ask         nothing: for its numbers
 *     hook at     how far a webhook is (serve/hook/hook.h)
 *     cosigned    what a witness said (serve/gather/gather.h, told)
 *     idle        nothing: the answer to stop, all is answered
 *     replay ask  for the events that the judge's state is made of (serve/replay.h)
 *     state part, state taken: see serve/handover.h
 *
 * A batch is for each record: numbered u8 (0 or 1) | findings u16 | if numbered: source u64,
 * sequence u64 | the record (record/wire.h). findings: how many stand behind an event because of
 * it; the log gets them together with it. Positions in findings are numbers, which the scribe turns
 * into indices.
 */
enum link_message {
    LINK_HELLO = 1,
    LINK_ACCOUNTS,
    LINK_STORED,
    LINK_HEAD,
    LINK_ACTIVATE,
    LINK_STOP,
    LINK_WINDOW,
    LINK_REPLAY,
    LINK_REPLAYED,
    LINK_FORGET,
    LINK_NUMBERS,
    LINK_HOOKS,
    LINK_STATE,
    LINK_STATE_END,
    LINK_STATE_ASK,
    LINK_STATE_MORE,
    LINK_READY = 65,
    LINK_BATCH,
    LINK_ACTIVATED,
    LINK_IDLE,
    LINK_REPLAY_ASK,
    LINK_ASK,
    LINK_HOOK_AT,
    LINK_COSIGNED,
    LINK_STATE_PART,
    LINK_STATE_TAKEN,
};

enum {
    LINK_SLOTS = 8,
    LINK_SLOT_BYTES = 4 * 1024 * 1024,
    LINK_RECORDS_MAX = 8192, /* of a batch, so that it commits as a whole */
    LINK_RUNS_MAX = 64,
    LINK_PAYLOAD_MAX = 2 * 1024 * 1024,
    LINK_KEY_BYTES_MAX = 512,
    LINK_ITEM_BYTES_MAX = 1 + 2 + 8 + 8,
};

struct link_hello {
    uint64_t next_number;
    hash bundle;
    bool is_read_only; /* the front takes nothing from senders */
    slice key;         /* of the log, for the public; empty: not known */
};

struct link_batch {
    uint64_t batch;
    uint32_t slot;
    uint32_t bytes;
    uint32_t records; /* 1..LINK_RECORDS_MAX */
    uint64_t first_number;
};

/* Records number .. number + length - 1 have the indices index .. index + length - 1. */
struct link_run {
    uint64_t number;
    uint64_t index;
    uint32_t length;
};

struct link_stored {
    uint64_t batch;
    uint16_t run_count; /* 1..LINK_RUNS_MAX */
    struct link_run runs[LINK_RUNS_MAX];
};

struct link_head {
    uint64_t sequenced, checkpointed;
    uint64_t witnessed; /* under a checkpoint that the witnesses of the policy cosigned */
};

struct link_activated {
    hash bundle;
    uint64_t rules, refused;
    slice why; /* empty: it is active */
};

/* Each appends a payload. */
void link_hello_write(const struct link_hello *m, struct writer *w);
void link_batch_write(const struct link_batch *m, struct writer *w);
void link_stored_write(const struct link_stored *m, struct writer *w);
void link_head_write(const struct link_head *m, struct writer *w);
void link_activated_write(const struct link_activated *m, struct writer *w);
/* Each parses a whole payload and checks every number against the limits above; slices are views.
 * E_SHORT, E_TRAILING, E_LIMIT. */
status link_hello_parse(slice payload, struct link_hello *ret_message);
status link_batch_parse(slice payload, struct link_batch *ret_message);
status link_stored_parse(slice payload, struct link_stored *ret_message);
status link_head_parse(slice payload, struct link_head *ret_message);
status link_activated_parse(slice payload, struct link_activated *ret_message);
/* A bundle hash alone: LINK_ACTIVATE. */
status link_hash_parse(slice payload, hash *ret_hash);
