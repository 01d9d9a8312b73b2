/* SPDX-License-Identifier: Apache-2.0 */
/*
 * incidents: a row for each incident, with its state and the positions of its first and newest
 * transition; and a row for each transition. Both come from public columns (record/incident.h); the
 * values are in the log.
 */
#include "record/incident.h"
#include "record/kinds.h"
#include "view/projection.h"
#include "base/banned.h"

static uint16_t column(const struct entry *e, int nth)
{
    return schema_column_value(&e->schema->columns[nth], e->columns);
}

static bool wants(const struct entry *e)
{
    return e->schema->kind == KIND_incident && column(e, COLUMN_incident_number) != 0;
}

static void bind_incident(struct sqlite_query *insert, uint64_t index, const struct entry *e)
{
    const uint8_t stage = (uint8_t)column(e, COLUMN_incident_stage);
    sqlite_bind_i64(insert, 1, column(e, COLUMN_incident_number));
    sqlite_bind_i64(insert, 2, incident_state_of(stage));
    sqlite_bind_i64(insert, 3, column(e, COLUMN_incident_class));
    sqlite_bind_i64(insert, 4, (int64_t)index);
}

const struct projection projection_incidents = {
    .name = "incidents",
    .create = "CREATE TABLE incidents(number INTEGER PRIMARY KEY, state INTEGER NOT NULL, "
              "class INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, "
              "changes INTEGER NOT NULL) STRICT; "
              "CREATE INDEX incidents_by_state ON incidents(state, number);",
    .insert = "INSERT INTO incidents(number, state, class, first, last, changes) "
              "VALUES(?1, ?2, ?3, ?4, ?4, 1) ON CONFLICT DO UPDATE SET "
              "state = CASE WHEN excluded.state = 0 THEN state ELSE excluded.state END, "
              "class = excluded.class, last = excluded.last, changes = changes + 1",
    .dump = "SELECT number || ' ' || state || ' ' || class || ' ' || first || ' ' || last || ' ' "
            "|| changes FROM incidents ORDER BY number",
    .wants = wants,
    .bind = bind_incident,
};

static void bind_change(struct sqlite_query *insert, uint64_t index, const struct entry *e)
{
    sqlite_bind_i64(insert, 1, column(e, COLUMN_incident_number));
    sqlite_bind_i64(insert, 2, (int64_t)index);
}

const struct projection projection_incident_changes = {
    .name = "incident_changes",
    .create = "CREATE TABLE incident_changes(number INTEGER NOT NULL, position INTEGER NOT NULL, "
              "PRIMARY KEY(number, position)) STRICT, WITHOUT ROWID;",
    .insert = "INSERT INTO incident_changes(number, position) VALUES(?1, ?2)",
    .dump = "SELECT number || ' ' || position FROM incident_changes ORDER BY number, position",
    .wants = wants,
    .bind = bind_change,
};
