/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"
#include "ledger/backup/gaps.h"
#include "ledger/erase/erased_set.h"
#include "record/entry.h"

/*
 * fsck_erased: holds what is missing in the openings against what the log's erasure entries cover,
 * both ways: a value that is gone needs an erasure, and what an erasure covers has to be gone. A
 * whole opening may also be missing where a gap record names its entry.
 *
 * Memory: 32 bytes for each erased record or run of them.
 */
struct fsck_erased;

/* NULL if memory is out. */
struct fsck_erased *fsck_erased_new(const struct store *store);
void fsck_erased_free(struct fsck_erased *e);
/* Fields of the record at index that are missing, in the order of indices. E_NOMEM. */
status fsck_erased_missing(struct fsck_erased *e, uint64_t index, uint64_t fields);
/* An erasure entry of the log: its set is read and kept. E_CORRUPT or E_NOT_FOUND if that is not
 * there as the entry says, E_NOMEM. */
status fsck_erased_entry(struct fsck_erased *e, uint64_t index, const struct entry *entry,
                         struct fault *f);
/* A gap record of the log names these entries: their openings may be missing as a whole. E_NOMEM.
 */
status fsck_erased_gap(struct fsck_erased *e, struct gap_range range);
/* Tells every contradiction in one line each, a run of records as one. */
void fsck_erased_judge(struct fsck_erased *e, void (*tell)(void *with, const char *text),
                       void *with);
/* The fields that are missing in an opening, as bits. */
struct opening;
uint64_t fsck_erased_fields(const struct opening *o);
