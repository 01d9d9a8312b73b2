/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"
#include "ledger/archive.h"

/*
 * view: what a node answers lists and charts from: a SQLite database made from the entries of the
 * log alone, which may be deleted at any time and comes out the same when it is rebuilt (as a
 * canonical dump). It holds no private value: those are opened from the log when somebody may see
 * them.
 *
 * Each projection (view/projection.h) turns entries into rows of its own tables. How far the view
 * has come is stored with the rows of the same transaction, so that a crash never counts an entry
 * twice.
 */
#define VIEW_FOLDER "view"
#define VIEW_FILE "view/records.db"

enum { VIEW_ENTRIES_PER_COMMIT = 8192 };

struct view_db;

/* Opens DIR/view/records.db, made if it is not there. One that is damaged or of another version is
 * E_CORRUPT: it has to be rebuilt. E_FULL, E_NOMEM, E_IO. */
status view_db_open(const char *dir, struct view_db **ret_view, struct fault *f);
/* NULL is allowed. */
void view_db_close(struct view_db *v);
/* Deletes the database's files. A later view_db_open begins anew. */
status view_db_drop(const char *dir, struct fault *f);
/* Entries that are in the view. */
uint64_t view_db_applied(const struct view_db *v);
/* Brings at most VIEW_ENTRIES_PER_COMMIT more entries below size into the view, in one transaction;
 * *ret_done once nothing is left. On failure nothing of them is in. */
status view_db_step(struct view_db *v, struct archive *a, uint64_t size, bool *ret_done,
                    struct fault *f);
/* The SHA-256 of all rows of all tables in canonical order: equal for equal logs. */
status view_db_digest(struct view_db *v, hash *ret_digest, struct fault *f);
