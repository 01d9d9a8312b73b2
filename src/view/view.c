/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/tile.h"
#include "os/dir.h"
#include "view/file.h"
#include "view/projection.h"
#include "base/banned.h"

enum { VIEW_VERSION = 2 };

static const struct projection *const projections[] = { &projection_records, &projection_minutes,
                                                        &projection_incidents,
                                                        &projection_incident_changes };

struct view_db {
    struct sqlite *db;
    struct sqlite_query *inserts[COUNT_OF(projections)];
    struct sqlite_query *save_applied;
    uint64_t applied;
};

static status tables_create(struct view_db *v, struct fault *f)
{
    TRY(sqlite_run(v->db, "BEGIN", f));
    for (size_t i = 0; i < COUNT_OF(projections); i++) {
        TRY(sqlite_run(v->db, projections[i]->create, f));
    }
    TRY(sqlite_run(v->db,
                   "CREATE TABLE progress(applied INTEGER NOT NULL) STRICT; "
                   "INSERT INTO progress(applied) VALUES(0);",
                   f));
    TRY(sqlite_set_version(v->db, VIEW_VERSION, f));
    return sqlite_run(v->db, "COMMIT", f);
}

static status applied_load(struct view_db *v, struct fault *f)
{
    struct sqlite_query *q = NULL;
    bool row = false;
    TRY(sqlite_prepare(v->db, "SELECT applied FROM progress", &q, f));
    const status s = sqlite_step(q, &row, f);
    if (s.code == E_OK && row) v->applied = (uint64_t)sqlite_i64(q, 0);
    sqlite_query_free(q);
    return s;
}

static status database_open(struct view_db *v, const char *dir, struct fault *f)
{
    char path[1024];
    int32_t version = 0;
    snprintf(path, sizeof path, "%s/%s", dir, VIEW_FILE);
    TRY(sqlite_open(path, SQLITE_FOR_WRITING, &v->db, f));
    TRY(sqlite_version(v->db, &version, f));
    if (version == 0) TRY(tables_create(v, f));
    if (version != 0 && version != VIEW_VERSION) {
        return fault_set(f, FAIL(E_CORRUPT), "%s: version %d; see: candor help rebuild", VIEW_FILE,
                         version);
    }
    for (size_t i = 0; i < COUNT_OF(projections); i++) {
        TRY(sqlite_prepare(v->db, projections[i]->insert, &v->inserts[i], f));
    }
    TRY(sqlite_prepare(v->db, "UPDATE progress SET applied = ?1", &v->save_applied, f));
    return applied_load(v, f);
}

status view_db_open(const char *dir, struct view_db **ret_view, struct fault *f)
{
    TRY(view_file_make(dir, VIEW_FILE, f));
    struct view_db *v = calloc(1, sizeof *v);
    if (v == NULL) return fault_set(f, FAIL(E_NOMEM), "view: out of memory");
    const status s = database_open(v, dir, f);
    if (s.code != E_OK) {
        view_db_close(v);
        return s;
    }
    *ret_view = v;
    return OK;
}

void view_db_close(struct view_db *v)
{
    if (v == NULL) return;
    for (size_t i = 0; i < COUNT_OF(v->inserts); i++)
        sqlite_query_free(v->inserts[i]);
    sqlite_query_free(v->save_applied);
    sqlite_close(v->db);
    free(v);
}

status view_db_drop(const char *dir, struct fault *f)
{
    return view_file_drop(dir, VIEW_FILE, f);
}

uint64_t view_db_applied(const struct view_db *v)
{
    return v->applied;
}

static status entry_apply(struct view_db *v, uint64_t index, slice bytes, struct fault *f)
{
    struct entry entry = {};
    const status s = entry_split(bytes, &entry);
    if (s.code != E_OK) {
        return fault_set(f, FAIL(E_CORRUPT), "entry %llu: %s", (unsigned long long)index,
                         status_text(s));
    }
    for (size_t i = 0; i < COUNT_OF(projections); i++) {
        if (!projections[i]->wants(&entry)) continue;
        projections[i]->bind(v->inserts[i], index, &entry);
        TRY(sqlite_finish(v->inserts[i], f));
    }
    return OK;
}

static status range_apply(struct view_db *v, struct archive *a, uint64_t from, uint64_t to,
                          struct fault *f)
{
    while (from < to) {
        struct batch_frame frame = {};
        TRY(archive_batch(a, from, &frame, f));
        struct cursor c = cursor_of(frame.entries);
        const uint64_t first = from;
        for (uint64_t i = frame.head.first_index; i < to && cursor_left(&c) > 0; i++) {
            slice entry = {};
            TRY(tile_bundle_next(&c, &entry));
            if (i < first) continue;
            TRY(entry_apply(v, i, entry, f));
            from = i + 1;
        }
    }
    return OK;
}

status view_db_step(struct view_db *v, struct archive *a, uint64_t size, bool *ret_done,
                    struct fault *f)
{
    struct fault unused;
    const uint64_t from = v->applied;
    const uint64_t left = size > from ? size - from : 0;
    const uint64_t to = from + (left < VIEW_ENTRIES_PER_COMMIT ? left : VIEW_ENTRIES_PER_COMMIT);
    *ret_done = to >= size;
    if (from == to) return OK;
    TRY(sqlite_run(v->db, "BEGIN", f));
    status s = range_apply(v, a, from, to, f);
    if (s.code == E_OK) {
        sqlite_bind_i64(v->save_applied, 1, (int64_t)to);
        s = sqlite_finish(v->save_applied, f);
    }
    if (s.code == E_OK) s = sqlite_run(v->db, "COMMIT", f);
    if (s.code == E_OK) {
        v->applied = to;
        return OK;
    }
    ignore(sqlite_run(v->db, "ROLLBACK", &unused), "closing without it rolls back too");
    return s;
}

static status table_digest(struct view_db *v, const struct projection *p, struct sha256 *digest,
                           struct fault *f)
{
    struct sqlite_query *q = NULL;
    bool row = false;
    TRY(sqlite_prepare(v->db, p->dump, &q, f));
    sha256_update(digest, slice_text(p->name));
    status s = sqlite_step(q, &row, f);
    while (s.code == E_OK && row) {
        sha256_update(digest, slice_text("\n"));
        sha256_update(digest, sqlite_text(q, 0));
        s = sqlite_step(q, &row, f);
    }
    sqlite_query_free(q);
    sha256_update(digest, slice_text("\n\n"));
    return s;
}

status view_db_digest(struct view_db *v, hash *ret_digest, struct fault *f)
{
    struct sha256 digest;
    sha256_init(&digest);
    for (size_t i = 0; i < COUNT_OF(projections); i++) {
        TRY(table_digest(v, projections[i], &digest, f));
    }
    sha256_final(&digest, ret_digest);
    return OK;
}
