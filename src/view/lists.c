/* SPDX-License-Identifier: Apache-2.0 */
#include "view/lists.h"

#include <stdio.h>
#include <stdlib.h>
#include "lib/sqlite.h"
#include "view/view.h"
#include "base/banned.h"

struct view_lists {
    struct sqlite *db;
    struct sqlite_query *newest;
};

void view_lists_close(struct view_lists *l)
{
    if (l == NULL) return;
    sqlite_query_free(l->newest);
    sqlite_close(l->db);
    free(l);
}

static status prepare(struct view_lists *l, const char *dir, struct fault *f)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, VIEW_FILE);
    TRY(sqlite_open(path, SQLITE_FOR_READING, &l->db, f));
    return sqlite_prepare(l->db,
                          "SELECT number FROM records WHERE kind = ?1 AND number < ?2 "
                          "ORDER BY number DESC LIMIT ?3",
                          &l->newest, f);
}

status view_lists_open(const char *dir, struct view_lists **ret_lists, struct fault *f)
{
    struct view_lists *l = calloc(1, sizeof *l);
    if (l == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    const status s = prepare(l, dir, f);
    if (s.code != E_OK) {
        view_lists_close(l);
        return s;
    }
    *ret_lists = l;
    return OK;
}

status view_lists_newest(struct view_lists *l, uint8_t kind, uint64_t below, uint32_t limit,
                         struct writer *indices, struct fault *f)
{
    bool row = false;
    sqlite_bind_i64(l->newest, 1, kind);
    sqlite_bind_i64(l->newest, 2, (int64_t)(below < INT64_MAX ? below : INT64_MAX));
    sqlite_bind_i64(l->newest, 3, limit);
    TRY(sqlite_step(l->newest, &row, f));
    while (row) {
        writer_u64(indices, (uint64_t)sqlite_i64(l->newest, 0));
        TRY(sqlite_step(l->newest, &row, f));
    }
    return writer_end(indices);
}
