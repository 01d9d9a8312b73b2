/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/incident/incident_show.h"

#include <stdio.h>
#include <time.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/node/node.h"
#include "cmd/node/record_line.h"
#include "record/incident.h"
#include "record/print.h"
#include "record/value.h"
#include "view/view.h"
#include "base/banned.h"

enum {
    SUMMARY_BYTES_MAX = 1024 * 1024,
    FINDINGS_MAX = 16384,            /* shown of one incident */
    HISTORY_BYTES_LEFT = 512 * 1024, /* a record of the history fits with certainty */
    POLL_NS = 2'000'000,
};

/* Members that the newest transition to state them decides. */
static const struct {
    const char *name;
    int field;
} texts[] = {
    { "title", FIELD_incident_title },       { "severity", FIELD_incident_severity },
    { "owner", FIELD_incident_assignee },    { "began", FIELD_incident_began },
    { "aware", FIELD_incident_aware },       { "notified", FIELD_incident_notified },
    { "persons", FIELD_incident_persons },   { "loss", FIELD_incident_loss },
    { "currency", FIELD_incident_currency }, { "techniques", FIELD_incident_techniques },
};

/* Members that say when a stage was reached last. */
static const struct {
    const char *name;
    uint8_t stage;
} clocks[] = {
    { "opened", VALUE_incident_stage_opened },
    { "acknowledged", VALUE_incident_stage_acknowledged },
    { "contained", VALUE_incident_stage_contained },
    { "recovered", VALUE_incident_stage_recovered },
    { "closed", VALUE_incident_stage_closed },
};

/* What the transitions seen so far say together. */
struct summary {
    struct arena arena;
    struct record_field values[COUNT_OF(texts)];
    int64_t clocks[COUNT_OF(clocks)]; /* 0: never */
    uint64_t *findings;
    size_t finding_count;
};

/* ---- finding them ---- */

static status page_add(struct view_lists *l, const struct view_incident *i,
                       struct incident_page *page, bool *ret_fits, struct fault *f)
{
    *ret_fits = i->changes <= (page->indices.cap - page->indices.len) / 8;
    if (!*ret_fits) return OK;
    page->at[page->count++] = *i;
    return view_lists_changes(l, i->number, &page->indices, f);
}

status incident_page_find(struct view_lists *l, uint8_t state, uint32_t below, uint32_t limit,
                          struct incident_page *page, struct fault *f)
{
    struct view_incident found[VIEW_INCIDENTS_MAX];
    size_t count = 0;
    bool fits = true;
    page->indices = writer_of(page->room, sizeof page->room);
    page->count = 0;
    page->next = 0;
    TRY(view_lists_incidents(l, state, below, limit, found, &count, f));
    for (size_t i = 0; fits && i < count; i++)
        TRY(page_add(l, &found[i], page, &fits, f));
    if (page->count > 0 && (!fits || count == limit)) {
        page->next = page->at[page->count - 1].number;
    }
    return OK;
}

status incident_page_one(struct view_lists *l, uint16_t number, struct incident_page *page,
                         struct fault *f)
{
    TRY(incident_page_find(l, 0, number + 1u, 1, page, f));
    if (page->count == 1 && page->at[0].number == number) return OK;
    return fault_set(f, FAIL(E_NOT_FOUND), "there is no incident %u", number);
}

/* ---- what they say ---- */

static const struct record_field *field_of(const struct opened_record *r, int field)
{
    const struct record_field *v = &r->opening.fields[field - 1];
    const bool is_there = !r->gone && r->opening.field_count >= (size_t)field &&
                          v->type != TYPE_ABSENT && v->type != TYPE_ERASED;
    return is_there ? v : NULL;
}

static bool has_finding(const struct summary *s, uint64_t index)
{
    for (size_t i = 0; i < s->finding_count; i++) {
        if (s->findings[i] == index) return true;
    }
    return false;
}

static void add_findings(struct summary *s, const struct opened_record *r)
{
    const struct record_field *v = field_of(r, FIELD_incident_findings);
    for (size_t at = 0; v != NULL && at + 8 <= v->value.len; at += 8) {
        const uint64_t index = get_u64(v->value.at + at);
        if (s->finding_count == FINDINGS_MAX || has_finding(s, index)) continue;
        s->findings[s->finding_count++] = index;
    }
}

static status add_record(struct summary *s, const struct opened_record *r)
{
    const struct schema_column *column = &r->entry.schema->columns[COLUMN_incident_stage];
    const uint16_t stage = schema_column_value(column, r->entry.columns);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const struct record_field *v = field_of(r, texts[i].field);
        if (v == NULL) continue;
        s->values[i] = (struct record_field){ v->type, arena_copy(&s->arena, v->value) };
        if (s->values[i].value.at == NULL) return FAIL(E_NOMEM);
    }
    const struct record_field *time = field_of(r, FIELD_incident_time);
    for (size_t i = 0; time != NULL && i < COUNT_OF(clocks); i++) {
        if (clocks[i].stage == stage) s->clocks[i] = value_i64(time->value);
    }
    add_findings(s, r);
    return OK;
}

static void write_findings(struct json_writer *j, const struct summary *s)
{
    json_key(j, "findings");
    json_array(j);
    for (size_t i = 0; i < s->finding_count; i++)
        json_u64(j, s->findings[i]);
    json_array_end(j);
}

static void write_value(struct json_writer *j, const char *name, const struct record_field *v)
{
    struct cursor c = cursor_of(v->value);
    slice text = {};
    json_key(j, name);
    if (v->type == TYPE_TIME) {
        print_time(j, value_i64(v->value));
    } else if (v->type == TYPE_U64) {
        json_u64(j, value_u64(v->value));
    } else if (v->type == TYPE_I64) {
        json_i64(j, value_i64(v->value));
    } else if (v->type == TYPE_TEXTS) {
        json_array(j);
        while (value_texts_next(&c, &text))
            json_string(j, text);
        json_array_end(j);
    } else {
        json_string(j, v->value);
    }
}

static void write_summary(struct json_writer *j, const struct view_incident *i, uint8_t class,
                          const struct summary *s)
{
    char id[16];
    const struct choice *classes = schema_of(KIND_incident)->columns[COLUMN_incident_class].choice;
    snprintf(id, sizeof id, "INC-%u", i->number);
    json_member_u64(j, "incident", i->number);
    json_member_text(j, "id", id);
    json_member_text(j, "state", incident_state_name(i->state));
    json_member_u64(j, "status_id", incident_status_id(i->state));
    if (class != 0) json_member_text(j, "class", choice_name(classes, class));
    for (size_t n = 0; n < COUNT_OF(texts); n++) {
        if (s->values[n].type != TYPE_ABSENT) write_value(j, texts[n].name, &s->values[n]);
    }
    write_findings(j, s);
    for (size_t n = 0; n < COUNT_OF(clocks); n++) {
        json_key(j, clocks[n].name);
        if (s->clocks[n] == 0) json_null(j);
        if (s->clocks[n] != 0) print_time(j, s->clocks[n]);
    }
    json_member_u64(j, "first_index", i->first);
    json_member_u64(j, "last_index", i->last);
    json_member_u64(j, "changes", i->changes);
}

static status write_history(struct json_writer *j, slice indices, const struct incident_opening *o,
                            struct writer *w, struct fault *f)
{
    bool complete = true;
    const char *comma = "";
    writer_text(w, ",\"history\":["); /* there are members before it */
    for (size_t at = 0; complete && at < indices.len; at += 8) {
        const uint64_t index = get_u64(indices.at + at);
        complete = w->cap - w->len > HISTORY_BYTES_LEFT;
        if (!complete) break;
        TRY(opener_open(o->opener, index, o->record, f));
        writer_text(w, comma);
        TRY(record_write(o->record, index, w));
        comma = ",";
    }
    writer_text(w, "]");
    json_member_bool(j, "history_complete", complete);
    return OK;
}

static status sum_up(slice indices, const struct incident_opening *o, struct summary *s,
                     uint8_t *ret_class, struct fault *f)
{
    s->findings = arena_array(&s->arena, FINDINGS_MAX, sizeof *s->findings);
    if (s->findings == NULL) return FAIL(E_NOMEM);
    for (size_t at = 0; at < indices.len; at += 8) {
        TRY(opener_open(o->opener, get_u64(indices.at + at), o->record, f));
        const struct entry *e = &o->record->entry;
        *ret_class =
            (uint8_t)schema_column_value(&e->schema->columns[COLUMN_incident_class], e->columns);
        TRY(add_record(s, o->record));
    }
    return OK;
}

static slice indices_of(const struct incident_page *page, size_t nth)
{
    size_t from = 0;
    for (size_t i = 0; i < nth; i++)
        from += page->at[i].changes * 8;
    return (slice){ page->room + from, page->at[nth].changes * 8 };
}

status incident_write(const struct incident_page *page, size_t nth, bool with_history,
                      const struct incident_opening *o, struct writer *w, struct fault *f)
{
    struct summary s = { .arena = arena_of(SUMMARY_BYTES_MAX) };
    const slice indices = indices_of(page, nth);
    uint8_t class = 0;
    status done = sum_up(indices, o, &s, &class, f);
    if (done.code == E_OK) {
        struct json_writer j = json_writer_of(w);
        json_object(&j);
        write_summary(&j, &page->at[nth], class, &s);
        if (with_history) done = write_history(&j, indices, o, w, f);
        json_object_end(&j);
    }
    arena_done(&s.arena);
    TRY(done);
    return writer_end(w);
}

/* ---- the view ---- */

status incident_view_wait(struct view_lists *l, uint64_t size, struct fault *f)
{
    static const struct timespec pause = { .tv_nsec = POLL_NS };
    uint64_t applied = 0;
    for (int i = 0; i < INCIDENTS_WAIT_MS / (POLL_NS / 1'000'000); i++) {
        TRY(view_lists_applied(l, &applied, f));
        if (applied >= size) return OK;
        nanosleep(&pause, NULL);
    }
    return fault_set(f, FAIL(E_BUSY), "the view is behind the log: try again in a moment");
}

static status bring_up(const char *dir, struct node *n, struct fault *f)
{
    struct view_db *db = NULL;
    status s = view_db_open(dir, &db, f);
    for (bool done = false; s.code == E_OK && !done;)
        s = view_db_step(db, n->archive, archive_size(n->archive), &done, f);
    view_db_close(db);
    return s;
}

status incident_view_follow(const char *dir, struct fault *f)
{
    struct node n = {};
    const status s = node_open_writing(dir, &n, f);
    if (s.code == E_BUSY) return OK;
    TRY(s);
    const status done = bring_up(dir, &n, f);
    node_close(&n);
    return done;
}
