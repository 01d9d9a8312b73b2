/* SPDX-License-Identifier: Apache-2.0 */
/*
 * minutes: how many records of each public class there are in each minute of their public time, for
 * charts of every kind, the many ones included.
 */
#include "view/projection.h"
#include "base/banned.h"

enum { MINUTE_S = 60 };

static bool wants(const struct entry *)
{
    return true;
}

static void bind(struct sqlite_query *insert, uint64_t, const struct entry *e)
{
    sqlite_bind_i64(insert, 1, e->schema->kind);
    sqlite_bind_i64(insert, 2, (int64_t)(e->time_s / MINUTE_S));
    sqlite_bind_blob(insert, 3, e->columns);
}

const struct projection projection_minutes = {
    .name = "minutes",
    .create = "CREATE TABLE minutes(kind INTEGER NOT NULL, minute INTEGER NOT NULL, "
              "columns BLOB NOT NULL, amount INTEGER NOT NULL, "
              "PRIMARY KEY(kind, minute, columns)) STRICT, WITHOUT ROWID;",
    .insert = "INSERT INTO minutes(kind, minute, columns, amount) VALUES(?1, ?2, ?3, 1) "
              "ON CONFLICT DO UPDATE SET amount = amount + 1",
    .dump = "SELECT kind || ' ' || minute || ' ' || hex(columns) || ' ' || amount FROM minutes "
            "ORDER BY kind, minute, columns",
    .wants = wants,
    .bind = bind,
};
