/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sqlite.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

/*
 * What is deleted is overwritten with zeroes (secure_delete), as erasure demands of views; the WAL
 * may hold older pages until PRAGMA wal_checkpoint(TRUNCATE).
 */
struct sqlite {
    sqlite3 *handle;
    char path[256]; /* for messages; cut if longer */
};

struct sqlite_query {
    struct sqlite *db; /* borrowed */
    sqlite3_stmt *statement;
    int bind_error; /* first SQLite result of a bind since the last step that was not SQLITE_OK */
};

static const struct {
    int result;
    int32_t code;
} translation[] = {
    { SQLITE_BUSY, E_BUSY },          { SQLITE_LOCKED, E_BUSY },
    { SQLITE_NOMEM, E_NOMEM },        { SQLITE_READONLY, E_DENIED },
    { SQLITE_PERM, E_DENIED },        { SQLITE_AUTH, E_DENIED },
    { SQLITE_FULL, E_FULL },          { SQLITE_CORRUPT, E_CORRUPT },
    { SQLITE_NOTADB, E_CORRUPT },     { SQLITE_CONSTRAINT, E_EXISTS },
    { SQLITE_TOOBIG, E_LIMIT },       { SQLITE_ERROR, E_VALUE },
    { SQLITE_MISMATCH, E_VALUE },     { SQLITE_RANGE, E_VALUE },
    { SQLITE_CANTOPEN, E_NOT_FOUND }, { SQLITE_INTERRUPT, E_CANCELLED },
};

static status failed(struct sqlite *db, int result, struct fault *f)
{
    int32_t code = E_IO;
    for (size_t i = 0; i < COUNT_OF(translation); i++) {
        if (translation[i].result == (result & 0xff)) code = translation[i].code;
    }
    if (db->handle == NULL) return fault_set(f, FAIL(code), "database %s: no memory", db->path);
    return fault_set(
        f, FAIL_AT(code, sqlite3_system_errno(db->handle)), "database %s: %s", db->path,
        sqlite3_extended_errcode(db->handle) == SQLITE_OK ? sqlite3_errstr(result)
                                                          : sqlite3_errmsg(db->handle));
}

/* https://www.sqlite.org/security.html, "Untrusted SQL Inputs" and "Untrusted SQLite Database
 * Files". */
static void set_limits(sqlite3 *handle)
{
    static const struct {
        int limit;
        int value;
    } limits[] = {
        { SQLITE_LIMIT_LENGTH, SQLITE_VALUE_BYTES_MAX },
        { SQLITE_LIMIT_SQL_LENGTH, SQLITE_SQL_BYTES_MAX },
        { SQLITE_LIMIT_COLUMN, 100 },
        { SQLITE_LIMIT_EXPR_DEPTH, 50 },
        { SQLITE_LIMIT_COMPOUND_SELECT, 10 },
        { SQLITE_LIMIT_VDBE_OP, 25'000 },
        { SQLITE_LIMIT_FUNCTION_ARG, 16 },
        { SQLITE_LIMIT_ATTACHED, 0 },
        { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256 },
        { SQLITE_LIMIT_VARIABLE_NUMBER, 100 },
        { SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
        { SQLITE_LIMIT_WORKER_THREADS, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        sqlite3_limit(handle, limits[i].limit, limits[i].value);
    }
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, SQLITE_BUSY_MS);
}

static status set_up(struct sqlite *db, enum sqlite_open how, struct fault *f)
{
    set_limits(db->handle);
    TRY(sqlite_run(db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;", f));
    if (how == SQLITE_FOR_READING) return sqlite_run(db, "SELECT count(*) FROM sqlite_schema;", f);
    return sqlite_run(db,
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                      "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
                      "PRAGMA temp_store = MEMORY;",
                      f);
}

status sqlite_open(const char *path, enum sqlite_open how, struct sqlite **ret_db, struct fault *f)
{
    struct sqlite *db = calloc(1, sizeof *db);
    if (db == NULL) return fault_set(f, FAIL(E_NOMEM), "database %s: no memory", path);
    const int len = snprintf(db->path, sizeof db->path, "%s", path);
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                      (how == SQLITE_FOR_WRITING ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    const int result = len < 0 ? SQLITE_NOMEM : sqlite3_open_v2(path, &db->handle, flags, NULL);
    const status s = result == SQLITE_OK ? set_up(db, how, f) : failed(db, result, f);
    if (s.code == E_OK) *ret_db = db;
    if (s.code != E_OK) sqlite_close(db);
    return s;
}

void sqlite_close(struct sqlite *db)
{
    if (db == NULL) return;
    const int result = sqlite3_close(db->handle);
    assert(result == SQLITE_OK); /* else a query is still open */
    free(db);
}

status sqlite_run(struct sqlite *db, const char *sql, struct fault *f)
{
    const int result = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? OK : failed(db, result, f);
}

status sqlite_version(struct sqlite *db, int32_t *ret_version, struct fault *f)
{
    struct sqlite_query *q = NULL;
    bool row = false;
    TRY(sqlite_prepare(db, "PRAGMA user_version", &q, f));
    const status s = sqlite_step(q, &row, f);
    if (s.code == E_OK && row) *ret_version = (int32_t)sqlite_i64(q, 0);
    sqlite_query_free(q);
    return s;
}

status sqlite_set_version(struct sqlite *db, int32_t version, struct fault *f)
{
    char sql[64]; /* a pragma takes no parameter; a number is all that is pasted */
    snprintf(sql, sizeof sql, "PRAGMA user_version = %d", version);
    return sqlite_run(db, sql, f);
}

status sqlite_prepare(struct sqlite *db, const char *sql, struct sqlite_query **ret_query,
                      struct fault *f)
{
    struct sqlite_query *q = calloc(1, sizeof *q);
    if (q == NULL) return fault_set(f, FAIL(E_NOMEM), "database %s: no memory", db->path);
    q->db = db;
    const char *rest = "";
    const int result =
        sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &q->statement, &rest);
    status s = result == SQLITE_OK ? OK : failed(db, result, f);
    if (s.code == E_OK && (q->statement == NULL || *rest != '\0')) {
        s = fault_set(f, FAIL(E_VALUE), "database %s: not exactly one statement", db->path);
    }
    if (s.code == E_OK) *ret_query = q;
    if (s.code != E_OK) sqlite_query_free(q);
    return s;
}

void sqlite_query_free(struct sqlite_query *q)
{
    if (q == NULL) return;
    sqlite3_finalize(q->statement); /* repeats the error of the last step, which was reported */
    free(q);
}

static void note(struct sqlite_query *q, int result)
{
    if (q->bind_error == SQLITE_OK) q->bind_error = result;
}

void sqlite_bind_i64(struct sqlite_query *q, int parameter, int64_t value)
{
    note(q, sqlite3_bind_int64(q->statement, parameter, value));
}

void sqlite_bind_double(struct sqlite_query *q, int parameter, double value)
{
    note(q, sqlite3_bind_double(q->statement, parameter, value));
}

void sqlite_bind_text(struct sqlite_query *q, int parameter, slice text)
{
    note(q, sqlite3_bind_text64(q->statement, parameter, (const char *)text.at, text.len,
                                SQLITE_TRANSIENT, SQLITE_UTF8));
}

void sqlite_bind_blob(struct sqlite_query *q, int parameter, slice blob)
{
    note(q, sqlite3_bind_blob64(q->statement, parameter, blob.at, blob.len, SQLITE_TRANSIENT));
}

void sqlite_bind_null(struct sqlite_query *q, int parameter)
{
    note(q, sqlite3_bind_null(q->statement, parameter));
}

void sqlite_reset(struct sqlite_query *q)
{
    sqlite3_reset(q->statement); /* repeats the error of the last step, which was reported */
    sqlite3_clear_bindings(q->statement);
    q->bind_error = SQLITE_OK;
}

status sqlite_step(struct sqlite_query *q, bool *ret_row, struct fault *f)
{
    const bool unbound = q->bind_error != SQLITE_OK;
    const int result = unbound ? q->bind_error : sqlite3_step(q->statement);
    if (result == SQLITE_ROW) {
        *ret_row = true;
        return OK;
    }
    const status s = result == SQLITE_DONE ? OK : failed(q->db, result, f);
    sqlite_reset(q);
    if (s.code == E_OK) *ret_row = false;
    return s;
}

status sqlite_finish(struct sqlite_query *q, struct fault *f)
{
    bool row = true;
    while (row)
        TRY(sqlite_step(q, &row, f));
    return OK;
}

int64_t sqlite_i64(struct sqlite_query *q, int column)
{
    return sqlite3_column_int64(q->statement, column);
}

double sqlite_double(struct sqlite_query *q, int column)
{
    return sqlite3_column_double(q->statement, column);
}

/* The pointer must be asked for before the length: asking may convert the value. */
static slice view_of(const void *at, int len)
{
    return at == NULL || len <= 0 ? slice_none() : (slice){ at, (size_t)len };
}

slice sqlite_text(struct sqlite_query *q, int column)
{
    const void *at = sqlite3_column_text(q->statement, column);
    return view_of(at, sqlite3_column_bytes(q->statement, column));
}

slice sqlite_blob(struct sqlite_query *q, int column)
{
    const void *at = sqlite3_column_blob(q->statement, column);
    return view_of(at, sqlite3_column_bytes(q->statement, column));
}

bool sqlite_is_null(struct sqlite_query *q, int column)
{
    return sqlite3_column_type(q->statement, column) == SQLITE_NULL;
}
