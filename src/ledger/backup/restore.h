/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/backup/backup.h"
#include "ledger/fsck.h"
#include "ledger/head.h"

/*
 * restore: a node's folder from a backup of its log and a copy of its keys (docs/backup.md). In
 * order:
 *
 *   1. both are of the same log, and of the key that the caller expects
 *   2. every file is copied and held against its manifest
 *   3. the checkpoint's signature, and the tree against it
 *   4. the keys are not newer than the log
 *   5. what was erased since the keys were copied is erased again, before anything is opened
 *   6. fsck: every byte
 *   7. candor.yaml, last: without it the folder is no node
 *
 * Cut off at any point, it can be run again. The signer is not part of a backup: the one that is
 * there stays, and without one nothing is ever signed again.
 */
struct restore_order {
    const struct store *log;  /* the folder of a backup */
    const struct store *keys; /* the folder with a copy of the keys, */
    const char *keys_name;    /* in this file */
    const struct store *to;
    slice key;       /* the log's, as the caller knows it; empty: as the backup says */
    bool lost_keys;  /* keys that are older than records: nothing is erased or proved yet */
    bool old_keys;   /* also a copy older than RESTORE_KEYS_DAYS_MAX */
    slice seen_note; /* a signed checkpoint that may be newer than the backup, or empty */
    const struct copy_watcher *watcher;
};

enum { RESTORE_KEYS_DAYS_MAX = 7 };

struct restore_result {
    char origin[MANIFEST_ORIGIN_BYTES_MAX + 1];
    char key[MANIFEST_KEY_BYTES_MAX + 1];
    uint64_t entries;
    uint64_t files;
    uint64_t bytes;
    uint64_t erased_again; /* entries of erasures that were carried out again */
    uint64_t faults;       /* that fsck found, told to the watcher */
    bool has_signer;
};

/* E_EXISTS if there is a node; E_REFUSED if the parts do not belong together, or the keys are too
 * old; E_CORRUPT if a file is not what was backed up; E_INVALID for a signature; E_FULL, E_FSYNC,
 * E_CANCELLED. */
status restore_all(const struct restore_order *o, struct restore_result *ret_result,
                   struct fault *f);
