/* SPDX-License-Identifier: Apache-2.0 */
#include "view/known.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/siphash.h"
#include "ledger/erase/scan.h"
#include "lib/sqlite.h"
#include "os/random.h"
#include "view/file.h"
#include "base/banned.h"

enum { KNOWN_VERSION = 1, PRINT_BYTES = 16 };

struct known {
    struct sqlite *db;
    struct sqlite_query *find;
    struct sqlite_query *add;
    struct sqlite_query *save;
    struct siphash_key key;
    uint64_t applied; /* entries that were looked at */
    bool is_open;     /* a transaction */
};

/* The field of a kind that holds its identifier; 0 for kinds that are not followed. */
static int id_field(uint8_t kind)
{
    switch (kind) {
    case KIND_enforcement:
        return FIELD_enforcement_puid;
    case KIND_notice:
        return FIELD_notice_id;
    case KIND_order:
        return FIELD_order_id;
    case KIND_appeal:
        return FIELD_appeal_id;
    default:
        return 0;
    }
}

static status create(struct known *k, struct fault *f)
{
    struct sqlite_query *q = NULL;
    uint8_t key[PRINT_BYTES];
    if (random_bytes(key, sizeof key).code != E_OK) {
        return fault_set(f, FAIL(E_UNSUPPORTED), "known: no random bytes");
    }
    TRY(sqlite_run(k->db,
                   "BEGIN; CREATE TABLE known(print BLOB PRIMARY KEY, position INTEGER NOT NULL) "
                   "STRICT, WITHOUT ROWID; CREATE INDEX known_by_position ON known(position); "
                   "CREATE TABLE progress(key BLOB NOT NULL, applied INTEGER NOT NULL) STRICT;",
                   f));
    TRY(sqlite_prepare(k->db, "INSERT INTO progress(key, applied) VALUES(?1, 0)", &q, f));
    sqlite_bind_blob(q, 1, (slice){ key, sizeof key });
    const status inserted = sqlite_finish(q, f);
    sqlite_query_free(q);
    TRY(inserted);
    TRY(sqlite_set_version(k->db, KNOWN_VERSION, f));
    return sqlite_run(k->db, "COMMIT", f);
}

static status load(struct known *k, struct fault *f)
{
    struct sqlite_query *q = NULL;
    bool row = false;
    TRY(sqlite_prepare(k->db, "SELECT key, applied FROM progress", &q, f));
    status s = sqlite_step(q, &row, f);
    const slice key = s.code == E_OK && row ? sqlite_blob(q, 0) : slice_none();
    if (s.code == E_OK && key.len != PRINT_BYTES) {
        s = fault_set(f, FAIL(E_CORRUPT), KNOWN_FILE ": it has no key");
    } else if (s.code == E_OK) {
        k->key = (struct siphash_key){ get_u64(key.at), get_u64(key.at + 8) };
        k->applied = (uint64_t)sqlite_i64(q, 1);
    }
    sqlite_query_free(q);
    return s;
}

/* A log that came back shorter than it was, from a backup, may have other records there. */
static status forget_behind(struct known *k, uint64_t size, struct fault *f)
{
    struct sqlite_query *q = NULL;
    if (k->applied <= size) return OK;
    TRY(sqlite_prepare(k->db, "DELETE FROM known WHERE position >= ?1", &q, f));
    sqlite_bind_i64(q, 1, (int64_t)size);
    status s = sqlite_finish(q, f);
    sqlite_query_free(q);
    TRY(s);
    k->applied = size;
    sqlite_bind_i64(k->save, 1, (int64_t)size);
    return sqlite_finish(k->save, f);
}

static status prepare(struct known *k, const char *dir, uint64_t size, struct fault *f)
{
    char path[1024];
    int32_t version = 0;
    snprintf(path, sizeof path, "%s/%s", dir, KNOWN_FILE);
    TRY(sqlite_open(path, SQLITE_FOR_WRITING, &k->db, f));
    TRY(sqlite_version(k->db, &version, f));
    if (version == 0) TRY(create(k, f));
    if (version != 0 && version != KNOWN_VERSION) {
        return fault_set(f, FAIL(E_CORRUPT), KNOWN_FILE ": version %d", version);
    }
    TRY(sqlite_prepare(k->db, "SELECT position FROM known WHERE print = ?1", &k->find, f));
    TRY(sqlite_prepare(k->db, "INSERT OR IGNORE INTO known(print, position) VALUES(?1, ?2)",
                       &k->add, f));
    TRY(sqlite_prepare(k->db, "UPDATE progress SET applied = ?1", &k->save, f));
    TRY(load(k, f));
    return forget_behind(k, size, f);
}

status known_open(const char *dir, uint64_t size, struct known **ret_known, struct fault *f)
{
    TRY(view_file_make(dir, KNOWN_FILE, f));
    struct known *k = calloc(1, sizeof *k);
    if (k == NULL) return fault_set(f, FAIL(E_NOMEM), "known: out of memory");
    const status s = prepare(k, dir, size, f);
    if (s.code != E_OK) {
        known_close(k);
        return s;
    }
    *ret_known = k;
    return OK;
}

void known_close(struct known *k)
{
    if (k == NULL) return;
    sqlite_query_free(k->find);
    sqlite_query_free(k->add);
    sqlite_query_free(k->save);
    sqlite_close(k->db); /* rolls an open transaction back */
    free(k);
}

/* Kind and fingerprint: the kind takes part, so that kinds do not share identifiers. */
static void print_of(const struct known *k, uint8_t kind, slice id, uint8_t ret_print[PRINT_BYTES])
{
    struct siphash_key key = k->key;
    key.a ^= kind;
    const struct siphash_print p = siphash_128(&key, id);
    put_u64(ret_print, p.low);
    put_u64(ret_print + 8, p.high);
}

status known_find(struct known *k, uint8_t kind, slice id, uint64_t *ret_index, struct fault *f)
{
    uint8_t print[PRINT_BYTES];
    bool row = false;
    print_of(k, kind, id, print);
    sqlite_bind_blob(k->find, 1, (slice){ print, sizeof print });
    TRY(sqlite_step(k->find, &row, f));
    if (!row) return FAIL(E_NOT_FOUND);
    *ret_index = (uint64_t)sqlite_i64(k->find, 0);
    sqlite_reset(k->find);
    return OK;
}

status known_add(struct known *k, uint8_t kind, slice id, uint64_t index, struct fault *f)
{
    uint8_t print[PRINT_BYTES];
    print_of(k, kind, id, print);
    sqlite_bind_blob(k->add, 1, (slice){ print, sizeof print });
    sqlite_bind_i64(k->add, 2, (int64_t)index);
    TRY(sqlite_finish(k->add, f));
    if (index == k->applied) k->applied = index + 1; /* nothing of others lies between */
    return OK;
}

/* ---- following the log ---- */

static bool wants(void *self, uint64_t index, slice entry)
{
    (void)self;
    (void)index;
    return entry.len > 1 && id_field(entry.at[1]) != 0;
}

static status take_record(void *self, const struct scanned_record *r, struct fault *f)
{
    struct known *k = self;
    const uint8_t kind = r->entry->schema->kind;
    const int field = id_field(kind);
    if (field == 0 || r->opening == NULL || r->opening->field_count < (size_t)field) return OK;
    const struct record_field *id = &r->opening->fields[field - 1];
    return id->type == TYPE_TEXT ? known_add(k, kind, id->value, r->index, f) : OK;
}

static status read_on(struct known *k, struct archive *a, struct keys *keys, uint64_t size,
                      struct fault *f)
{
    const struct scan_watcher watcher = { .self = k, .record = take_record, .wants = wants };
    TRY(scan_records(a, keys, k->applied, size, &watcher, f));
    k->applied = size;
    return OK;
}

status known_follow(struct known *k, struct archive *a, const struct store *store, struct fault *f)
{
    const uint64_t size = archive_size(a);
    if (!k->is_open) TRY(sqlite_run(k->db, "BEGIN", f));
    k->is_open = true;
    if (k->applied < size) {
        struct keys *keys = NULL;
        TRY(keys_open(store, NULL, &keys, f));
        const status s = read_on(k, a, keys, size, f);
        keys_free(keys);
        TRY(s);
    }
    sqlite_bind_i64(k->save, 1, (int64_t)k->applied);
    TRY(sqlite_finish(k->save, f));
    TRY(sqlite_run(k->db, "COMMIT", f));
    k->is_open = false;
    TRY(sqlite_run(k->db, "BEGIN", f));
    k->is_open = true;
    return OK;
}
