/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "ledger/ledger.h"
#include "ledger/segment.h"

/*
 * committer: group commit. The caller's thread encodes and seals; a second thread writes, syncs,
 * has the tree signed and publishes the checkpoint. A batch is what arrived while the last one was
 * being written; at most one is being written and one filled, and committer_add waits when both are
 * taken: that wait is the back-pressure of the whole node.
 *
 * How far a record is (design section 6): sequenced once committer_sequenced is above its index,
 * checkpointed once committer_checkpointed is.
 */

/* Who signs: in this process or another. Called from the writing thread. */
struct commit_signer {
    void *self;
    status (*sign)(void *self, const struct signer_request *request,
                   uint8_t ret_signature[SIGNER_SIGNATURE_BYTES], struct fault *f);
    uint8_t public_key[SIGNER_PUBLIC_BYTES];
};

/* Told from the writing thread after each step; may be NULL. */
struct commit_listener {
    void *self;
    void (*moved)(void *self);
};

struct committer;
struct metrics;

enum {
    COMMITTER_RETRY_MS = 200,
    COMMITTER_TOGETHER_MAX = BATCH_RECORDS_MAX - 1, /* a summary may have to follow */
};

/* Starts the writing thread over the ledger, which the committer borrows and nobody else may use.
 * first is signed and published at once when the signer is behind the log (after a crash), so that
 * the published checkpoint is the log's. E_NOMEM, and what signing fails with. */
status committer_new(struct ledger *l, const struct store *store, const char *origin,
                     const struct commit_signer *signer, const struct signer_head *signed_head,
                     struct committer **ret_committer, struct fault *f);
/* Waits until everything handed over is written, stops the thread. What was added after the last
 * committer_flush is dropped. */
void committer_free(struct committer *c);
void committer_listen(struct committer *c, struct commit_listener listener);

/* On a full disk: try the write again every COMMITTER_RETRY_MS until there is space, instead of
 * failing with E_FULL. Everybody who adds waits meanwhile; nothing is lost. */
void committer_wait_for_space(struct committer *c, bool wait);
/* What has stopped the thread, or OK. */
status committer_check(struct committer *c, struct fault *f);

/* Adds a record to the batch that is being filled; seals and hands it over first if it is full, and
 * waits for the thread if it is still busy with the one before. Fails with whatever stopped the
 * thread. */
status committer_add(struct committer *c, const struct record *record, uint64_t *ret_index,
                     struct fault *f);
/* Makes sure that so many records, with openings of about that many bytes, go into one batch (as
 * far as one can hold them, and where no segment ends between them): flushes what was added before,
 * if need be. */
status committer_room(struct committer *c, uint32_t records, size_t bytes, struct fault *f);
/* The next records, up to COMMITTER_TOGETHER_MAX, become durable together or not at all: they go
 * into one batch, whatever their size. Where the segment has no room for them it is filled up with
 * summaries. */
status committer_together(struct committer *c, uint32_t records, struct fault *f);
/* Notes that the record added last is that number of its source. */
status committer_sequence(struct committer *c, uint64_t source, uint64_t number, struct fault *f);
/* Flushes, then adds and flushes a summary of everything before it. */
status committer_summarise(struct committer *c, uint64_t *ret_index, struct fault *f);
/* Seals and hands over what was added, if anything; waits as committer_add. */
status committer_flush(struct committer *c, struct fault *f);
/* Records added since the last flush. */
uint32_t committer_pending(const struct committer *c);
/* Whether the thread has nothing to do: then a flush costs nobody anything. */
bool committer_is_idle(struct committer *c);
/* Waits until the log is checkpointed up to size (or only sequenced). */
status committer_wait(struct committer *c, uint64_t size, bool checkpointed, struct fault *f);
/* Number of entries that are durable; that a signed and published checkpoint covers. */
uint64_t committer_sequenced(struct committer *c);
uint64_t committer_checkpointed(struct committer *c);
/* Sets the metrics of writing and signing. */
void committer_numbers(struct committer *c, struct metrics *m);
