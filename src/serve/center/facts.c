/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/facts.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/merkle.h"
#include "record/value.h"
#include "base/banned.h"

void facts_write_head(const struct facts *facts, struct writer *w)
{
    writer_u8(w, FACTS_VERSION);
    writer_u64(w, facts->time_s);
    writer_u64(w, facts->signed_s);
    writer_u64(w, facts->published);
    writer_u32(w, facts->delay_s);
    writer_u16(w, facts->live.month_last);
    writer_vec16(w, facts->market);
    writer_vec32(w, facts->newest);
    writer_vec32(w, facts->shown);
    writer_vec32(w, facts->policy);
}

void facts_write_entry(uint64_t index, slice entry, struct writer *w)
{
    writer_u8(w, FACTS_ENTRY);
    writer_u64(w, index);
    writer_vec16(w, entry);
}

void facts_write_live(const struct live *live, struct writer *w)
{
    for (size_t i = 0; i < live->cell_count; i++) {
        const struct live_cell *c = &live->cells[i];
        writer_u8(w, FACTS_CELL);
        writer_u8(w, c->figure);
        for (size_t n = 0; n < FIGURE_BY_MAX; n++)
            writer_u16(w, c->by[n]);
        writer_u64(w, c->count);
        writer_u64(w, c->late);
    }
    for (size_t i = 0; i < live_figures(); i++) {
        writer_u8(w, FACTS_MONTHS);
        writer_u8(w, (uint8_t)i);
        for (size_t n = 0; n < LIVE_MONTHS; n++)
            writer_u64(w, live->months[i][n]);
    }
}

/* ---- reading ---- */

static status read_head(struct cursor *c, struct facts *facts)
{
    uint8_t version = 0;
    TRY(cursor_u8(c, &version));
    if (version != FACTS_VERSION) return FAIL(E_UNKNOWN);
    TRY(cursor_u64(c, &facts->time_s));
    TRY(cursor_u64(c, &facts->signed_s));
    TRY(cursor_u64(c, &facts->published));
    TRY(cursor_u32(c, &facts->delay_s));
    TRY(cursor_u16(c, &facts->live.month_last));
    TRY(cursor_vec16(c, 2, &facts->market));
    TRY(cursor_vec32(c, NOTE_BYTES_MAX, &facts->newest));
    TRY(cursor_vec32(c, NOTE_BYTES_MAX, &facts->shown));
    return cursor_vec32(c, FACTS_POLICY_BYTES_MAX, &facts->policy);
}

static status read_entry(struct cursor *c, struct facts *facts)
{
    struct facts_entry *e = &facts->entries[facts->entry_count];
    struct fault unused;
    slice bytes = {};
    uint64_t index = 0;
    TRY(cursor_u64(c, &index));
    TRY(cursor_vec16(c, ENTRY_BYTES_MAX, &bytes));
    if (facts->entry_count == FACTS_ENTRIES_MAX) return FAIL(E_LIMIT);
    if (facts->entry_count > 0 && e[-1].index >= index) return FAIL(E_VALUE);
    if (entry_parse(bytes, &e->entry, &unused).code != E_OK) return OK;
    e->index = index;
    e->leaf = merkle_leaf(bytes);
    facts->entry_count++;
    return OK;
}

static status read_figure(struct cursor *c, uint8_t *ret_number)
{
    TRY(cursor_u8(c, ret_number));
    return *ret_number < live_figures() ? OK : FAIL(E_UNKNOWN);
}

static status read_cell(struct cursor *c, struct facts *facts)
{
    struct live_cell cell = {};
    TRY(read_figure(c, &cell.figure));
    for (size_t n = 0; n < FIGURE_BY_MAX; n++)
        TRY(cursor_u16(c, &cell.by[n]));
    TRY(cursor_u64(c, &cell.count));
    TRY(cursor_u64(c, &cell.late));
    if (facts->live.cell_count == LIVE_CELLS_MAX) return FAIL(E_LIMIT);
    facts->live.cells[facts->live.cell_count++] = cell;
    return OK;
}

static status read_months(struct cursor *c, struct facts *facts)
{
    uint8_t number = 0;
    TRY(read_figure(c, &number));
    for (size_t n = 0; n < LIVE_MONTHS; n++)
        TRY(cursor_u64(c, &facts->live.months[number][n]));
    return OK;
}

static status read_part(struct cursor *c, struct facts *facts)
{
    uint8_t part = 0;
    TRY(cursor_u8(c, &part));
    switch (part) {
    case FACTS_ENTRY:
        return read_entry(c, facts);
    case FACTS_CELL:
        return read_cell(c, facts);
    case FACTS_MONTHS:
        return read_months(c, facts);
    default:
        return FAIL(E_UNKNOWN);
    }
}

static status read_all(slice bytes, struct facts *facts, struct fault *f)
{
    struct cursor c = cursor_of(bytes);
    status s = read_head(&c, facts);
    while (s.code == E_OK && cursor_left(&c) > 0)
        s = read_part(&c, facts);
    if (s.code != E_OK) return fault_set(f, s, "byte %zu of the facts: %s", c.pos, status_text(s));
    struct note *note = calloc(1, sizeof *note);
    if (note == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    s = note_parse(facts->newest, note, f);
    if (s.code == E_OK) s = checkpoint_parse(note->text, &facts->checkpoint, f);
    free(note);
    return s;
}

status facts_read(slice bytes, struct facts **ret_facts, struct fault *f)
{
    struct facts *facts = calloc(1, sizeof *facts);
    uint8_t *copy = malloc(bytes.len + 1);
    if (facts == NULL || copy == NULL) {
        free(facts);
        free(copy);
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    bytes_copy(copy, bytes.len, bytes);
    facts->bytes = copy;
    const status s = read_all((slice){ copy, bytes.len }, facts, f);
    if (s.code != E_OK) {
        facts_free(facts);
        return s;
    }
    *ret_facts = facts;
    return OK;
}

void facts_free(struct facts *facts)
{
    if (facts == NULL) return;
    free(facts->bytes);
    free(facts);
}

/* ---- looking ---- */

const struct facts_entry *facts_before(const struct facts *facts, uint8_t kind, size_t *at)
{
    while (*at > 0) {
        const struct facts_entry *e = &facts->entries[--*at];
        if (e->entry.schema->kind == kind) return e;
    }
    return NULL;
}

slice facts_field(const struct facts_entry *e, uint8_t field)
{
    struct record_field fields[FIELDS_MAX] = {};
    if (body_decode(e->entry.schema, e->entry.body, fields).code != E_OK) return slice_none();
    return fields[field - 1].type == TYPE_ABSENT ? slice_none() : fields[field - 1].value;
}

uint64_t facts_number(const struct facts_entry *e, uint8_t field)
{
    const slice value = facts_field(e, field);
    return value.len == 8 ? value_u64(value) : 0;
}

uint16_t facts_column(const struct facts_entry *e, size_t column)
{
    return schema_column_value(&e->entry.schema->columns[column], e->entry.columns);
}

const char *facts_choice(const struct facts_entry *e, size_t column)
{
    const struct schema_column *c = &e->entry.schema->columns[column];
    const char *name = choice_name(c->choice, (uint8_t)schema_column_value(c, e->entry.columns));
    return name != NULL ? name : "";
}
