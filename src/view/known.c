/* SPDX-License-Identifier: Apache-2.0 */
#include "view/known.h"

#include <stdlib.h>
#include "ledger/erase/scan.h"
#include "view/print_book.h"
#include "base/banned.h"

enum { KNOWN_VERSION = 1 };

static const char known_tables[] =
    "CREATE TABLE known(print BLOB PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID; "
    "CREATE INDEX known_by_position ON known(position);";

struct known {
    struct print_book book;
    struct sqlite_query *find;
    struct sqlite_query *add;
    bool is_open; /* a transaction */
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

/* A log that came back shorter than it was, from a backup, may have other records there. */
static status forget_behind(struct known *k, uint64_t size, struct fault *f)
{
    struct sqlite_query *q = NULL;
    if (k->book.applied <= size) return OK;
    TRY(sqlite_prepare(k->book.db, "DELETE FROM known WHERE position >= ?1", &q, f));
    sqlite_bind_i64(q, 1, (int64_t)size);
    status s = sqlite_finish(q, f);
    sqlite_query_free(q);
    TRY(s);
    return print_book_save(&k->book, size, f);
}

static status prepare(struct known *k, const char *dir, uint64_t size, struct fault *f)
{
    TRY(print_book_open(dir, KNOWN_FILE, known_tables, KNOWN_VERSION, &k->book, f));
    TRY(sqlite_prepare(k->book.db, "SELECT position FROM known WHERE print = ?1", &k->find, f));
    TRY(sqlite_prepare(k->book.db, "INSERT OR IGNORE INTO known(print, position) VALUES(?1, ?2)",
                       &k->add, f));
    return forget_behind(k, size, f);
}

status known_open(const char *dir, uint64_t size, struct known **ret_known, struct fault *f)
{
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
    print_book_close(&k->book);
    free(k);
}

status known_find(struct known *k, uint8_t kind, slice id, uint64_t *ret_index, struct fault *f)
{
    uint8_t print[PRINT_BYTES];
    bool row = false;
    print_book_print(&k->book, kind, id, print);
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
    print_book_print(&k->book, kind, id, print);
    sqlite_bind_blob(k->add, 1, (slice){ print, sizeof print });
    sqlite_bind_i64(k->add, 2, (int64_t)index);
    TRY(sqlite_finish(k->add, f));
    if (index == k->book.applied) k->book.applied = index + 1; /* nothing lies between */
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
    TRY(scan_records(a, keys, k->book.applied, size, &watcher, f));
    k->book.applied = size;
    return OK;
}

status known_follow(struct known *k, struct archive *a, const struct store *store, struct fault *f)
{
    const uint64_t size = archive_size(a);
    if (!k->is_open) TRY(sqlite_run(k->book.db, "BEGIN", f));
    k->is_open = true;
    if (k->book.applied < size) {
        struct keys *keys = NULL;
        TRY(keys_open(store, NULL, &keys, f));
        const status s = read_on(k, a, keys, size, f);
        keys_free(keys);
        TRY(s);
    }
    TRY(print_book_save(&k->book, k->book.applied, f));
    TRY(sqlite_run(k->book.db, "COMMIT", f));
    k->is_open = false;
    TRY(sqlite_run(k->book.db, "BEGIN", f));
    k->is_open = true;
    return OK;
}
