/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "ledger/store.h"

/*
 * fsck: proves a whole log from its files and names what is wrong and where. Nothing is changed,
 * and nothing that the node computed is trusted: every batch's checksum, every entry's form, the
 * tree from the entries up, every trailer, footer, summary and counter, the checkpoint and the
 * signer's state against the tree, every key file byte by byte, and every opening against its
 * entry's root. What is missing in an opening has to be covered by an erasure in the log, or
 * where a whole opening is missing by a gap record, and what an erasure covers has to be missing.
 *
 * It goes on behind a fault where the bytes allow it, so that one run names as much as it can.
 */
struct fsck_watcher {
    void *self;
    /* A fault, one line: file, offset, what, why. */
    void (*fault)(void *self, const char *text);
    /* That many more entries are proven. */
    void (*progress)(void *self, uint64_t entries);
};

struct fsck_result {
    uint64_t entries;  /* proven, from the first on */
    uint64_t openings; /* opened and held against their entries */
    uint64_t erased;   /* openings that are gone */
    uint64_t absent;   /* entries that came without openings */
    uint64_t reduced;  /* openings of which some fields are gone, the others hold */
    uint64_t faults;
};

/* Checks the log of that origin. OK also where faults were found: they are counted in the result.
 * Fails only if it could not look: E_NOMEM, E_IO, E_DENIED. */
status fsck(const struct store *store, const char *origin, const struct fsck_watcher *watcher,
            struct fsck_result *ret_result, struct fault *f);
