/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/backup/copy.h"

/*
 * backup: copies of a log and of its keys, made apart (docs/backup.md, docs/formats/backup.md).
 *
 * The log: a folder that the next backup goes on with. Taken up to the published checkpoint, so
 * that a running node does not matter. What stands there is held against the manifest of the last
 * time, what is new is copied, and the files that change as a whole come last:
 *
 *   1. sets, rules, rewritten blocks and segments are copied, compared and synced
 *   2. configuration, accounts and checkpoint as NAME.next, then manifest.next, synced
 *   3. each NAME.next becomes NAME, at the end manifest
 *
 * A crash before 2 leaves the last backup as it was, with more behind its segments. A crash in 3
 * leaves files that manifest.next describes: restore takes that one then.
 *
 * The keys: one file for each time, as they change in place. It begins with its manifest; the
 * files follow in its order.
 */
struct backup_order {
    const struct store *from;
    const struct store *to;
    const char *origin;
    slice key; /* the log's, as note_write_key writes it */
    const struct copy_watcher *watcher;
};

struct backup_result {
    uint64_t entries;
    uint64_t files;    /* in the backup */
    uint64_t bytes;    /* in the backup */
    uint64_t written;  /* bytes of them that were not there before */
    uint64_t repaired; /* files of the backup that were not what was once written to them */
};

#define BACKUP_NEXT ".next"
#define BACKUP_KEYS_SUFFIX ".keys"

/* Whether the file is one that changes as a whole, and is therefore copied last. */
bool backup_is_replaced(const char *name);
/* Backs the log up into the folder `to`. E_REFUSED if the folder holds something else than a
 * backup of this log, or entries that the log does not have: it was rolled back. E_CORRUPT if the
 * log contradicts itself; E_NOT_FOUND without a checkpoint; E_FULL, E_CANCELLED: run again, it goes
 * on. */
status backup_log(const struct backup_order *o, struct backup_result *ret_result, struct fault *f);
/* Backs the keys up into the file `name` of the folder `to`, whole or not at all. Nothing may be
 * erased meanwhile: E_BUSY if a file changed. ret_manifest is the caller's to free. */
status backup_keys(const struct backup_order *o, const char *name, struct manifest *ret_manifest,
                   struct fault *f);
/* Reads the manifest at the start of a file of keys; ret_at is where its files begin. */
status backup_keys_manifest(const struct store *store, const char *name,
                            struct manifest *ret_manifest, uint64_t *ret_at, struct fault *f);
struct archive;
/* Bytes of the segment's file in the tree of size entries, which ends with a batch and reaches into
 * the segment. E_CORRUPT if no batch ends there. */
status backup_segment_bytes(const struct store *store, struct archive *a, uint64_t segment,
                            uint64_t size, uint64_t *ret_bytes, struct fault *f);
/* Reads the manifest of a backup of the log. E_NOT_FOUND. */
status backup_manifest(const struct store *store, const char *name, struct manifest *ret_manifest,
                       struct fault *f);
