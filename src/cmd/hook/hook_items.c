/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/hook/hook_items.h"

#include "base/bytes.h"
#include "base/timestamp.h"
#include "cmd/reader/reader_state.h"
#include "cmd/node/record_line.h"
#include "os/clock.h"
#include "serve/hook/hook.h"
#include "base/banned.h"

static bool is_named(slice names, const char *name)
{
    const slice wanted = slice_text(name);
    while (names.len > 0) {
        const uint8_t *comma = memchr(names.at, ',', names.len);
        const size_t len = comma == NULL ? names.len : (size_t)(comma - names.at);
        if (slice_equal((slice){ names.at, len }, wanted)) return true;
        names = slice_from(names, comma == NULL ? len : len + 1);
    }
    return false;
}

/* The record at index with no private field but those that are named. */
static status open_named(struct reader *r, uint64_t index, slice names, struct fault *f)
{
    struct opened_record *o = &r->record;
    if (names.len == 0) {
        TRY(archive_entry(r->view.node.archive, index, &o->entry_bytes, f));
        o->gone = false;
        o->opening.field_count = 0;
        return entry_parse(o->entry_bytes, &o->entry, f);
    }
    TRY(opener_open(r->opener, index, o, f));
    for (size_t i = 0; i < o->opening.field_count; i++) {
        if (is_named(names, o->entry.schema->fields[i].name)) continue;
        o->opening.fields[i] = (struct record_field){ TYPE_ABSENT, slice_none() };
    }
    return OK;
}

/* "finding.created", "incident.contained". */
static void write_type(const struct entry *e, struct writer *w)
{
    const struct schema_column *stage = &e->schema->columns[COLUMN_incident_stage];
    writer_text(w, e->schema->name);
    writer_text(w, ".");
    if (e->schema->kind == KIND_finding) {
        writer_text(w, "created");
    } else {
        const char *name =
            choice_name(stage->choice, (uint8_t)schema_column_value(stage, e->columns));
        writer_text(w, name == NULL ? "changed" : name);
    }
}

/* index u64, then the JSON with its length; what is too large goes without private fields. */
static status write_item(struct reader *r, uint64_t index, slice names, struct fault *f)
{
    struct writer *w = &r->body;
    uint8_t text[TIMESTAMP_BYTES_MAX];
    TRY(open_named(r, index, names, f));
    writer_u64(w, index);
    const size_t at = w->len;
    writer_u32(w, 0);
    writer_text(w, "{\"type\":\"");
    write_type(&r->record.entry, w);
    const size_t len = timestamp_write((int64_t)r->record.entry.time_s * CLOCK_NS_PER_S, text);
    writer_text(w, "\",\"timestamp\":\"");
    writer_bytes(w, (slice){ text, len });
    writer_text(w, "\",\"data\":");
    TRY(record_write(&r->record, index, w));
    writer_text(w, "}");
    TRY(writer_end(w));
    put_u32(w->at + at, (uint32_t)(w->len - at - 4));
    return OK;
}

static bool is_wanted(struct reader *r, uint64_t index, uint8_t events, bool *ret_wanted)
{
    struct fault unused;
    slice entry = {};
    if (archive_entry(r->view.node.archive, index, &entry, &unused).code != E_OK) return false;
    const bool finding = entry.len > 1 && entry.at[1] == KIND_finding;
    *ret_wanted = (events & (finding ? HOOK_FINDINGS : HOOK_INCIDENTS)) != 0;
    return true;
}

/* Those of the indices whose kind is wanted. */
static status keep_wanted(struct reader *r, const struct query_ask *m, struct writer *indices)
{
    const size_t len = indices->len;
    indices->len = 0;
    for (size_t at = 0; at < len; at += 8) {
        const uint64_t index = get_u64(indices->at + at);
        bool wanted = false;
        if (!is_wanted(r, index, m->kind, &wanted)) return FAIL(E_CORRUPT);
        if (wanted) writer_u64(indices, index);
    }
    return writer_end(indices);
}

static status write_hook_items(struct reader *r, const struct query_ask *m, slice indices,
                               uint64_t *ret_next, struct fault *f)
{
    struct writer *w = &r->body;
    for (size_t at = 0; at < indices.len; at += 8) {
        const uint64_t index = get_u64(indices.at + at);
        const size_t before = w->len;
        TRY(write_item(r, index, m->text, f));
        if (w->len <= HOOK_ITEMS_BYTES_MAX) continue;
        w->len = before;
        if (at > 0) { /* in the next answer then */
            *ret_next = index;
            return OK;
        }
        TRY(write_item(r, index, slice_none(), f));
    }
    return OK;
}

status reader_ask_hook(struct reader *r, const struct query_ask *m, struct fault *f)
{
    uint8_t room[QUERY_LIMIT_MAX * 8];
    struct writer indices = writer_of(room, sizeof room);
    uint64_t next = 0;
    TRY(reader_news(r, m, &indices, &next, f));
    TRY(keep_wanted(r, m, &indices));
    if (m->text.len > 0) TRY(reader_record_look(r, m, writer_slice(&indices), f));
    writer_u64(&r->body, 0);
    writer_u64(&r->body, m->index);
    TRY(write_hook_items(r, m, writer_slice(&indices), &next, f));
    put_u64(r->body.at, next);
    return OK;
}
