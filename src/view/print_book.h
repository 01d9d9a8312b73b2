/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/siphash.h"
#include "lib/sqlite.h"

/*
 * print_book: a database beside the views that knows identifiers out of private values by their
 * keyed fingerprints alone (SipHash, 128 bits, a random key of its own), and how far into the log
 * it has looked. Whoever keeps one adds its own tables.
 */
enum { PRINT_BYTES = 16 };

struct print_book {
    struct sqlite *db;
    struct sqlite_query *save;
    struct siphash_key key;
    uint64_t applied; /* entries that were looked at */
};

/* Opens DIR/name, which begins with the folder of views, for writing; made with those tables if it
 * is not there. E_CORRUPT if it is damaged or of another version. E_FULL, E_NOMEM, E_IO. */
status print_book_open(const char *dir, const char *name, const char *tables, int32_t version,
                       struct print_book *ret_book, struct fault *f);
/* Queries of others must have been freed. An open transaction is rolled back. */
void print_book_close(struct print_book *b);
/* Notes how far it is, in the transaction that is open. */
status print_book_save(struct print_book *b, uint64_t applied, struct fault *f);
/* Kind and identifier: the kind takes part, so that kinds do not share identifiers. */
void print_book_print(const struct print_book *b, uint8_t kind, slice id,
                      uint8_t ret_print[PRINT_BYTES]);
