/* SPDX-License-Identifier: Apache-2.0 */
#include "view/withheld.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/opener.h"
#include "record/kinds.h"
#include "record/value.h"
#include "view/file.h"
#include "view/lists.h"
#include "view/print_book.h"
#include "base/banned.h"

enum { WITHHELD_VERSION = 1 };

static const char withheld_tables[] =
    "CREATE TABLE withheld(position INTEGER PRIMARY KEY, print BLOB NOT NULL, "
    "until INTEGER NOT NULL) STRICT; CREATE INDEX withheld_by_print ON withheld(print);";

struct withheld {
    struct print_book book;
    const char *dir; /* borrowed */
    struct view_lists *lists;
    struct sqlite_query *add;
    struct sqlite_query *inherit;
    struct sqlite_query *move;
    struct sqlite_query *lift;
    struct sqlite_query *pass;
    struct opened_record record;
};

static status prepare(struct withheld *w, const char *dir, uint64_t size, struct fault *f)
{
    TRY(print_book_open(dir, WITHHELD_FILE, withheld_tables, WITHHELD_VERSION, &w->book, f));
    struct sqlite *db = w->book.db;
    TRY(sqlite_prepare(db, "INSERT INTO withheld(position, print, until) VALUES(?1, ?2, ?3)",
                       &w->add, f));
    TRY(sqlite_prepare(db,
                       "INSERT INTO withheld(position, print, until) SELECT ?1, print, until "
                       "FROM withheld WHERE print = ?2 LIMIT 1",
                       &w->inherit, f));
    TRY(sqlite_prepare(db, "UPDATE withheld SET until = ?2 WHERE print = ?1", &w->move, f));
    TRY(sqlite_prepare(db, "DELETE FROM withheld WHERE print = ?1", &w->lift, f));
    TRY(sqlite_prepare(db, "DELETE FROM withheld WHERE until <= ?1", &w->pass, f));
    if (w->book.applied <= size) return OK;
    TRY(sqlite_run(db, "BEGIN; DELETE FROM withheld", f));
    TRY(print_book_save(&w->book, 0, f));
    return sqlite_run(db, "COMMIT", f);
}

status withheld_open(const char *dir, uint64_t size, struct withheld **ret_withheld,
                     struct fault *f)
{
    struct withheld *w = calloc(1, sizeof *w);
    if (w == NULL) return fault_set(f, FAIL(E_NOMEM), "withheld: out of memory");
    w->dir = dir;
    const status s = prepare(w, dir, size, f);
    if (s.code != E_OK) {
        withheld_close(w);
        return s;
    }
    *ret_withheld = w;
    return OK;
}

void withheld_close(struct withheld *w)
{
    if (w == NULL) return;
    sqlite_query_free(w->add);
    sqlite_query_free(w->inherit);
    sqlite_query_free(w->move);
    sqlite_query_free(w->lift);
    sqlite_query_free(w->pass);
    print_book_close(&w->book);
    view_lists_close(w->lists);
    free(w);
}

status withheld_drop(const char *dir, struct fault *f)
{
    return view_file_drop(dir, WITHHELD_FILE, f);
}

/* ---- following the log ---- */

/* A record of an order: with a release of its own it decides for all of the same order, without one
 * it waits as long as they do. */
static status take(struct withheld *w, uint64_t index, const struct opened_record *r,
                   struct fault *f)
{
    const struct record_field *id = &r->opening.fields[FIELD_order_id - 1];
    const struct record_field *release = &r->opening.fields[FIELD_order_release - 1];
    const struct schema *s = r->entry.schema;
    const uint16_t stage = schema_column_value(&s->columns[COLUMN_order_stage], r->entry.columns);
    uint8_t room[PRINT_BYTES];
    if (r->gone || id->type != TYPE_TEXT) return OK;
    const slice print = { room, sizeof room };
    print_book_print(&w->book, KIND_order, id->value, room);
    const bool is_stated = release->type == TYPE_TIME;
    struct sqlite_query *others = stage == VALUE_order_stage_released ? w->lift : w->move;
    if (others == w->lift || is_stated) {
        sqlite_bind_blob(others, 1, print);
        if (others == w->move) sqlite_bind_i64(others, 2, value_i64(release->value));
        TRY(sqlite_finish(others, f));
    }
    struct sqlite_query *own = is_stated ? w->add : w->inherit;
    sqlite_bind_i64(own, 1, (int64_t)index);
    sqlite_bind_blob(own, 2, print);
    if (is_stated) sqlite_bind_i64(own, 3, value_i64(release->value));
    return sqlite_finish(own, f);
}

static status take_all(struct withheld *w, struct opener *opener, slice indices, struct fault *f)
{
    for (size_t at = 0; at < indices.len; at += 8) {
        const uint64_t index = get_u64(indices.at + at);
        TRY(opener_open(opener, index, &w->record, f));
        TRY(take(w, index, &w->record, f));
    }
    return OK;
}

static status apply(struct withheld *w, struct opener *opener, slice indices, int64_t now_ns,
                    struct fault *f)
{
    TRY(sqlite_run(w->book.db, "BEGIN", f));
    TRY(take_all(w, opener, indices, f));
    sqlite_bind_i64(w->pass, 1, now_ns);
    TRY(sqlite_finish(w->pass, f));
    TRY(print_book_save(&w->book, get_u64(indices.at + indices.len - 8) + 1, f));
    return sqlite_run(w->book.db, "COMMIT", f);
}

status withheld_step(struct withheld *w, struct archive *a, const struct store *store,
                     int64_t now_ns, bool *ret_done, struct fault *f)
{
    uint8_t room[WITHHELD_STEP_RECORDS * 8];
    struct writer indices = writer_of(room, sizeof room);
    struct keys *keys = NULL;
    struct fault unused;
    if (w->lists == NULL) TRY(view_lists_open(w->dir, &w->lists, f));
    TRY(view_lists_of_kind(w->lists, KIND_order, w->book.applied, archive_size(a),
                           WITHHELD_STEP_RECORDS, &indices, f));
    *ret_done = indices.len == 0;
    if (*ret_done) return OK;
    TRY(keys_open(store, NULL, &keys, f));
    struct opener *opener = opener_new(a, keys);
    const status s = opener == NULL ? fault_set(f, FAIL(E_NOMEM), "withheld: out of memory")
                                    : apply(w, opener, writer_slice(&indices), now_ns, f);
    opener_free(opener);
    keys_free(keys);
    if (s.code == E_OK) return OK;
    ignore(sqlite_run(w->book.db, "ROLLBACK", &unused), "closing without it rolls back too");
    return s;
}

/* ---- asking ---- */

struct withheld_reader {
    struct sqlite *db;
    struct sqlite_query *ask;
};

static status reader_prepare(struct withheld_reader *r, const char *dir, struct fault *f)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, WITHHELD_FILE);
    TRY(sqlite_open(path, SQLITE_FOR_READING, &r->db, f));
    return sqlite_prepare(r->db,
                          "SELECT applied > ?1 AND NOT EXISTS (SELECT 1 FROM withheld "
                          "WHERE position = ?1 AND until > ?2) FROM progress",
                          &r->ask, f);
}

status withheld_read(const char *dir, struct withheld_reader **ret_reader, struct fault *f)
{
    struct withheld_reader *r = calloc(1, sizeof *r);
    if (r == NULL) return fault_set(f, FAIL(E_NOMEM), "withheld: out of memory");
    const status s = reader_prepare(r, dir, f);
    if (s.code != E_OK) {
        withheld_reader_close(r);
        return s;
    }
    *ret_reader = r;
    return OK;
}

void withheld_reader_close(struct withheld_reader *r)
{
    if (r == NULL) return;
    sqlite_query_free(r->ask);
    sqlite_close(r->db);
    free(r);
}

status withheld_ask(struct withheld_reader *r, uint64_t index, int64_t now_ns, bool *ret_public,
                    struct fault *f)
{
    bool row = false;
    sqlite_bind_i64(r->ask, 1, (int64_t)index);
    sqlite_bind_i64(r->ask, 2, now_ns);
    TRY(sqlite_step(r->ask, &row, f));
    *ret_public = row && sqlite_i64(r->ask, 0) != 0;
    sqlite_reset(r->ask);
    return OK;
}
