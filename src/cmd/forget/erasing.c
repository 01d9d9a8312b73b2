/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/forget/erasing.h"

#include <inttypes.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/erase/erase.h"
#include "ledger/erase/erasures.h"
#include "os/clock.h"
#include "os/random.h"
#include "record/draft.h"
#include "record/kinds.h"
#include "record/value.h"
#include "view/filters.h"
#include "view/snapshots.h"
#include "base/banned.h"

enum { DAY_S = 86400, BODY_BYTES = 256, TIME_AT = 4 };

static status out_of_memory(struct fault *f)
{
    return fault_set(f, FAIL(E_NOMEM), "erasing: out of memory");
}

status erasing_settle(struct node *n, struct fault *f)
{
    TRY(committer_flush(n->committer, f));
    return committer_wait(n->committer, archive_size(n->archive), false, f);
}

struct erasing_past {
    struct erasures_room *room; /* owned */
    struct erased_item *items;  /* owned */
    size_t count;
    size_t cap;
    bool sorted;
};

status erasing_begin(struct erasing *e, struct node *n, struct fault *f)
{
    const int64_t now_ns = clock_real_ns();
    *e = (struct erasing){ .node = n };
    if (now_ns < 0) return fault_set(f, FAIL(E_REFUSED), "the clock stands before 1970");
    e->now_s = (uint64_t)(now_ns / CLOCK_NS_PER_S);
    TRY(keys_open(&n->store, NULL, &e->keys, f));
    return holds_init(&e->holds, f);
}

status erasing_scope(struct erasing *e, enum erasing_scope scope, slice subject, struct fault *f)
{
    e->scope = scope;
    e->by_rule = scope == ERASING_EXPIRED;
    if (scope == ERASING_EXPIRED) {
        e->basis = VALUE_erasure_basis_retention;
        e->past = calloc(1, sizeof *e->past);
        if (e->past != NULL) e->past->room = erasures_room_new();
        return e->past == NULL || e->past->room == NULL ? out_of_memory(f) : OK;
    }
    e->subject = malloc(subject.len + 1);
    if (e->subject == NULL) return out_of_memory(f);
    bytes_copy(e->subject, subject.len, subject);
    e->subject_len = subject.len;
    return OK;
}

static void past_free(struct erasing_past *p)
{
    if (p == NULL) return;
    erasures_room_free(p->room);
    free(p->items);
    free(p);
}

void erasing_done(struct erasing *e)
{
    holds_done(&e->holds);
    keys_free(e->keys);
    past_free(e->past);
    if (e->subject != NULL) bytes_wipe(e->subject, e->subject_len);
    free(e->subject);
    free(e->items);
}

/* The second from which the record's retention time is over; UINT64_MAX: never. */
static uint64_t expires(const struct erasing *e, const struct schema *s, uint64_t time_s)
{
    const uint32_t own = s->kind < KINDS_MAX ? e->node->config.keep.days[s->kind] : 0;
    const uint32_t days = own > 0 ? own : schema_retention_days(s->retention);
    return days == 0 ? UINT64_MAX : time_s + (uint64_t)days * DAY_S; /* 40 bits and 36,525 days */
}

static uint64_t fields_with(const struct schema *s, uint8_t flag)
{
    uint64_t fields = 0;
    for (uint8_t i = 0; i < s->field_count; i++)
        fields |= (s->fields[i].flags & flag) != 0 ? 1ull << i : 0;
    return fields;
}

/* The fields and all that contain them. */
static uint64_t closure(const struct schema *s, uint64_t fields)
{
    for (uint8_t i = 0; i < s->field_count; i++) {
        if ((fields >> i & 1) != 0 && s->fields[i].within != 0) {
            fields |= 1ull << (s->fields[i].within - 1); /* within names a later field */
        }
    }
    return fields;
}

static uint64_t fields_of_type(const struct opening *o, uint8_t type)
{
    uint64_t fields = 0;
    for (size_t i = 0; i < o->field_count; i++)
        fields |= o->fields[i].type == type ? 1ull << i : 0;
    return fields;
}

static status push(struct erasing *e, struct erased_item item, struct fault *f)
{
    enum { FIRST_CAP = 256 };
    struct erased_item *last = e->count > 0 ? &e->items[e->count - 1] : NULL;
    const bool joins = e->by_rule && last != NULL && last->fields == item.fields &&
                       last->first + last->count == item.first;
    if (joins) { /* neighbours of a rule tell nothing; those of a person would */
        last->count++;
        return OK;
    }
    if (e->count == e->cap) {
        const uint32_t cap = e->cap == 0 ? FIRST_CAP : e->cap * 2;
        struct erased_item *items = reallocarray(e->items, cap, sizeof *items);
        if (items == NULL) return out_of_memory(f);
        e->items = items;
        e->cap = cap;
    }
    e->items[e->count++] = item;
    return OK;
}

/* What says that an order must not be public yet, and whose it is; none of other records. */
static uint64_t fields_withholding(const struct erasing *e, const struct scanned_record *r)
{
    if (r->entry->schema->kind != KIND_order) return 0;
    const struct record_field *release = &r->opening->fields[FIELD_order_release - 1];
    if (release->type != TYPE_TIME) return 0;
    if (value_i64(release->value) <= (int64_t)e->now_s * CLOCK_NS_PER_S) return 0;
    return 1ull << (FIELD_order_release - 1) | 1ull << (FIELD_order_id - 1);
}

static status refuse_field(const struct scanned_record *r, uint64_t kept, bool is_withheld,
                           struct fault *f)
{
    return fault_set(f, FAIL(E_REFUSED), "entry %" PRIu64 ": %s %s", r->index,
                     r->entry->schema->fields[__builtin_ctzll(kept)].name,
                     is_withheld ? "is kept until the order is released"
                                 : "says who acted and is kept until the record's retention time "
                                   "is over");
}

/* What goes of the record: ERASED_WHOLE if nothing has to be kept. */
static status mask_of(const struct erasing *e, const struct scanned_record *r, uint64_t fields,
                      uint64_t *ret_mask, struct fault *f)
{
    const struct schema *s = r->entry->schema;
    const uint64_t accountable = fields_with(s, FIELD_ACCOUNTABLE);
    const uint64_t absent = fields_of_type(r->opening, TYPE_ABSENT);
    const uint64_t gone = fields_of_type(r->opening, TYPE_ERASED);
    const bool expired = expires(e, s, r->entry->time_s) <= e->now_s;
    const uint64_t withheld = fields_withholding(e, r);
    const uint64_t kept = (expired ? 0 : accountable & ~absent & ~gone) | withheld;
    if (fields != 0) {
        const uint64_t wanted = closure(s, fields);
        const uint64_t both = wanted & kept;
        if (both != 0) return refuse_field(r, both, (both & withheld) != 0, f);
        *ret_mask = wanted & ~gone;
        return OK;
    }
    const uint64_t all = s->field_count == FIELDS_MAX ? UINT64_MAX : (1ull << s->field_count) - 1;
    *ret_mask = kept == 0 ? ERASED_WHOLE : all & ~kept & ~gone;
    return OK;
}

status erasing_record(struct erasing *e, const struct scanned_record *r, uint64_t fields,
                      struct fault *f)
{
    uint64_t mask = 0;
    if ((r->entry->schema->flags & KIND_BODY) != 0) {
        return fault_set(f, FAIL(E_REFUSED),
                         "entry %" PRIu64 ": a record of kind %s has nothing "
                         "private: it is public as a whole",
                         r->index, r->entry->schema->name);
    }
    if (r->opening == NULL) {
        e->already++;
        return OK;
    }
    const struct hold *hold = holds_of(&e->holds, r);
    if (hold != NULL && e->by_rule) {
        e->held++;
        return OK;
    }
    if (hold != NULL) {
        return fault_set(f, FAIL(E_REFUSED), "entry %" PRIu64 ": the legal hold %.*s covers it",
                         r->index, (int)(hold->id.len < 64 ? hold->id.len : 64),
                         (const char *)hold->id.at);
    }
    TRY(mask_of(e, r, fields, &mask, f));
    if (mask == 0) {
        e->already++;
        return OK;
    }
    return push(e, (struct erased_item){ r->index, 1, mask }, f);
}

/* ---- looking through the log ---- */

static bool wants_first(void *self, uint64_t, slice entry)
{
    const struct erasing *e = self;
    return entry.at[1] == KIND_hold || (e->past != NULL && entry.at[1] == KIND_erasure);
}

static status past_add(struct erasing_past *p, const struct erased_set *set, struct fault *f)
{
    p->sorted = false;
    if (set->count > p->cap - p->count) {
        const size_t cap = 2 * p->cap + set->count;
        struct erased_item *items = reallocarray(p->items, cap, sizeof *items);
        if (items == NULL) return out_of_memory(f);
        p->items = items;
        p->cap = cap;
    }
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->items[i].fields == ERASED_WHOLE) p->items[p->count++] = set->items[i];
    }
    return OK;
}

/* Holds, and what was erased before. */
static status take_first(void *self, const struct scanned_record *r, struct fault *f)
{
    struct erasing *e = self;
    struct erased_set set = {};
    if (r->entry->schema->kind == KIND_hold) {
        e->holds_seen++;
        return holds_take(&e->holds, r, f);
    }
    const status s = erasures_of_entry(&e->node->store, e->past->room, r->entry, &set, f);
    if (s.code != E_OK) return s.code == E_NOT_FOUND ? FAIL(E_CORRUPT) : s;
    return past_add(e->past, &set, f);
}

/* What names the subject goes; of kinds that say what officers did, nothing else does. */
static status plan_if_subject(void *self, const struct scanned_record *r, struct fault *f)
{
    struct erasing *e = self;
    uint64_t fields = 0;
    if (!record_has_subject(r, (slice){ e->subject, e->subject_len }, &fields)) return OK;
    const bool office = r->entry->schema->retention == RETENTION_ACCOUNTABILITY;
    return erasing_record(e, r, office ? fields : 0, f);
}

static bool is_past(const struct erasing_past *p, uint64_t index)
{
    size_t low = 0;
    size_t high = p->count;
    while (low < high) { /* the last run that begins at or before index */
        const size_t middle = low + (high - low) / 2;
        if (p->items[middle].first <= index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 && index - p->items[low - 1].first < p->items[low - 1].count;
}

static bool wants_expired(void *self, uint64_t index, slice bytes)
{
    const struct erasing *e = self;
    struct entry entry = {};
    if (bytes.len < ENTRY_HEADER_BYTES || entry_split(bytes, &entry).code != E_OK) return false;
    if ((entry.schema->flags & KIND_BODY) != 0) return false;
    if (expires(e, entry.schema, entry.time_s) > e->now_s) return false;
    return !is_past(e->past, index);
}

static status plan_expired(void *self, const struct scanned_record *r, struct fault *f)
{
    return erasing_record(self, r, 0, f);
}

static int by_first(const void *a, const void *b)
{
    const struct erased_item *x = a;
    const struct erased_item *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

/* The next piece of a row of entries. */
static status piece(struct erasing *e, uint64_t *at, uint64_t size,
                    const struct scan_watcher *watcher, struct fault *f)
{
    const uint64_t to = size - *at < ERASING_PIECE ? size : *at + ERASING_PIECE;
    TRY(scan_records(e->node->archive, e->keys, *at, to, watcher, f));
    *at = to;
    return OK;
}

static status step_first(struct erasing *e, uint64_t size, struct fault *f)
{
    const struct scan_watcher watcher = { e, take_first, wants_first, NULL };
    const uint64_t seen = e->holds_seen;
    TRY(piece(e, &e->holds_to, size, &watcher, f));
    if (e->holds_seen == seen || e->planned_to == 0) return OK;
    e->planned_to = e->already = e->held = 0; /* what was planned may be held now */
    e->count = 0;
    return OK;
}

status erasing_step(struct erasing *e, uint64_t size, bool *ret_done, struct fault *f)
{
    const struct scan_watcher of_subject = { e, plan_if_subject, NULL, NULL };
    const struct scan_watcher expired = { e, plan_expired, wants_expired, NULL };
    *ret_done = false;
    if (e->holds_to < size) return step_first(e, size, f);
    *ret_done = e->scope == ERASING_GIVEN || e->planned_to >= size;
    if (*ret_done) return OK;
    if (e->past != NULL && !e->past->sorted) {
        if (e->past->count > 0) {
            qsort(e->past->items, e->past->count, sizeof *e->past->items, by_first);
        }
        e->past->sorted = true;
    }
    return piece(e, &e->planned_to, size, e->past == NULL ? &of_subject : &expired, f);
}

status erasing_finish(struct erasing *e, struct fault *f)
{
    bool done = false;
    TRY(erasing_settle(e->node, f));
    while (!done)
        TRY(erasing_step(e, archive_size(e->node->archive), &done, f));
    return OK;
}

/* ---- carrying it out ---- */

static uint8_t scope_of(const struct erased_set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->items[i].fields != ERASED_WHOLE) return VALUE_erasure_scope_fields;
    }
    return VALUE_erasure_scope_records;
}

/* Logs one set and carries it out. */
static status set_commit(struct erasing *e, const struct erased_set *set,
                         struct erasures_room *room, struct fault *f)
{
    struct draft draft;
    struct record record = {};
    uint8_t body[BODY_BYTES];
    struct writer w = writer_of(body, sizeof body);
    struct node *n = e->node;
    hash h = {};
    uint64_t index = 0;
    /* First: a crash may leave nothing that still finds it. */
    if (n->on_erased.begins != NULL) n->on_erased.begins(n->on_erased.self);
    TRY(snapshots_forget(&n->store, f));
    TRY(filters_forget(&n->store, set, f));
    TRY(erasures_put(&n->store, room, set, &h, f));
    draft_start(&draft, KIND_erasure, e->now_s);
    draft_column(&draft, COLUMN_erasure_basis, e->basis);
    draft_column(&draft, COLUMN_erasure_scope, scope_of(set));
    draft_u64(&draft, FIELD_erasure_amount, erased_amount(set));
    draft_hash(&draft, FIELD_erasure_set, &h);
    TRY(draft_end(&draft, &w, &record, f));
    TRY(committer_add(n->committer, &record, &index, f));
    TRY(erasing_settle(n, f));
    TRY(ledger_erase(n->ledger, index, f));
    if (n->on_erased.erased != NULL) TRY(n->on_erased.erased(n->on_erased.self, set, f));
    e->entries++;
    e->erased += erased_amount(set);
    return OK;
}

status erasing_commit(struct erasing *e, struct fault *f)
{
    struct erasures_room *room = erasures_room_new();
    status s = room == NULL ? out_of_memory(f) : OK;
    for (uint32_t done = 0; s.code == E_OK && done < e->count;) {
        const uint32_t left = e->count - done;
        struct erased_set set = { .items = e->items + done,
                                  .count = left < ERASING_BATCH ? left : ERASING_BATCH };
        s = random_bytes(set.seed, sizeof set.seed);
        if (s.code != E_OK) s = fault_set(f, s, "no random bytes");
        if (s.code == E_OK) s = set_commit(e, &set, room, f);
        done += set.count;
    }
    erasures_room_free(room);
    return s;
}
