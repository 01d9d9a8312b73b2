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
#include "view/filters.h"
#include "view/snapshots.h"
#include "base/banned.h"

enum { DAY_S = 86400, BODY_BYTES = 256, TIME_AT = 4 };

static status out_of_memory(struct fault *f)
{
    return fault_set(f, FAIL(E_NOMEM), "erasing: out of memory");
}

/* Waits until everything that was added is durable: the archive is read, and keys turn. */
static status settle(struct node *n, struct fault *f)
{
    TRY(committer_flush(n->committer, f));
    return committer_wait(n->committer, archive_size(n->archive), false, f);
}

status erasing_begin(struct erasing *e, struct node *n, struct fault *f)
{
    const int64_t now_ns = clock_real_ns();
    *e = (struct erasing){ .node = n };
    if (now_ns < 0) return fault_set(f, FAIL(E_REFUSED), "the clock stands before 1970");
    e->now_s = (uint64_t)(now_ns / CLOCK_NS_PER_S);
    TRY(settle(n, f));
    TRY(keys_open(&n->store, NULL, &e->keys, f));
    return holds_load(n->archive, e->keys, &e->holds, f);
}

void erasing_done(struct erasing *e)
{
    holds_done(&e->holds);
    keys_free(e->keys);
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

/* What goes of the record: ERASED_WHOLE if nothing has to be kept. */
static status mask_of(const struct erasing *e, const struct scanned_record *r, uint64_t fields,
                      uint64_t *ret_mask, struct fault *f)
{
    const struct schema *s = r->entry->schema;
    const uint64_t accountable = fields_with(s, FIELD_ACCOUNTABLE);
    const uint64_t absent = fields_of_type(r->opening, TYPE_ABSENT);
    const uint64_t gone = fields_of_type(r->opening, TYPE_ERASED);
    const bool expired = expires(e, s, r->entry->time_s) <= e->now_s;
    const uint64_t kept = expired ? 0 : accountable & ~absent & ~gone;
    if (fields != 0) {
        const uint64_t wanted = closure(s, fields);
        if ((wanted & kept) != 0) {
            const int first = __builtin_ctzll(wanted & kept);
            return fault_set(f, FAIL(E_REFUSED),
                             "entry %" PRIu64 ": %s says who acted and is kept until the record's "
                             "retention time is over",
                             r->index, s->fields[first].name);
        }
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

/* A scan that plans. */
struct planning {
    struct erasing *erasing;
    uint64_t fields;
    slice subject;
    const struct erased_item *covered; /* whole records erased before, sorted */
    size_t covered_count;
};

static status plan_record(void *self, const struct scanned_record *r, struct fault *f)
{
    const struct planning *p = self;
    return erasing_record(p->erasing, r, p->fields, f);
}

/* What names the subject goes; of kinds that say what officers did, nothing else does. */
static status plan_if_subject(void *self, const struct scanned_record *r, struct fault *f)
{
    const struct planning *p = self;
    uint64_t fields = 0;
    if (!record_has_subject(r, p->subject, &fields)) return OK;
    const bool office = r->entry->schema->retention == RETENTION_ACCOUNTABILITY;
    return erasing_record(p->erasing, r, office ? fields : 0, f);
}

status erasing_subject(struct erasing *e, slice subject, struct fault *f)
{
    struct planning p = { .erasing = e, .subject = subject };
    const struct scan_watcher watcher = { .self = &p, .record = plan_if_subject };
    struct archive *a = e->node->archive;
    return scan_records(a, e->keys, 0, archive_size(a), &watcher, f);
}

static bool is_covered(const struct planning *p, uint64_t index)
{
    size_t low = 0;
    size_t high = p->covered_count;
    while (low < high) { /* the last run that begins at or before index */
        const size_t middle = low + (high - low) / 2;
        if (p->covered[middle].first <= index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 && index - p->covered[low - 1].first < p->covered[low - 1].count;
}

static bool wants_expired(void *self, uint64_t index, slice bytes)
{
    const struct planning *p = self;
    struct entry entry = {};
    if (bytes.len < ENTRY_HEADER_BYTES || entry_split(bytes, &entry).code != E_OK) return false;
    if ((entry.schema->flags & KIND_BODY) != 0) return false;
    if (expires(p->erasing, entry.schema, entry.time_s) > p->erasing->now_s) return false;
    return !is_covered(p, index);
}

/* Whole records of every erasure so far. */
struct past {
    struct erased_item *items; /* owned */
    size_t count;
    size_t cap;
};

static status past_add(struct past *p, const struct erased_set *set, struct fault *f)
{
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

static int by_first(const void *a, const void *b)
{
    const struct erased_item *x = a;
    const struct erased_item *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

static status past_load(struct node *n, struct past *p, struct fault *f)
{
    struct erasures_room *room = erasures_room_new();
    uint64_t index = 0;
    status s = room == NULL ? out_of_memory(f) : OK;
    while (s.code == E_OK) {
        struct entry entry = {};
        struct erased_set set = {};
        s = erasures_next(n->archive, index, &index, &entry, f);
        if (s.code == E_NOT_FOUND) break;
        if (s.code == E_OK) s = erasures_of_entry(&n->store, room, &entry, &set, f);
        if (s.code == E_NOT_FOUND) s = FAIL(E_CORRUPT);
        if (s.code == E_OK) s = past_add(p, &set, f);
        index++;
    }
    erasures_room_free(room);
    if (p->count > 0) qsort(p->items, p->count, sizeof *p->items, by_first);
    return s.code == E_NOT_FOUND ? OK : s;
}

status erasing_expired(struct erasing *e, struct fault *f)
{
    struct past past = {};
    e->by_rule = true;
    e->basis = VALUE_erasure_basis_retention;
    status s = past_load(e->node, &past, f);
    struct planning p = { .erasing = e, .covered = past.items, .covered_count = past.count };
    const struct scan_watcher watcher = { &p, plan_record, wants_expired, NULL };
    struct archive *a = e->node->archive;
    if (s.code == E_OK) s = scan_records(a, e->keys, 0, archive_size(a), &watcher, f);
    free(past.items);
    return s;
}

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
    TRY(settle(n, f));
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
