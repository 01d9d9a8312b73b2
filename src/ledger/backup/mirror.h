/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/head.h"
#include "ledger/tile.h"

/*
 * mirror: a log as everybody may have it, for reading: a folder of static files as candor log
 * export writes it and as a mirror serves it (c2sp.org/tlog-tiles): the checkpoint and the entry
 * bundles, without openings. Nothing in it is believed: whoever reads holds the entries against the
 * tree that was signed.
 */
struct mirror {
    const struct store *store; /* borrowed */
    struct log_head head;      /* its checkpoint, as it stands there */
    uint8_t *bytes;            /* owned: the bundle read last */
    uint64_t bundle;           /* its number */
    uint16_t count;            /* its entries; 0: none was read */
    slice entries[TILE_WIDTH]; /* views into bytes */
};

/* Whether the folder is one: it has a checkpoint where an export has it. */
status mirror_is_one(const struct store *store, bool *ret_is, struct fault *f);
/* Reads the checkpoint of the folder, whose signatures are the caller's to check. E_NOT_FOUND,
 * E_CORRUPT if it is malformed, E_NOMEM. */
status mirror_open(const struct store *store, struct mirror **ret_mirror, struct fault *f);
/* NULL is allowed. */
void mirror_free(struct mirror *m);
/* The entry at index, which is below the checkpoint's size; a view that dies with the next call.
 * E_NOT_FOUND if its bundle is not there, E_CORRUPT if it is not a bundle of that many entries; the
 * fault names the file. */
status mirror_entry(struct mirror *m, uint64_t index, slice *ret_entry, struct fault *f);
