/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdatomic.h>
#include "ledger/ledger.h"

/*
 * state: what a ledger is made of; for ledger.c and recover.c alone.
 */
struct ledger {
    const struct store *store; /* borrowed */
    char origin[SIGNER_ORIGIN_BYTES_MAX + 1];
    atomic_bool stopped;
    bool was_torn;
    bool erasures_wait; /* some are in the log that were not carried out */

    /* the thread that seals */
    struct archive *archive; /* owned; runs ahead of the disk by the batches not written yet */
    struct keys *keys;
    struct block_codec *codec;
    struct sealer *sealer;    /* owned; NULL where openings are stored plain */
    struct batch_tools tools; /* the four of them */
    struct summary *summary;
    hash *leaves; /* owned, BATCH_RECORDS_MAX of scratch */

    /* the thread that writes */
    int file; /* of the newest segment, or -1 */
    uint64_t file_segment;
    uint64_t write_end;   /* behind the last batch on disk */
    uint64_t reserved_to; /* the file is allocated up to here */
    uint64_t reserve_bytes;
};
