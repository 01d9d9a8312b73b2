/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/shared.h"
#include "serve/account.h"
#include "serve/batcher.h"
#include "serve/positions.h"

/*
 * outbox: batches on their way from the front to the scribe, in order, through the slots of shared
 * memory; and the answers on their way back, to whoever waits for a record. What does not fit into
 * a slot yet waits here: outbox_bytes is what new input is held back by.
 */
struct outbox;

enum { OUTBOX_BYTES_MAX = 128 * 1024 * 1024 }; /* beyond it senders are told to come again */

/* Somebody who waits until the records first_number … last_number are stored. */
struct ticket {
    uint64_t first_number, last_number;
    uint8_t level; /* enum account_level: how far */
    void (*done)(void *with, const struct ticket *t);
    void *with;
    bool has_indices; /* the outbox's from here on; false: they are too old to be known */
    uint64_t first_index, last_index;
    bool is_stored;
    struct ticket *next;
};

/* fd and slots are borrowed. next_number: of the first record. E_NOMEM. */
status outbox_new(int fd, const struct shared *slots, uint64_t next_number,
                  struct outbox **ret_outbox);
/* Tickets that wait are forgotten. */
void outbox_free(struct outbox *o);
/* Takes over the batch. What sending a frame fails with: the scribe is gone. */
status outbox_push(struct outbox *o, const struct batch_out *batch, struct fault *f);
/* Sends the scribe another message, behind every batch pushed so far. */
status outbox_say(struct outbox *o, uint16_t type, slice payload, struct fault *f);
/* A batch is stored: frees its slot, sends the next, calls the tickets that it completes. E_VALUE
 * if the scribe speaks of a batch that it was not sent. */
status outbox_stored(struct outbox *o, const struct link_stored *m, struct fault *f);
/* The log's sizes: calls tickets that wait for a checkpoint. */
void outbox_head(struct outbox *o, const struct link_head *m);
/* Adds a ticket; done is called at once if its records are stored already. It must stay where it is
 * until then, or it is taken back. */
void outbox_wait(struct outbox *o, struct ticket *t);
/* Has a ticket wait for less; done may be called at once. */
void outbox_lower(struct outbox *o, struct ticket *t, uint8_t level);
/* From here on nobody waits for witnesses: the front is stopping. */
void outbox_hurry(struct outbox *o);
/* Forgets a ticket. */
void outbox_forget(struct outbox *o, struct ticket *t);
/* All records with smaller numbers are durable. */
uint64_t outbox_stored_through(const struct outbox *o);
struct link_head outbox_log_head(const struct outbox *o);
/* Where the records with these numbers are in the log; borrowed. */
const struct positions *outbox_positions(const struct outbox *o);
/* Bytes that wait for a slot. */
size_t outbox_bytes(const struct outbox *o);
/* Whether nothing is under way and nobody waits. */
bool outbox_is_idle(const struct outbox *o);
