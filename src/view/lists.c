/* SPDX-License-Identifier: Apache-2.0 */
#include "view/lists.h"

#include <stdio.h>
#include <stdlib.h>
#include "lib/sqlite.h"
#include "record/kinds.h"
#include "view/view.h"
#include "base/banned.h"

struct view_lists {
    struct sqlite *db;
    struct sqlite_query *newest;
    struct sqlite_query *of_kind;
    struct sqlite_query *applied;
    struct sqlite_query *news;
    struct sqlite_query *incidents;
    struct sqlite_query *changes;
};

void view_lists_close(struct view_lists *l)
{
    if (l == NULL) return;
    sqlite_query_free(l->newest);
    sqlite_query_free(l->of_kind);
    sqlite_query_free(l->applied);
    sqlite_query_free(l->news);
    sqlite_query_free(l->incidents);
    sqlite_query_free(l->changes);
    sqlite_close(l->db);
    free(l);
}

static status prepare(struct view_lists *l, const char *dir, struct fault *f)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, VIEW_FILE);
    TRY(sqlite_open(path, SQLITE_FOR_READING, &l->db, f));
    TRY(sqlite_prepare(l->db,
                       "SELECT number FROM records WHERE kind = ?1 AND number < ?2 "
                       "ORDER BY number DESC LIMIT ?3",
                       &l->newest, f));
    TRY(sqlite_prepare(l->db,
                       "SELECT number FROM records WHERE kind = ?1 AND number >= ?2 "
                       "AND number < ?3 ORDER BY number LIMIT ?4",
                       &l->of_kind, f));
    TRY(sqlite_prepare(l->db, "SELECT applied FROM progress", &l->applied, f));
    /* by number alone: a range of it is read in order and left at the limit */
    TRY(sqlite_prepare(l->db,
                       "SELECT number FROM records WHERE number >= ?1 AND number < ?2 "
                       "AND (+kind = ?3 OR +kind = ?4) ORDER BY number LIMIT ?5",
                       &l->news, f));
    TRY(sqlite_prepare(l->db,
                       "SELECT number, state, first, last, changes FROM incidents "
                       "WHERE number < ?1 AND (?2 = 0 OR state = ?2) ORDER BY number DESC LIMIT ?3",
                       &l->incidents, f));
    return sqlite_prepare(l->db,
                          "SELECT position FROM incident_changes WHERE number = ?1 "
                          "ORDER BY position",
                          &l->changes, f);
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

/* Appends the first column of every row, u64 each. */
static status rows_append(struct sqlite_query *q, struct writer *indices, struct fault *f)
{
    bool row = false;
    TRY(sqlite_step(q, &row, f));
    while (row) {
        writer_u64(indices, (uint64_t)sqlite_i64(q, 0));
        TRY(sqlite_step(q, &row, f));
    }
    return writer_end(indices);
}

status view_lists_newest(struct view_lists *l, uint8_t kind, uint64_t below, uint32_t limit,
                         struct writer *indices, struct fault *f)
{
    sqlite_bind_i64(l->newest, 1, kind);
    sqlite_bind_i64(l->newest, 2, (int64_t)(below < INT64_MAX ? below : INT64_MAX));
    sqlite_bind_i64(l->newest, 3, limit);
    return rows_append(l->newest, indices, f);
}

status view_lists_of_kind(struct view_lists *l, uint8_t kind, uint64_t from, uint64_t to,
                          uint32_t limit, struct writer *indices, struct fault *f)
{
    sqlite_bind_i64(l->of_kind, 1, kind);
    sqlite_bind_i64(l->of_kind, 2, (int64_t)(from < INT64_MAX ? from : INT64_MAX));
    sqlite_bind_i64(l->of_kind, 3, (int64_t)(to < INT64_MAX ? to : INT64_MAX));
    sqlite_bind_i64(l->of_kind, 4, limit);
    return rows_append(l->of_kind, indices, f);
}

status view_lists_news(struct view_lists *l, uint64_t from, uint64_t to, uint32_t limit,
                       struct writer *indices, struct fault *f)
{
    sqlite_bind_i64(l->news, 1, (int64_t)(from < INT64_MAX ? from : INT64_MAX));
    sqlite_bind_i64(l->news, 2, (int64_t)(to < INT64_MAX ? to : INT64_MAX));
    sqlite_bind_i64(l->news, 3, KIND_finding);
    sqlite_bind_i64(l->news, 4, KIND_incident);
    sqlite_bind_i64(l->news, 5, limit);
    return rows_append(l->news, indices, f);
}

status view_lists_applied(struct view_lists *l, uint64_t *ret_applied, struct fault *f)
{
    bool row = false;
    TRY(sqlite_step(l->applied, &row, f));
    *ret_applied = row ? (uint64_t)sqlite_i64(l->applied, 0) : 0;
    sqlite_reset(l->applied);
    return OK;
}

status view_lists_incidents(struct view_lists *l, uint8_t state, uint32_t below, uint32_t limit,
                            struct view_incident *ret_incidents, size_t *ret_count, struct fault *f)
{
    struct sqlite_query *q = l->incidents;
    size_t count = 0;
    bool row = false;
    sqlite_bind_i64(q, 1, below);
    sqlite_bind_i64(q, 2, state);
    sqlite_bind_i64(q, 3, limit < VIEW_INCIDENTS_MAX ? limit : VIEW_INCIDENTS_MAX);
    TRY(sqlite_step(q, &row, f));
    while (row && count < VIEW_INCIDENTS_MAX) {
        ret_incidents[count++] = (struct view_incident){
            .number = (uint16_t)sqlite_i64(q, 0),
            .state = (uint8_t)sqlite_i64(q, 1),
            .first = (uint64_t)sqlite_i64(q, 2),
            .last = (uint64_t)sqlite_i64(q, 3),
            .changes = (uint64_t)sqlite_i64(q, 4),
        };
        TRY(sqlite_step(q, &row, f));
    }
    *ret_count = count;
    return OK;
}

status view_lists_changes(struct view_lists *l, uint16_t number, struct writer *indices,
                          struct fault *f)
{
    sqlite_bind_i64(l->changes, 1, number);
    return rows_append(l->changes, indices, f);
}
