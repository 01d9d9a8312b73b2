/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdatomic.h>
#include "ledger/backup/manifest.h"

/*
 * copy: files from one store to another, so that a copy that was cut off goes on where it ended:
 * what is there is compared, what differs or is missing is written, and the file is synced.
 */
struct copy_watcher {
    void *self;
    /* That many more bytes are there. */
    void (*progress)(void *self, uint64_t bytes);
    /* Something that a person should know: one line. */
    void (*tell)(void *self, const char *text);
    const _Atomic int *stop; /* E_CANCELLED once it is not 0; NULL: never */
};

struct copy {
    const struct store *from; /* borrowed */
    const struct store *to;   /* borrowed */
    const struct copy_watcher *watcher;
    uint8_t *source;  /* owned */
    uint8_t *target;  /* owned */
    uint64_t written; /* bytes that were not there yet */
    uint64_t files;   /* that were written to */
};

/* E_NOMEM. */
status copy_init(struct copy *c, const struct store *from, const struct store *to,
                 const struct copy_watcher *watcher, struct fault *f);
/* Frees and wipes what copy_init made. */
void copy_done(struct copy *c);
/* Copies the first bytes_max bytes of a file (or all, if it has fewer) and says what stands there
 * then. Durable but for the name: sync_dir of the folder. E_NOT_FOUND (source), E_FULL, E_FSYNC,
 * E_CANCELLED. */
status copy_file(struct copy *c, const char *name, uint64_t bytes_max,
                 struct manifest_file *ret_file, struct fault *f);
/* Reads the first bytes_max bytes of a file and says what they are. E_NOT_FOUND, E_CANCELLED. */
status copy_look(struct copy *c, const struct store *store, const char *name, uint64_t bytes_max,
                 struct manifest_file *ret_file, struct fault *f);
