/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"
#include "ledger/keys.h"
#include "record/entry.h"
#include "record/opening.h"

/*
 * scan: every record of a range with its opening, block by block: each block is decrypted once.
 * Openings are not held against their entries: for searching, not for showing.
 */
struct scanned_record {
    uint64_t index;
    const struct entry *entry;
    const struct opening *opening; /* NULL if it was erased as a whole, or the kind has none */
};

struct scan_watcher {
    void *self;
    /* One record; a failure ends the scan with it. Slices die with the call. */
    status (*record)(void *self, const struct scanned_record *r, struct fault *f);
    /* Whether the record with this entry is wanted; where none of a block is, the block stays
     * closed. NULL: all. */
    bool (*wants)(void *self, uint64_t index, slice entry);
    /* That many entries are behind; may be NULL. */
    void (*progress)(void *self, uint64_t entries);
};

/* Scans [from, to) in order. What vault_open fails with, and E_CORRUPT. */
status scan_records(struct archive *a, struct keys *keys, uint64_t from, uint64_t to,
                    const struct scan_watcher *watcher, struct fault *f);
