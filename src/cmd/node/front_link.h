/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"
#include "os/loop.h"
#include "serve/link.h"
#include "serve/link_item.h"
#include "serve/metrics.h"

/*
 * front_link: the scribe's side of the front (serve/link.h): starts that process, takes its
 * batches into the log, and tells it how far they are. Nothing that comes from it is believed: a
 * slot is copied before it is read, every record is checked against the schema, only events and
 * findings are taken, and positions must be of records that the front has sent.
 */
struct erased_set;
struct front_link;

struct front_link_calls {
    void *self;
    /* The front listens; text says where. */
    void (*ready)(void *self, slice text);
    /* An event of the front, which goes into the log next. A failure ends the node. */
    status (*event)(void *self, const struct record *record, const struct link_item *item);
    /* An answer to front_link_activate. */
    void (*activated)(void *self, const struct link_activated *m);
    /* The front asks for the scribe's numbers. */
    void (*numbers)(void *self, struct metrics *m);
    /* The front has answered everything after front_link_stop. */
    void (*idle)(void *self);
    /* The front is gone or breaks the protocol, or the log fails: the node ends. */
    void (*failed)(void *self, status why);
};

/* Starts the process and greets it. node is borrowed, open for writing. The fault stays the
 * caller's place for the reason of a failure. */
status front_link_start(struct node *node, const char *dir, const hash *bundle, slice accounts,
                        struct loop *loop, const struct front_link_calls *calls,
                        struct front_link **ret_link, struct fault *f);
/* Closes the socket and waits for the process to end. NULL is allowed. */
void front_link_free(struct front_link *l);
/* Sets the memory of the processes that it started. */
void front_link_memory(const struct front_link *l, struct metrics *m);
/* Tells the front how far the log is; after each step of the committer. */
status front_link_moved(struct front_link *l, struct fault *f);
/* Hands the front the table of accounts, or a bundle to judge by; asks it to stop. */
status front_link_accounts(struct front_link *l, slice accounts, struct fault *f);
status front_link_activate(struct front_link *l, const hash *bundle, struct fault *f);
/* Whether the front waits for the state of its judge; front_link_recall hands over some of it. */
bool front_link_is_recalling(const struct front_link *l);
status front_link_recall(struct front_link *l, struct fault *f);
/* Something will be erased, or other rules judge: no snapshot of the state until now is kept. */
void front_link_drop_state(struct front_link *l);
/* Records that were erased: the front's judge forgets them, and hands over a snapshot without. */
status front_link_forget(struct front_link *l, const struct erased_set *set, struct fault *f);
status front_link_stop(struct front_link *l, struct fault *f);
