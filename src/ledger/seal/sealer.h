/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/block.h"
#include "os/helper.h"

/*
 * sealer: a thread that packs and encrypts opening blocks beside the one that fills the next block
 * and hashes its records: sealing takes about half as long as all the rest (docs/ledger-speed.md).
 * One block at a time, in the order they were handed over, so that what comes out does not depend
 * on the threads. It touches no file, no key but the block's own, and no memory but the job's.
 */
struct sealer;

/* One block. Owned by whoever hands it over and the thread's until done. */
struct sealer_job {
    uint8_t key[BLOCK_KEY_BYTES];
    slice plain;            /* borrowed */
    struct block_head head; /* as block_seal wants it */
    struct writer *out;     /* borrowed; takes head and sealed bytes */
    status result;
    struct sealer *sealer; /* set by sealer_begin */
    struct helper_job task;
};

/* As block_codec_new. NULL if memory or threads are out. */
struct sealer *sealer_new(int level, bool encrypt);
/* Finishes the job at hand, then ends the thread. NULL is allowed. */
void sealer_free(struct sealer *s);
/* Hands a job over; waits first for one that is still under way. */
void sealer_begin(struct sealer *s, struct sealer_job *job);
/* Waits until the job is done and says what became of it, as block_seal. The sealer is not looked
 * at if the job is done, so it may be gone then. */
status sealer_wait(struct sealer_job *job);
