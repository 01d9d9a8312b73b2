/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/status.h"

/*
 * sqlite: the databases of views, with SQLite behind it. Views can be rebuilt from the log, so that
 * a crash may cost the last transactions (synchronous = NORMAL) but never consistency.
 *
 * Rules that the wrapper holds: SQL text is constant, values are bound, never pasted; one writer
 * and any number of readers (WAL); defensive mode, no extensions, no triggers or views of the
 * schema that call functions with side effects; limits on everything. One handle belongs to one
 * thread at a time.
 */
enum {
    SQLITE_VALUE_BYTES_MAX = 4 << 20, /* one text, blob or row */
    SQLITE_SQL_BYTES_MAX = 64 << 10,
    SQLITE_BUSY_MS = 5000, /* how long a reader waits for a lock before E_BUSY */
};

struct sqlite;
struct sqlite_query;

enum sqlite_open { SQLITE_FOR_READING, SQLITE_FOR_WRITING };

/* Opens a database file that is there; an empty one is a new database, so that os/file.h makes it,
 * with mode 0600, which SQLite's other two files take over. The writer switches it to WAL. The
 * directory's lock keeps a second writer away; one that comes nevertheless waits SQLITE_BUSY_MS and
 * gets E_BUSY. E_NOT_FOUND, E_CORRUPT if it is no database, E_DENIED, E_FULL, E_NOMEM, E_IO. */
status sqlite_open(const char *path, enum sqlite_open how, struct sqlite **ret_db, struct fault *f);
/* Queries must have been freed. NULL is allowed. */
void sqlite_close(struct sqlite *db);
/* Runs one or more statements that take and return nothing: CREATE TABLE … STRICT, BEGIN, COMMIT.
 */
status sqlite_run(struct sqlite *db, const char *sql, struct fault *f);
/* The number a program keeps in the file about its schema (PRAGMA user_version); 0 in a new file.
 */
status sqlite_version(struct sqlite *db, int32_t *ret_version, struct fault *f);
status sqlite_set_version(struct sqlite *db, int32_t version, struct fault *f);

/* Prepares one statement, to be used again and again. E_VALUE if the SQL is wrong. */
status sqlite_prepare(struct sqlite *db, const char *sql, struct sqlite_query **ret_query,
                      struct fault *f);
/* NULL is allowed. */
void sqlite_query_free(struct sqlite_query *q);

/* Parameters from 1 on. Bytes are copied. Mistakes are kept and come out of the next step. */
void sqlite_bind_i64(struct sqlite_query *q, int parameter, int64_t value);
void sqlite_bind_double(struct sqlite_query *q, int parameter, double value);
void sqlite_bind_text(struct sqlite_query *q, int parameter, slice text);
void sqlite_bind_blob(struct sqlite_query *q, int parameter, slice blob);
void sqlite_bind_null(struct sqlite_query *q, int parameter);
/* The next row; *ret_row is false behind the last, and then the query is ready for new parameters
 * (the old ones are gone). E_EXISTS for a broken constraint, E_LIMIT for a value that is too large,
 * E_BUSY, E_FULL, E_CORRUPT, E_NOMEM, E_IO, E_DENIED for a write by a reader; the query is ready
 * again then. */
status sqlite_step(struct sqlite_query *q, bool *ret_row, struct fault *f);
/* Steps through a statement that returns no rows (what rows there are, are passed over). */
status sqlite_finish(struct sqlite_query *q, struct fault *f);
/* Gives up the rest of the rows. */
void sqlite_reset(struct sqlite_query *q);

/* Columns from 0 on of the present row. Another type is converted as SQLite does; NULL is 0 or
 * empty. Slices are views that die with the next step, reset or free. */
int64_t sqlite_i64(struct sqlite_query *q, int column);
double sqlite_double(struct sqlite_query *q, int column);
slice sqlite_text(struct sqlite_query *q, int column);
slice sqlite_blob(struct sqlite_query *q, int column);
bool sqlite_is_null(struct sqlite_query *q, int column);
