/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records: a row for each record of the kinds that people list: findings, incidents, grants,
 * enforcements and their like. Events, accesses and decisions are too many; they are found through
 * the segments.
 */
#include "record/kinds.h"
#include "view/projection.h"
#include "base/banned.h"

static bool wants(const struct entry *e)
{
    switch (e->schema->kind) {
    case KIND_event:
    case KIND_access:
    case KIND_decision:
        return false;
    default:
        return true;
    }
}

static void bind(struct sqlite_query *insert, uint64_t index, const struct entry *e)
{
    sqlite_bind_i64(insert, 1, (int64_t)index);
    sqlite_bind_i64(insert, 2, e->schema->kind);
    sqlite_bind_i64(insert, 3, (int64_t)e->time_s);
    sqlite_bind_blob(insert, 4, e->columns);
}

const struct projection projection_records = {
    .name = "records",
    .create = "CREATE TABLE records(number INTEGER PRIMARY KEY, kind INTEGER NOT NULL, "
              "time_s INTEGER NOT NULL, columns BLOB NOT NULL) STRICT; "
              "CREATE INDEX records_by_kind ON records(kind, number);",
    .insert = "INSERT INTO records(number, kind, time_s, columns) VALUES(?1, ?2, ?3, ?4)",
    .dump = "SELECT number || ' ' || kind || ' ' || time_s || ' ' || hex(columns) FROM records "
            "ORDER BY number",
    .wants = wants,
    .bind = bind,
};
