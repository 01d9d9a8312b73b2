/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"
#include "ledger/keys.h"
#include "record/entry.h"
#include "record/opening.h"

/*
 * opener: the private values of a record, read from its block with the node's keys and held against
 * what its entry commits to. Remembers the block it opened last.
 * Threads: one at a time per object.
 */
struct opener;

/* A record opened. All slices are views that die with the opener's next call. */
struct opened_record {
    slice entry_bytes;
    struct entry entry;
    bool gone;              /* there is no opening: it was erased as a whole, or */
    bool absent;            /* it came without one */
    struct opening opening; /* of kinds without a body */
    salt salts[FIELDS_MAX]; /* of the fields that were not erased */
};

/* Over an archive, with the keys of the same log; both must outlive the opener. NULL if memory is
 * out. */
struct opener *opener_new(struct archive *a, struct keys *keys);
/* Wipes what was opened. NULL is allowed. */
void opener_free(struct opener *o);
/* Opens the record at index. Nothing is opened while an erasure in the log is not carried out yet,
 * as after keys were restored: E_REFUSED. E_NOT_FOUND beyond the log, E_CORRUPT if block or opening
 * is not what the entry commits to, what keys_unwrap fails with; the fault says what. */
status opener_open(struct opener *o, uint64_t index, struct opened_record *ret_record,
                   struct fault *f);
