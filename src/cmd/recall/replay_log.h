/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"
#include "serve/replay.h"

/*
 * replay_log: finds and opens the events of the log that the judge's state is made of, step by step
 * beside whatever else the scribe does.
 *
 * Looking back from the end it comes to the newest snapshot (view/snapshots.h) first. One that is
 * of this log and these rules, with no other rules since, is offered to the front, and if that goes
 * on from it, what came behind it is all there is to open. Else it looks on: the older one, or
 * everything. A snapshot that cannot be used is removed.
 *
 * Everything begins behind the record of the active rules, or where the events before are too old
 * to matter: a stretch of REPLAY_QUIET_ENTRIES without any that the reach covers is not looked
 * behind. Left out is what was erased, and events that a command appended: the front never judged
 * them.
 */
enum { REPLAY_QUIET_ENTRIES = 65536 };

struct replay_log;

/* What the front asks for, and how it is reached. */
struct replay_order {
    uint64_t reach_s;
    hash rules; /* the active pack */
    void *self;
    status (*send)(void *self, uint16_t type, slice payload, struct fault *f);
};

/* Over the log as it is now. E_NOMEM. */
status replay_log_new(struct node *n, const struct replay_order *order,
                      struct replay_log **ret_replay, struct fault *f);
/* Wipes what was opened. NULL is allowed. */
void replay_log_free(struct replay_log *r);
/* Goes on for some thousand entries. What reading and opening fail with, or send. */
status replay_log_step(struct replay_log *r, bool *ret_done, struct fault *f);
/* A snapshot was offered, and the front has not answered yet: nothing is to be done. */
bool replay_log_waits(const struct replay_log *r);
/* The answer. E_VALUE if nothing was offered. */
status replay_log_answer(struct replay_log *r, bool is_taken);
/* Events handed over so far. */
uint64_t replay_log_count(const struct replay_log *r);
/* Why no snapshot was used though there is one; NULL: one was, or there is none. */
const char *replay_log_refusal(const struct replay_log *r);
