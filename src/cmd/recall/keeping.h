/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"
#include "os/loop.h"
#include "serve/handover.h"

/*
 * keeping: the scribe's side of snapshots of the judge's state (view/snapshots.h): asks the front
 * for one now and then and once more at the end, gathers its parts, and has a thread seal and write
 * it. None of it holds up a record, and whatever goes wrong is a line: the next start then judges
 * more again. What is under way when something is erased is thrown away first.
 */
struct keeping;

struct keeping_calls {
    void *self;
    /* Sends the front a frame. */
    status (*send)(void *self, uint16_t type, slice payload, struct fault *f);
    /* The index of a record of the front. */
    status (*find)(void *self, uint64_t number, uint64_t *ret_index);
    /* Behind the newest record of the front. */
    uint64_t (*next_number)(void *self);
};

/* node and loop are borrowed. E_NOMEM. */
status keeping_new(struct node *n, struct loop *loop, const struct keeping_calls *calls,
                   struct keeping **ret_keeping);
/* Waits for what is being written. NULL is allowed. */
void keeping_free(struct keeping *k);
/* From now on a snapshot is taken every judge_snapshots seconds. */
void keeping_begin(struct keeping *k);
/* LINK_STATE_PART. E_SHORT and its like; what sending fails with. */
status keeping_take(struct keeping *k, slice payload, struct fault *f);
/* The front is about to be stopped: asks for what will be the state then. */
status keeping_last(struct keeping *k, struct fault *f);
/* Waits until nothing is being written, and throws away what was gathered. Before something is
 * erased, or other rules judge; the next one is taken in its time, whether events come or not. */
void keeping_drop(struct keeping *k);
/* Asks for one at once: the front has forgotten what was erased. What sending fails with. */
status keeping_now(struct keeping *k, struct fault *f);
