/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds and erasures as duties: who asked, who approved, what vetoes.
 */
#include <inttypes.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/node/duty_work.h"
#include "cmd/node/officer.h"
#include "cmd/forget/forgetting.h"
#include "record/kinds.h"
#include "base/banned.h"

enum { ASKED_BYTES_MAX = 1 << 20 };

static slice slot(const struct performance *p, enum duty_slot which)
{
    return p->duty->slots[which];
}

/* ---- looking through the log first ---- */

/* The rest of the look that the node began before, or all of it. */
static status look(struct performance *p, struct erasing *e, struct fault *f)
{
    if (p->begun == NULL) {
        TRY(forgetting_begin(p->node, p->duty, e, f));
    } else {
        *e = *p->begun;
        *p->begun = (struct erasing){};
    }
    return erasing_finish(e, f);
}

/* ---- holds ---- */

static status hold_record(struct performance *p, uint8_t stage, uint64_t *ret_index,
                          struct fault *f)
{
    TRY(duty_begin(p, KIND_hold, f));
    struct draft *d = &p->draft;
    draft_market(d, COLUMN_hold_market, duty_market(p));
    draft_column(d, COLUMN_hold_stage, stage);
    draft_time(d, FIELD_hold_time, p->now_ns);
    draft_text(d, FIELD_hold_hold, slot(p, DUTY_ID));
    draft_text(d, FIELD_hold_actor, duty_actor(p));
    duty_set_text(p, FIELD_hold_basis, DUTY_BASIS);
    duty_set_text(p, FIELD_hold_subject, DUTY_SUBJECT);
    duty_set_text(p, FIELD_hold_note, DUTY_NOTE);
    if (slot(p, DUTY_RECORDS).len > 0) draft_bytes(d, FIELD_hold_records, slot(p, DUTY_RECORDS));
    return duty_end(p, ret_index, f);
}

status perform_hold_place(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    const slice records = slot(p, DUTY_RECORDS);
    if (slot(p, DUTY_ID).len == 0 || slot(p, DUTY_BASIS).len == 0) {
        return fault_set(f, FAIL(E_USAGE), "a hold has an identifier and a basis");
    }
    for (size_t i = 0; i < records.len; i += 16) {
        const bool fits =
            records.len - i >= 16 && get_u64(records.at + i) <= get_u64(records.at + i + 8);
        if (!fits) return fault_set(f, FAIL(E_VALUE), "records: FIRST-LAST, first before last");
    }
    return hold_record(p, VALUE_hold_stage_placed, ret_index, f);
}

status perform_hold_lift(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    struct erasing e = {};
    status s = look(p, &e, f);
    if (s.code == E_OK && holds_find(&e.holds, slot(p, DUTY_ID)) == NULL) {
        s = fault_set(f, FAIL(E_NOT_FOUND), "no hold %.*s is in force",
                      (int)(slot(p, DUTY_ID).len < 64 ? slot(p, DUTY_ID).len : 64),
                      (const char *)slot(p, DUTY_ID).at);
    }
    erasing_done(&e);
    TRY(s);
    return hold_record(p, VALUE_hold_stage_lifted, ret_index, f);
}

/* ---- erasing ---- */

/* A request, as it was given or as its record says. */
struct demand {
    slice records; /* indices, u64 each; or */
    slice subject;
    slice fields; /* names, as a list of texts */
    uint8_t basis;
};

static status basis_take(slice word, uint8_t *ret_basis, struct fault *f)
{
    const struct schema *s = schema_of(KIND_erasure);
    *ret_basis = choice_number(s->columns[COLUMN_erasure_basis].choice, word);
    if (*ret_basis != 0) return OK;
    return fault_set(f, FAIL(E_USAGE), "--basis: no such word: %.*s; candor help erase lists them",
                     (int)(word.len < 40 ? word.len : 40), (const char *)word.at);
}

/* The fields of a list as bits, by the schema of the record. */
struct naming {
    struct erasing *erasing;
    slice names;
};

static status plan_named(void *self, const struct scanned_record *r, struct fault *f)
{
    const struct naming *n = self;
    struct cursor c = cursor_of(n->names);
    slice name = {};
    uint64_t fields = 0;
    while (value_texts_next(&c, &name)) {
        const uint8_t id = schema_field_id(r->entry->schema, name);
        if (id == 0) {
            return fault_set(f, FAIL(E_USAGE), "a record of kind %s has no field %.*s",
                             r->entry->schema->name, (int)(name.len < 40 ? name.len : 40),
                             (const char *)name.at);
        }
        fields |= 1ull << (id - 1);
    }
    return erasing_record(n->erasing, r, fields, f);
}

static int by_index(const void *a, const void *b)
{
    const uint64_t x = get_u64(a);
    const uint64_t y = get_u64(b);
    return (x > y) - (x < y);
}

static status plan_records(struct erasing *e, const struct demand *d, struct fault *f)
{
    struct naming naming = { e, d->fields };
    const struct scan_watcher watcher = { .self = &naming, .record = plan_named };
    const uint64_t size = archive_size(e->node->archive);
    uint8_t *sorted = malloc(d->records.len + 1);
    status s = OK;
    if (sorted == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    bytes_copy(sorted, d->records.len, d->records);
    qsort(sorted, d->records.len / 8, 8, by_index);
    for (size_t i = 0; s.code == E_OK && i < d->records.len; i += 8) {
        const uint64_t index = get_u64(sorted + i);
        if (i > 0 && get_u64(sorted + i - 8) == index) continue;
        s = index < size
                ? scan_records(e->node->archive, e->keys, index, index + 1, &watcher, f)
                : fault_set(f, FAIL(E_NOT_FOUND), "index %" PRIu64 ": behind the log", index);
    }
    free(sorted);
    return s;
}

/* Records of a subject were planned while looking for them. */
static status plan(struct erasing *e, const struct demand *d, struct fault *f)
{
    e->basis = d->basis;
    return d->subject.len > 0 ? OK : plan_records(e, d, f);
}

static void answer_erased(struct performance *p, const struct erasing *e)
{
    struct json_writer j = json_writer_of(p->answer);
    json_object(&j);
    json_member_u64(&j, "erased", e->erased);
    json_member_u64(&j, "already", e->already);
    json_member_u64(&j, "held", e->held);
    json_member_u64(&j, "entries", e->entries);
    json_object_end(&j);
    writer_text(p->answer, "\n");
}

static status demand_of(const struct duty *duty, struct demand *ret_demand, struct fault *f)
{
    struct demand d = { .records = duty->slots[DUTY_RECORDS],
                        .subject = duty->slots[DUTY_SUBJECT],
                        .fields = duty->slots[DUTY_FIELDS] };
    TRY(basis_take(duty->slots[DUTY_BASIS], &d.basis, f));
    if (d.basis == VALUE_erasure_basis_retention) {
        return fault_set(f, FAIL(E_USAGE), "--basis retention is for candor erase --expired");
    }
    *ret_demand = d;
    return OK;
}

/* Plans once, so that what would be refused is refused at once, and notes the request. */
status perform_erase_request(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    struct erasing e = {};
    struct demand d = {};
    uint8_t object[sizeof WHERE_SUBJECT + DUTY_SLOT_BYTES_MAX];
    struct writer w = writer_of(object, sizeof object);
    TRY(demand_of(p->duty, &d, f));
    if (d.subject.len == 0) TRY(duty_records_check(p, f));
    status s = look(p, &e, f);
    if (s.code == E_OK) s = plan(&e, &d, f);
    const uint64_t amount = e.count;
    erasing_done(&e);
    TRY(s);
    TRY(duty_begin(p, KIND_oversight, f));
    if (d.subject.len > 0) {
        writer_text(&w, WHERE_SUBJECT);
        writer_bytes(&w, d.subject);
        draft_text(&p->draft, FIELD_oversight_object, writer_slice(&w));
    } else {
        draft_bytes(&p->draft, FIELD_oversight_records, d.records);
        draft_texts(&p->draft, FIELD_oversight_fields, d.fields);
    }
    draft_u64(&p->draft, FIELD_oversight_amount, amount);
    duty_set_text(p, FIELD_oversight_purpose, DUTY_BASIS);
    return duty_oversight(p, VALUE_oversight_action_erase_requested, ret_index, f);
}

/* The record of a request, copied out of the log. */
struct asked {
    struct demand demand;
    slice actor;
    slice session;
    bool found;
    struct arena arena;
};

static slice copy_field(struct asked *a, const struct scanned_record *r, int field)
{
    const struct record_field *v = &r->opening->fields[field - 1];
    const bool none = v->type == TYPE_ABSENT || v->type == TYPE_ERASED;
    const slice copy = arena_copy(&a->arena, none ? slice_none() : v->value);
    return copy.at == NULL ? slice_none() : copy;
}

static status read_asked(void *self, const struct scanned_record *r, struct fault *f)
{
    struct asked *a = self;
    const struct schema *s = r->entry->schema;
    if (s->kind != KIND_oversight || r->opening == NULL) return OK;
    const uint16_t action =
        schema_column_value(&s->columns[COLUMN_oversight_action], r->entry->columns);
    if (action != VALUE_oversight_action_erase_requested) return OK;
    const slice object = copy_field(a, r, FIELD_oversight_object);
    a->found = true;
    a->actor = copy_field(a, r, FIELD_oversight_actor);
    a->session = copy_field(a, r, FIELD_oversight_session);
    a->demand.records = copy_field(a, r, FIELD_oversight_records);
    a->demand.fields = copy_field(a, r, FIELD_oversight_fields);
    a->demand.subject = slice_none();
    if (slice_starts(object, slice_text(WHERE_SUBJECT))) {
        a->demand.subject = slice_from(object, sizeof WHERE_SUBJECT - 1);
    }
    return basis_take(copy_field(a, r, FIELD_oversight_purpose), &a->demand.basis, f);
}

static status asked_load(struct erasing *e, uint64_t index, struct asked *a, struct fault *f)
{
    const struct scan_watcher watcher = { .self = a, .record = read_asked };
    if (index < archive_size(e->node->archive)) {
        TRY(scan_records(e->node->archive, e->keys, index, index + 1, &watcher, f));
    }
    if (a->found && (a->demand.records.len > 0 || a->demand.subject.len > 0)) return OK;
    return fault_set(f, FAIL(E_NOT_FOUND), "entry %" PRIu64 ": no request that waits for approval",
                     index);
}

static status approve(struct performance *p, struct erasing *e, struct asked *a,
                      uint64_t *ret_index, struct fault *f)
{
    const bool same_user = slice_is(a->session, p->session);
    TRY(officer_second(&p->node->config.keep, a->actor, duty_actor(p), same_user, f));
    TRY(plan(e, &a->demand, f));
    TRY(duty_begin(p, KIND_oversight, f));
    draft_bytes(&p->draft, FIELD_oversight_records, slot(p, DUTY_RECORDS));
    draft_u64(&p->draft, FIELD_oversight_amount, e->count);
    draft_text(&p->draft, FIELD_oversight_approver, duty_actor(p));
    TRY(duty_oversight(p, VALUE_oversight_action_erase_approved, ret_index, f));
    TRY(erasing_commit(e, f));
    answer_erased(p, e);
    return OK;
}

/* What waits for approval, out of the duty that approves it. */
static status asked_by(struct erasing *e, const struct duty *d, struct asked *a, struct fault *f)
{
    if (d->slots[DUTY_RECORDS].len != 8) {
        return fault_set(f, FAIL(E_USAGE), "one request at a time");
    }
    TRY(erasing_settle(e->node, f));
    return asked_load(e, get_u64(d->slots[DUTY_RECORDS].at), a, f);
}

status perform_erase_approve(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    struct erasing e = {};
    struct asked a = { .arena = arena_of(ASKED_BYTES_MAX) };
    status s = look(p, &e, f);
    if (s.code == E_OK) s = asked_by(&e, p->duty, &a, f);
    if (s.code == E_OK) s = approve(p, &e, &a, ret_index, f);
    erasing_done(&e);
    arena_done(&a.arena);
    return s;
}

status perform_erase_expired(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    struct erasing e = {};
    status s = look(p, &e, f);
    if (s.code == E_OK) s = erasing_commit(&e, f);
    if (s.code == E_OK) answer_erased(p, &e);
    *ret_index = 0;
    erasing_done(&e);
    return s;
}

/* ---- beginning to look ---- */

bool forgetting_looks(const struct duty *d)
{
    return d->kind == DUTY_HOLD_LIFT || d->kind == DUTY_ERASE_REQUEST ||
           d->kind == DUTY_ERASE_APPROVE || d->kind == DUTY_ERASE_EXPIRED;
}

static status scope_of_duty(struct erasing *e, const struct duty *d, struct fault *f)
{
    struct asked a = { .arena = arena_of(ASKED_BYTES_MAX) };
    struct demand demand = {};
    status s = OK;
    if (d->kind == DUTY_HOLD_LIFT) return OK;
    if (d->kind == DUTY_ERASE_EXPIRED) return erasing_scope(e, ERASING_EXPIRED, slice_none(), f);
    if (d->kind == DUTY_ERASE_APPROVE) {
        s = asked_by(e, d, &a, f);
        demand = a.demand;
    } else {
        s = demand_of(d, &demand, f);
    }
    if (s.code == E_OK && demand.subject.len > 0) {
        s = erasing_scope(e, ERASING_SUBJECT, demand.subject, f);
    }
    arena_done(&a.arena);
    return s;
}

status forgetting_begin(struct node *n, const struct duty *d, struct erasing *e, struct fault *f)
{
    TRY(erasing_begin(e, n, f));
    return scope_of_duty(e, d, f);
}
