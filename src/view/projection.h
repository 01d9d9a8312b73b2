/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "lib/sqlite.h"
#include "record/entry.h"

/*
 * projection: one table of the view. A projection is a row of the table in view.c.
 */
struct projection {
    const char *name;
    const char *create; /* CREATE TABLE … STRICT */
    const char *insert; /* the statement that apply binds and runs */
    const char *dump;   /* SELECT of everything in canonical order, one text column a row */
    /* Whether an entry has a place in it, and its row. */
    bool (*wants)(const struct entry *e);
    void (*bind)(struct sqlite_query *insert, uint64_t index, const struct entry *e);
};

extern const struct projection projection_records;   /* view/records.c */
extern const struct projection projection_minutes;   /* view/minutes.c */
extern const struct projection projection_incidents; /* view/incidents.c */
extern const struct projection projection_incident_changes;
