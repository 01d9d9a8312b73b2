/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/forget/holds.h"

#include "base/bytes.h"
#include "record/kinds.h"
#include "record/value.h"
#include "base/banned.h"

static bool is_hold(void *, uint64_t, slice entry)
{
    return entry.at[1] == KIND_hold;
}

static slice value_of(const struct scanned_record *r, int field)
{
    const struct record_field *v = &r->opening->fields[field - 1];
    return v->type == TYPE_ABSENT || v->type == TYPE_ERASED ? slice_none() : v->value;
}

static void lift(struct holds *h, slice id)
{
    for (uint32_t i = 0; i < h->count; i++) {
        if (!slice_equal(h->at[i].id, id)) continue;
        for (uint32_t n = i + 1; n < h->count; n++)
            h->at[n - 1] = h->at[n];
        h->count--;
        return;
    }
}

status holds_take(struct holds *h, const struct scanned_record *r, struct fault *f)
{
    if (r->opening == NULL) return OK; /* erased: after its own retention */
    const struct schema *s = r->entry->schema;
    const uint16_t stage = schema_column_value(&s->columns[COLUMN_hold_stage], r->entry->columns);
    const slice id = value_of(r, FIELD_hold_hold);
    lift(h, id); /* placed again: the newer one holds */
    if (stage != VALUE_hold_stage_placed) return OK;
    if (h->count == HOLDS_MAX) return fault_set(f, FAIL(E_LIMIT), "more than %d holds", HOLDS_MAX);
    struct hold *hold = &h->at[h->count];
    *hold = (struct hold){
        .index = r->index,
        .id = arena_copy(&h->arena, id),
        .records = arena_copy(&h->arena, value_of(r, FIELD_hold_records)),
        .subject = arena_copy(&h->arena, value_of(r, FIELD_hold_subject)),
        .basis = arena_copy(&h->arena, value_of(r, FIELD_hold_basis)),
    };
    if (hold->id.at == NULL || hold->records.at == NULL || hold->subject.at == NULL ||
        hold->basis.at == NULL) {
        return fault_set(f, FAIL(E_NOMEM), "holds: out of memory");
    }
    h->count++;
    return OK;
}

static status take(void *self, const struct scanned_record *r, struct fault *f)
{
    return holds_take(self, r, f);
}

status holds_init(struct holds *h, struct fault *f)
{
    *h = (struct holds){ .arena = arena_of(HOLDS_BYTES_MAX) };
    h->at = arena_array(&h->arena, HOLDS_MAX, sizeof *h->at);
    return h->at == NULL ? fault_set(f, FAIL(E_NOMEM), "holds: out of memory") : OK;
}

status holds_load(struct archive *a, struct keys *keys, struct holds *ret_holds, struct fault *f)
{
    struct holds h = {};
    const struct scan_watcher watcher = { .self = &h, .record = take, .wants = is_hold };
    status s = holds_init(&h, f);
    if (s.code == E_OK) s = scan_records(a, keys, 0, archive_size(a), &watcher, f);
    if (s.code != E_OK) {
        arena_done(&h.arena);
        return s;
    }
    *ret_holds = h;
    return OK;
}

void holds_done(struct holds *h)
{
    arena_done(&h->arena);
    h->count = 0;
}

const struct hold *holds_find(const struct holds *h, slice id)
{
    for (uint32_t i = 0; i < h->count; i++) {
        if (slice_equal(h->at[i].id, id)) return &h->at[i];
    }
    return NULL;
}

/* A request to erase a subject names it as the command did. */
static bool is_text(slice value, slice text)
{
    const slice where = slice_text(WHERE_SUBJECT);
    if (slice_starts(value, where) && slice_equal(slice_from(value, where.len), text)) return true;
    return slice_equal(value, text);
}

static bool has_text(const struct record_field *field, slice text)
{
    struct cursor c = cursor_of(field->value);
    slice one = {};
    if (field->type == TYPE_TEXT) return is_text(field->value, text);
    while (field->type == TYPE_TEXTS && value_texts_next(&c, &one)) {
        if (slice_equal(one, text)) return true;
    }
    return false;
}

bool record_has_subject(const struct scanned_record *r, slice subject, uint64_t *ret_fields)
{
    const struct schema *s = r->entry->schema;
    uint64_t fields = 0;
    for (uint8_t i = 0; r->opening != NULL && i < s->field_count; i++) {
        if ((s->fields[i].flags & FIELD_SUBJECT) == 0) continue;
        if (has_text(&r->opening->fields[i], subject)) fields |= 1ull << i;
    }
    *ret_fields = fields;
    return fields != 0;
}

static bool runs_cover(slice runs, uint64_t index)
{
    for (size_t i = 0; i + 16 <= runs.len; i += 16) {
        if (index >= get_u64(runs.at + i) && index <= get_u64(runs.at + i + 8)) return true;
    }
    return false;
}

const struct hold *holds_of(const struct holds *h, const struct scanned_record *r)
{
    for (uint32_t i = 0; i < h->count; i++) {
        const struct hold *hold = &h->at[i];
        uint64_t fields = 0;
        if (hold->records.len == 0 && hold->subject.len == 0) return hold;
        if (runs_cover(hold->records, r->index)) return hold;
        if (hold->subject.len > 0 && record_has_subject(r, hold->subject, &fields)) return hold;
    }
    return NULL;
}
