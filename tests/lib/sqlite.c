/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sqlite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/cm.h"
#include "tests/fail.h"

static struct fault fault;
static char path[128];
static struct sqlite *db;

static int open_database(void **)
{
    snprintf(path, sizeof path, "%s/views.db", test_folder());
    close(open(path, O_RDWR | O_CREAT, 0600));
    assert_ok(sqlite_open(path, SQLITE_FOR_WRITING, &db, &fault));
    assert_ok(sqlite_run(db,
                         "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                         " data BLOB, score REAL) STRICT",
                         &fault));
    return 0;
}

static int close_database(void **)
{
    sqlite_close(db);
    sqlite_close(NULL);
    return 0;
}

static struct sqlite_query *query(const char *sql)
{
    struct sqlite_query *q = NULL;
    assert_ok(sqlite_prepare(db, sql, &q, &fault));
    return q;
}

static status insert(struct sqlite_query *q, int64_t id, slice name)
{
    sqlite_bind_i64(q, 1, id);
    sqlite_bind_text(q, 2, name);
    sqlite_bind_blob(q, 3, name);
    sqlite_bind_double(q, 4, 0.5);
    return sqlite_finish(q, &fault);
}

static const char insert_sql[] = "INSERT INTO t VALUES(?1, ?2, ?3, ?4)";

static void what_is_bound_is_read_back(void **)
{
    static const slice names[] = { { (const uint8_t *)"", 0 },
                                   { (const uint8_t *)"O'Brien; DROP TABLE t", 21 },
                                   { (const uint8_t *)"a\0b", 3 },
                                   { (const uint8_t *)"\xc3\xa9", 2 } };
    struct sqlite_query *in = query(insert_sql);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_ok(insert(in, (int64_t)i, names[i]));
    sqlite_query_free(in);
    struct sqlite_query *out = query("SELECT id, name, data, score, NULL FROM t ORDER BY id");
    bool row = false;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_ok(sqlite_step(out, &row, &fault));
        assert_true(row);
        assert_int_equal(sqlite_i64(out, 0), i);
        assert_true(slice_equal(sqlite_text(out, 1), names[i]));
        assert_true(slice_equal(sqlite_blob(out, 2), names[i]));
        assert_true(sqlite_double(out, 3) > 0.49 && sqlite_double(out, 3) < 0.51);
        assert_true(sqlite_is_null(out, 4) && !sqlite_is_null(out, 0));
        assert_int_equal(sqlite_text(out, 4).len, 0);
        assert_non_null(sqlite_text(out, 4).at);
    }
    assert_ok(sqlite_step(out, &row, &fault));
    assert_false(row);
    sqlite_query_free(out);
    sqlite_query_free(NULL);
}

static void a_failed_step_leaves_the_query_ready(void **)
{
    struct sqlite_query *in = query(insert_sql);
    assert_ok(insert(in, 1, slice_text("a")));
    assert_fails(insert(in, 1, slice_text("b")), E_EXISTS);
    assert_non_null(strstr(fault.text, "views.db: UNIQUE constraint failed: t.id"));
    assert_ok(insert(in, 2, slice_text("b")));
    sqlite_bind_null(in, 2); /* NOT NULL */
    assert_fails(sqlite_finish(in, &fault), E_EXISTS);
    sqlite_bind_i64(in, 5, 1); /* there are four parameters */
    assert_fails(sqlite_finish(in, &fault), E_VALUE);
    sqlite_bind_i64(in, 1, 3);
    sqlite_bind_text(in, 2, slice_text("c"));
    sqlite_bind_text(in, 4, slice_text("not a number")); /* STRICT */
    assert_fails(sqlite_finish(in, &fault), E_EXISTS);
    assert_ok(insert(in, 3, slice_text("c")));
    sqlite_query_free(in);
}

static void values_have_a_largest_size(void **)
{
    uint8_t *bytes = calloc(1, SQLITE_VALUE_BYTES_MAX + 1);
    assert_non_null(bytes);
    struct sqlite_query *in = query("INSERT INTO t(name, data) VALUES('x', ?1)");
    sqlite_bind_blob(in, 1, (slice){ bytes, SQLITE_VALUE_BYTES_MAX + 1 });
    assert_fails(sqlite_finish(in, &fault), E_LIMIT);
    sqlite_bind_blob(in, 1, (slice){ bytes, SQLITE_VALUE_BYTES_MAX - 1000 });
    assert_ok(sqlite_finish(in, &fault));
    sqlite_query_free(in);
    free(bytes);
}

static void wrong_and_dangerous_sql_is_refused(void **)
{
    static const char *const wrong[] = {
        "SELEC 1",    "SELECT * FROM none", "",
        "-- nothing", "SELECT 1; SELECT 2", "SELECT \"a string in the wrong quotes\""
    };
    static const char *const dangerous[] = { "SELECT load_extension('x')",
                                             "ATTACH DATABASE '/tmp/other.db' AS other",
                                             ("PRAGMA writable_schema = ON;"
                                              "UPDATE sqlite_schema SET sql = 'x'") };
    struct sqlite_query *q = NULL;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        assert_fails(sqlite_prepare(db, wrong[i], &q, &fault), E_VALUE);
        assert_null(q);
    }
    for (size_t i = 0; i < COUNT_OF(dangerous); i++) {
        assert_fails(sqlite_run(db, dangerous[i], &fault), E_VALUE);
    }
}

static void a_reader_sees_what_is_committed_and_cannot_write(void **)
{
    struct sqlite *reader = NULL;
    struct sqlite_query *in = query(insert_sql), *count = NULL;
    bool row = false;
    assert_ok(sqlite_run(db, "BEGIN IMMEDIATE", &fault));
    assert_ok(insert(in, 1, slice_text("a")));
    assert_ok(sqlite_open(path, SQLITE_FOR_READING, &reader, &fault));
    assert_ok(sqlite_prepare(reader, "SELECT count(*) FROM t", &count, &fault));
    for (int64_t want = 0; want <= 1; want++) {
        assert_ok(sqlite_step(count, &row, &fault));
        assert_int_equal(sqlite_i64(count, 0), want);
        sqlite_reset(count);
        if (want == 0) assert_ok(sqlite_run(db, "COMMIT", &fault));
    }
    assert_fails(sqlite_run(reader, "DELETE FROM t", &fault), E_DENIED);
    sqlite_query_free(count);
    sqlite_query_free(in);
    sqlite_close(reader);
}

static void the_schema_has_a_version(void **)
{
    int32_t version = 77;
    assert_ok(sqlite_version(db, &version, &fault));
    assert_int_equal(version, 0);
    assert_ok(sqlite_set_version(db, INT32_MAX, &fault));
    assert_ok(sqlite_version(db, &version, &fault));
    assert_int_equal(version, INT32_MAX);
    struct sqlite_query *q = query("PRAGMA journal_mode");
    bool row = false;
    assert_ok(sqlite_step(q, &row, &fault));
    assert_true(slice_is(sqlite_text(q, 0), "wal"));
    sqlite_query_free(q);
}

static void deleted_text_is_not_left_in_the_file(void **)
{
    struct sqlite_query *in = query(insert_sql);
    assert_ok(insert(in, 1, slice_text("a person's name to be erased")));
    sqlite_query_free(in);
    assert_ok(sqlite_run(db, "PRAGMA wal_checkpoint(TRUNCATE)", &fault));
    const slice before = file_bytes(path);
    assert_non_null(memmem(before.at, before.len, "to be erased", 12));
    assert_ok(sqlite_run(db, "DELETE FROM t; PRAGMA wal_checkpoint(TRUNCATE)", &fault));
    const slice after = file_bytes(path);
    assert_null(memmem(after.at, after.len, "to be erased", 12));
}

static void what_is_no_database_is_not_opened(void **)
{
    struct sqlite *other = NULL;
    char name[160];
    uint8_t bytes[8192];
    memset(bytes, 'x', sizeof bytes);
    snprintf(name, sizeof name, "%s.text", path);
    const int fd = open(name, O_RDWR | O_CREAT, 0600);
    assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
    close(fd);
    assert_fails(sqlite_open(name, SQLITE_FOR_READING, &other, &fault), E_CORRUPT);
    assert_fails(sqlite_open(name, SQLITE_FOR_WRITING, &other, &fault), E_CORRUPT);
    assert_non_null(strstr(fault.text, "file is not a database"));
    snprintf(name, sizeof name, "%s.none", path);
    assert_fails(sqlite_open(name, SQLITE_FOR_READING, &other, &fault), E_NOT_FOUND);
    assert_fails(sqlite_open(name, SQLITE_FOR_WRITING, &other, &fault), E_NOT_FOUND);
    assert_null(other);
}

static void open_attempt(void *)
{
    struct sqlite *other = NULL;
    struct sqlite_query *q = NULL;
    status s = sqlite_open(path, SQLITE_FOR_READING, &other, &fault);
    if (s.code == E_OK) s = sqlite_prepare(other, "SELECT 1", &q, &fault);
    assert_int_equal(s.code, fail_happened() ? E_NOMEM : E_OK);
    sqlite_query_free(q);
    sqlite_close(other);
}

static void memory_may_run_out(void **)
{
    assert_int_equal(fail_each_allocation(open_attempt, NULL), 2);
}

#define WITH_DATABASE(test) cmocka_unit_test_setup_teardown(test, open_database, close_database)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DATABASE(what_is_bound_is_read_back),
        WITH_DATABASE(a_failed_step_leaves_the_query_ready),
        WITH_DATABASE(values_have_a_largest_size),
        WITH_DATABASE(wrong_and_dangerous_sql_is_refused),
        WITH_DATABASE(a_reader_sees_what_is_committed_and_cannot_write),
        WITH_DATABASE(the_schema_has_a_version),
        WITH_DATABASE(deleted_text_is_not_left_in_the_file),
        WITH_DATABASE(what_is_no_database_is_not_opened),
        WITH_DATABASE(memory_may_run_out),
    };
    return cmocka_run_group_tests_name("lib/sqlite", tests, NULL, NULL);
}
