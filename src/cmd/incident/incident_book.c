/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/incident/incident_book.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/count/kind_walk.h"
#include "record/incident.h"
#include "record/schema.h"
#include "base/banned.h"

struct incident_book {
    struct kind_walk walk;
    uint16_t highest;
    struct incident_line lines[INCIDENT_NUMBER_MAX + 1];
};

struct incident_book *incident_book_new(void)
{
    struct incident_book *b = calloc(1, sizeof *b);
    if (b != NULL) b->walk = kind_walk_of(KIND_incident);
    return b;
}

void incident_book_free(struct incident_book *b)
{
    free(b);
}

struct incident_line incident_book_line(const struct incident_book *b, uint16_t number)
{
    return b->lines[number];
}

uint16_t incident_book_highest(const struct incident_book *b)
{
    return b->highest;
}

static uint16_t column(const struct entry *e, int nth)
{
    return schema_column_value(&e->schema->columns[nth], e->columns);
}

/* The log is what happened: a transition is taken as it stands there. */
static status fold(void *with, uint64_t index, const struct entry *e, struct fault *)
{
    struct incident_book *b = with;
    const uint16_t number = column(e, COLUMN_incident_number);
    const uint8_t state = incident_state_of((uint8_t)column(e, COLUMN_incident_stage));
    struct incident_line *line = &b->lines[number];
    if (number == 0) return OK;
    if (number > b->highest) b->highest = number;
    line->last = index;
    line->changes++;
    line->class = (uint8_t)column(e, COLUMN_incident_class);
    if (state != INCIDENT_NONE) line->state = state;
    return OK;
}

status incident_book_follow(struct incident_book *b, struct archive *a, struct fault *f)
{
    return kind_walk_follow(&b->walk, a, fold, b, f);
}
