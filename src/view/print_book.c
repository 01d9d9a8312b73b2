/* SPDX-License-Identifier: Apache-2.0 */
#include "view/print_book.h"

#include <stdio.h>
#include "base/bytes.h"
#include "os/random.h"
#include "view/file.h"
#include "base/banned.h"

static status create(struct sqlite *db, const char *name, const char *tables, int32_t version,
                     struct fault *f)
{
    struct sqlite_query *q = NULL;
    uint8_t key[PRINT_BYTES];
    if (random_bytes(key, sizeof key).code != E_OK) {
        return fault_set(f, FAIL(E_UNSUPPORTED), "%s: no random bytes", name);
    }
    TRY(sqlite_run(db, "BEGIN", f));
    TRY(sqlite_run(db, tables, f));
    TRY(sqlite_run(db, "CREATE TABLE progress(key BLOB NOT NULL, applied INTEGER NOT NULL) STRICT",
                   f));
    TRY(sqlite_prepare(db, "INSERT INTO progress(key, applied) VALUES(?1, 0)", &q, f));
    sqlite_bind_blob(q, 1, (slice){ key, sizeof key });
    const status inserted = sqlite_finish(q, f);
    sqlite_query_free(q);
    TRY(inserted);
    TRY(sqlite_set_version(db, version, f));
    return sqlite_run(db, "COMMIT", f);
}

static status load(struct print_book *b, const char *name, struct fault *f)
{
    struct sqlite_query *q = NULL;
    bool row = false;
    TRY(sqlite_prepare(b->db, "SELECT key, applied FROM progress", &q, f));
    status s = sqlite_step(q, &row, f);
    const slice key = s.code == E_OK && row ? sqlite_blob(q, 0) : slice_none();
    if (s.code == E_OK && key.len != PRINT_BYTES) {
        s = fault_set(f, FAIL(E_CORRUPT), "%s: it has no key", name);
    } else if (s.code == E_OK) {
        b->key = (struct siphash_key){ get_u64(key.at), get_u64(key.at + 8) };
        b->applied = (uint64_t)sqlite_i64(q, 1);
    }
    sqlite_query_free(q);
    return s;
}

static status prepare(struct print_book *b, const char *dir, const char *name, const char *tables,
                      int32_t version, struct fault *f)
{
    char path[1024];
    int32_t found = 0;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    TRY(sqlite_open(path, SQLITE_FOR_WRITING, &b->db, f));
    TRY(sqlite_version(b->db, &found, f));
    if (found == 0) TRY(create(b->db, name, tables, version, f));
    if (found != 0 && found != version) {
        return fault_set(f, FAIL(E_CORRUPT), "%s: version %d", name, found);
    }
    TRY(sqlite_prepare(b->db, "UPDATE progress SET applied = ?1", &b->save, f));
    return load(b, name, f);
}

status print_book_open(const char *dir, const char *name, const char *tables, int32_t version,
                       struct print_book *ret_book, struct fault *f)
{
    struct print_book b = {};
    TRY(view_file_make(dir, name, f));
    const status s = prepare(&b, dir, name, tables, version, f);
    if (s.code != E_OK) {
        print_book_close(&b);
        return s;
    }
    *ret_book = b;
    return OK;
}

void print_book_close(struct print_book *b)
{
    sqlite_query_free(b->save);
    sqlite_close(b->db); /* rolls an open transaction back */
    *b = (struct print_book){};
}

status print_book_save(struct print_book *b, uint64_t applied, struct fault *f)
{
    b->applied = applied;
    sqlite_bind_i64(b->save, 1, (int64_t)applied);
    return sqlite_finish(b->save, f);
}

void print_book_print(const struct print_book *b, uint8_t kind, slice id,
                      uint8_t ret_print[PRINT_BYTES])
{
    struct siphash_key key = b->key;
    key.a ^= kind;
    const struct siphash_print p = siphash_128(&key, id);
    put_u64(ret_print, p.low);
    put_u64(ret_print + 8, p.high);
}
