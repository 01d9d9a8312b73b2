/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"
#include "serve/replay.h"

/*
 * replay_log: finds and opens the events of the log that the judge's state is made of, step by step
 * beside whatever else the scribe does.
 *
 * They begin behind the record of the active rules, or where the events before are too old to
 * matter: a stretch of REPLAY_QUIET_ENTRIES without any that the reach covers is not looked behind.
 * Left out is what was erased, and events that a command appended: the front never judged them.
 */
enum { REPLAY_QUIET_ENTRIES = 65536 };

struct replay_log;

/* Hands a frame's payload over. */
typedef status (*replay_log_send)(void *self, slice payload, struct fault *f);

/* Over the log as it is now. E_NOMEM. */
status replay_log_new(struct node *n, uint64_t reach_s, replay_log_send send, void *self,
                      struct replay_log **ret_replay, struct fault *f);
/* Wipes what was opened. NULL is allowed. */
void replay_log_free(struct replay_log *r);
/* Goes on for some thousand entries. What reading and opening fail with, or send. */
status replay_log_step(struct replay_log *r, bool *ret_done, struct fault *f);
/* Events handed over so far. */
uint64_t replay_log_count(const struct replay_log *r);
