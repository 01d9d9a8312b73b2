/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/incident/incident_book.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/count/counter_table.h"
#include "ledger/tile.h"
#include "record/entry.h"
#include "record/incident.h"
#include "record/schema.h"
#include "base/banned.h"

struct incident_book {
    uint64_t folded;  /* entries */
    uint64_t counted; /* incident records that the newest footer seen has counted */
    uint16_t highest;
    struct incident_line lines[INCIDENT_NUMBER_MAX + 1];
};

struct incident_book *incident_book_new(void)
{
    return calloc(1, sizeof(struct incident_book));
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
static void fold(struct incident_book *b, uint64_t index, const struct entry *e)
{
    const uint16_t number = column(e, COLUMN_incident_number);
    const uint8_t state = incident_state_of((uint8_t)column(e, COLUMN_incident_stage));
    struct incident_line *line = &b->lines[number];
    if (number == 0) return;
    if (number > b->highest) b->highest = number;
    line->last = index;
    line->changes++;
    line->class = (uint8_t)column(e, COLUMN_incident_class);
    if (state != INCIDENT_NONE) line->state = state;
}

static status fold_batch(struct incident_book *b, struct archive *a, uint64_t to, struct fault *f)
{
    struct batch_frame frame = {};
    TRY(archive_batch(a, b->folded, &frame, f));
    struct cursor c = cursor_of(frame.entries);
    for (uint64_t i = frame.head.first_index; i < to && cursor_left(&c) > 0; i++) {
        struct entry entry = {};
        slice bytes = {};
        TRY(tile_bundle_next(&c, &bytes));
        if (i < b->folded) continue;
        b->folded = i + 1;
        if (bytes.len < 2 || bytes.at[1] != KIND_incident) continue;
        TRY(entry_parse(bytes, &entry, f));
        fold(b, i, &entry);
    }
    return OK;
}

/* Whether a full segment has no incident record, as the table that its last entry commits to says.
 */
static status is_empty(struct incident_book *b, struct archive *a, uint64_t segment,
                       bool *ret_is_empty, struct fault *f)
{
    static const struct counter_key first = { .bytes = { KIND_incident } };
    struct segment_footer footer = {};
    struct counter_table table = {};
    uint64_t counted = 0;
    TRY(archive_footer(a, segment, &footer, f));
    TRY(counter_table_parse(footer.counters, &table, f));
    for (size_t row = counter_table_find(&table, &first); row < table.row_count; row++) {
        if (counter_table_key(&table, row).bytes[0] != KIND_incident) break;
        counted += counter_table_count(&table, row);
    }
    *ret_is_empty = counted == b->counted;
    b->counted = counted;
    return OK;
}

status incident_book_follow(struct incident_book *b, struct archive *a, struct fault *f)
{
    const uint64_t size = archive_size(a);
    while (b->folded < size) {
        const uint64_t segment = b->folded / SEGMENT_ENTRIES;
        const uint64_t end = (segment + 1) * SEGMENT_ENTRIES;
        bool skip = false;
        if (b->folded % SEGMENT_ENTRIES == 0 && end <= size) {
            TRY(is_empty(b, a, segment, &skip, f));
        }
        if (skip) b->folded = end;
        while (!skip && b->folded < (end < size ? end : size))
            TRY(fold_batch(b, a, end < size ? end : size, f));
    }
    return OK;
}
