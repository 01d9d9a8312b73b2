/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"
#include "ledger/erase/erased_set.h"
#include "record/entry.h"

/*
 * erasures: the files beside the log that say what its erasure entries cover, and keys/applied,
 * which says up to where they were carried out. keys/applied is backed up with the keys: after
 * older keys were restored it names an older size, and what was erased since is erased again before
 * anything is opened.
 *
 *   keys/applied   "candor erasures applied v1", the number of entries, and 16 hexadecimal digits:
 *                  the first 8 bytes of SHA-256 over the first two lines
 */

/* Room for one set and its file. */
struct erasures_room;
/* NULL if memory is out. */
struct erasures_room *erasures_room_new(void);
void erasures_room_free(struct erasures_room *r);

/* Makes the file of a set, durably, and gives its hash. To be done before the entry is logged.
 * E_FULL, E_FSYNC, E_NOMEM. */
status erasures_put(const struct store *store, struct erasures_room *room,
                    const struct erased_set *set, hash *ret_hash, struct fault *f);
/* The set of that hash; it lives in room. E_NOT_FOUND, E_CORRUPT if it is damaged or another. */
status erasures_get(const struct store *store, struct erasures_room *room, const hash *set,
                    struct erased_set *ret_set, struct fault *f);
/* The set of a parsed erasure entry, which has to agree with it in amount. As erasures_get. */
status erasures_of_entry(const struct store *store, struct erasures_room *room,
                         const struct entry *e, struct erased_set *ret_set, struct fault *f);

/* Entries up to which erasures were carried out: 0 if there is no file. E_CORRUPT. */
status erasures_applied(const struct store *store, uint64_t *ret_size, struct fault *f);
/* Notes that, durably. */
status erasures_set_applied(const struct store *store, uint64_t size, struct fault *f);
/* The first erasure entry at or behind index; its parsed form is a view that dies with the
 * archive's next read. E_NOT_FOUND (the fault is not set) if there is none. */
status erasures_next(struct archive *a, uint64_t index, uint64_t *ret_index,
                     struct entry *ret_entry, struct fault *f);
/* E_REFUSED if an erasure is in the log that was not carried out yet. */
status erasures_check(const struct store *store, struct archive *a, struct fault *f);
