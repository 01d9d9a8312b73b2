/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/gather/cosigning.h"
#include "cmd/hook/hook_positions.h"
#include "cmd/node/front_link.h"
#include "cmd/recall/keeping.h"
#include "cmd/recall/recalling.h"
#include "os/frame.h"
#include "os/process.h"
#include "os/shared.h"
#include "record/wire.h"
#include "serve/positions.h"

/*
 * front_link_state: what the scribe's side of the front is made of; for front_link.c and
 * front_batch.c alone.
 */

/* A batch in the log that is not durable yet. */
struct pending {
    struct link_stored stored;
    uint64_t size; /* of the log with it */
};

struct front_link {
    struct node *node; /* borrowed */
    struct loop *loop; /* borrowed */
    struct front_link_calls calls;
    struct fault *fault;    /* borrowed */
    struct process process; /* the front */
    struct process reader;
    struct process sender;   /* of webhooks */
    struct process gatherer; /* of cosignatures */
    bool has_process, has_reader, has_sender, has_gatherer;
    struct cosigning *cosigning; /* NULL: no witnesses, or nothing may be signed */
    struct hook_positions hooks;
    int fd;
    struct shared slots;
    struct frame_input in;
    uint8_t *copy; /* owned: the slot at hand */
    struct positions positions;
    uint64_t next_batch;
    uint64_t next_number;
    struct pending pending[LINK_SLOTS]; /* a ring */
    unsigned first_pending, pending_count;
    struct link_batch held[LINK_SLOTS]; /* a ring: wait for room on the disk */
    unsigned first_held, held_count;
    uint64_t held_timer;
    bool stopping; /* what was taken may use the reserve */
    struct wire_record record;
    uint32_t findings_due; /* behind the event at hand */
    uint8_t *evidence;     /* owned: translated positions */
    struct link_head told;
    struct keeping *keeping;
    struct recalling recalling;
    bool is_ready;
};

/* ---- front_batch.c ---- */
/* Takes the records of a batch, which lie in the copy, into the log, and notes which indices they
 * got. What is not as it should be ends the front. */
status front_batch_take(struct front_link *l, const struct link_batch *b, struct link_stored *m);
