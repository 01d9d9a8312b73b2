/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "ledger/archive.h"
#include "ledger/store.h"

/*
 * withheld: entries of orders of authorities that must not be public yet. An order may have a time
 * of release; every record of its identifier then waits for it, as the newest record that states
 * one says, or until a record of the stage "released" ends the wait at once.
 *
 * A database beside the views (DIR/view/withheld.db): places of records to fingerprints of their
 * order's identifier (view/print_book.h) and times of release, made by the scribe from the private
 * values of the log. It can be made again from what the log still opens: a record whose opening was
 * erased is then withheld no longer, which is why an erasure leaves identifier and release of an
 * order in place until it is released (cmd/forget/erasing.h).
 *
 * Nothing is public before it was looked at. Cost: a question of the view for each piece of the
 * log, and about 100 us for each record of an order.
 */
#define WITHHELD_FILE "view/withheld.db"

enum { WITHHELD_STEP_RECORDS = 256 };

struct withheld;
struct withheld_reader;

/* For the scribe: opens the database for a log of that size, made if it is not there; one of a
 * longer log begins anew. E_CORRUPT, E_FULL, E_NOMEM, E_IO. */
status withheld_open(const char *dir, uint64_t size, struct withheld **ret_withheld,
                     struct fault *f);
/* NULL is allowed. */
void withheld_close(struct withheld *w);
/* Looks at some more of what the view has come to, as of now; *ret_done if nothing is left. store:
 * of the same node, for its keys. What keys_open and opener_open fail with. */
status withheld_step(struct withheld *w, struct archive *a, const struct store *store,
                     int64_t now_ns, bool *ret_done, struct fault *f);
/* Deletes the database's files. A later withheld_open begins anew. */
status withheld_drop(const char *dir, struct fault *f);

/* For the reader. E_NOT_FOUND if the scribe has not made it yet. */
status withheld_read(const char *dir, struct withheld_reader **ret_reader, struct fault *f);
/* NULL is allowed. */
void withheld_reader_close(struct withheld_reader *r);
/* Whether the record of an order at that index may be public now: it was looked at, and is not
 * withheld. */
status withheld_ask(struct withheld_reader *r, uint64_t index, int64_t now_ns, bool *ret_public,
                    struct fault *f);
