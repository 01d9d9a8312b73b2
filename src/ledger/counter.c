/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/counter.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "record/fields.h"
#include "base/banned.h"

/*
 * An open-addressing hash table with linear probing, at most half full, doubled as it grows.
 * Entries arrive in runs of one class and month, so the slot of the last one is kept together with
 * what an entry must look like to belong there. Budget: 30 ns an entry, amortised.
 */
enum {
    SLOTS_MIN = 1024,
    OVERFLOW_ROWS_MAX = 256, /* one a kind, outside COUNTER_ROWS_MAX */
    SLOTS_MAX = 4 * COUNTER_ROWS_MAX,
};
static_assert(SLOTS_MAX / 2 >= COUNTER_ROWS_MAX + OVERFLOW_ROWS_MAX, "at most half full");

struct slot {
    struct counter_key key;
    uint64_t count; /* 0: free */
};

/* The class and month of the last entry. */
struct recent {
    size_t entry_len; /* 0: none */
    size_t columns_len;
    size_t slot;
    uint64_t month_start_s;
    uint64_t month_end_s;
    uint32_t granularity_s;
    uint8_t head[4]; /* version, kind, schema */
    uint8_t columns[COLUMNS_BYTES_MAX];
};

struct counter {
    struct slot *slots; /* owned */
    size_t slot_count;  /* a power of two */
    size_t row_count;   /* used slots */
    uint64_t seed;
    uint64_t size;
    uint64_t late;
    uint64_t overflow;
    uint64_t last_summary;
    uint16_t closed;
    struct recent recent;
    uint8_t *rows; /* owned: what counter_table hands out */
};

struct counter *counter_new(uint64_t seed)
{
    struct counter *c = calloc(1, sizeof *c);
    if (c == NULL) return NULL;
    c->slots = calloc(SLOTS_MIN, sizeof *c->slots);
    c->slot_count = SLOTS_MIN;
    c->seed = seed;
    c->last_summary = UINT64_MAX;
    if (c->slots != NULL) return c;
    free(c);
    return NULL;
}

void counter_free(struct counter *c)
{
    if (c == NULL) return;
    free(c->slots);
    free(c->rows);
    free(c);
}

uint64_t counter_size(const struct counter *c)
{
    return c->size;
}

static uint64_t stir(uint64_t h, uint64_t word)
{
    const unsigned __int128 product = (unsigned __int128)(h ^ word) * 0x9e3779b97f4a7c15u;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static size_t slot_of(const struct counter *c, const struct counter_key *key)
{
    uint64_t h = stir(c->seed ^ 0x2545f4914f6cdd1du, get_u64(key->bytes));
    h = stir(h, get_u64(key->bytes + 8));
    h = stir(h, get_u32(key->bytes + COUNTER_KEY_BYTES - 4));
    size_t at = h & (c->slot_count - 1);
    while (c->slots[at].count != 0 &&
           !bytes_equal(c->slots[at].key.bytes, key->bytes, sizeof *key)) {
        at = (at + 1) & (c->slot_count - 1);
    }
    return at;
}

/* Twice the slots. */
static status grow(struct counter *c)
{
    struct counter bigger = *c;
    bigger.slot_count = c->slot_count * 2;
    bigger.slots = calloc(bigger.slot_count, sizeof *bigger.slots);
    if (bigger.slots == NULL) return FAIL(E_NOMEM);
    for (size_t i = 0; i < c->slot_count; i++) {
        if (c->slots[i].count != 0) bigger.slots[slot_of(&bigger, &c->slots[i].key)] = c->slots[i];
    }
    free(c->slots);
    c->slots = bigger.slots;
    c->slot_count = bigger.slot_count;
    c->recent.entry_len = 0;
    return OK;
}

/* The slot of the key, new if need be; that of its kind's overflow if the table is full. */
static status claim_slot(struct counter *c, struct counter_key key, size_t *ret_slot)
{
    size_t at = slot_of(c, &key);
    if (c->slots[at].count == 0 && c->row_count >= COUNTER_ROWS_MAX) {
        key = counter_key_overflow(key.bytes[0]);
        at = slot_of(c, &key);
    }
    if (c->slots[at].count == 0) {
        if (c->row_count >= c->slot_count / 2) {
            TRY(grow(c));
            at = slot_of(c, &key);
        }
        c->slots[at].key = key;
        c->row_count++;
    }
    *ret_slot = at;
    return OK;
}

static void tally(struct counter *c, size_t slot, uint64_t count)
{
    struct slot *s = &c->slots[slot];
    s->count += count;
    c->size += count;
    if (s->key.bytes[COUNTER_KEY_FLAG] == COUNTER_LATE) c->late += count;
    if (s->key.bytes[COUNTER_KEY_FLAG] == COUNTER_OVERFLOW) c->overflow += count;
}

static void remember(struct counter *c, slice entry, const struct entry *e, size_t slot)
{
    struct recent *r = &c->recent;
    r->entry_len = e->body.len == 0 && (e->schema->flags & KIND_BODY) == 0 ? entry.len : 0;
    r->columns_len = e->columns.len;
    r->slot = slot;
    r->granularity_s = e->schema->granularity_s;
    bytes_copy(r->head, sizeof r->head, (slice){ entry.at, sizeof r->head });
    bytes_copy(r->columns, sizeof r->columns, e->columns);
}

static bool is_recent(const struct counter *c, slice entry)
{
    const struct recent *r = &c->recent;
    if (entry.len != r->entry_len || r->entry_len == 0) return false;
    if (!bytes_equal(entry.at, r->head, sizeof r->head)) return false;
    if (!bytes_equal(entry.at + ENTRY_HEADER_BYTES, r->columns, r->columns_len)) return false;
    const uint64_t time_s = (uint64_t)entry.at[4] << 32 | get_u32(entry.at + 5);
    return time_s >= r->month_start_s && time_s < r->month_end_s && time_s % r->granularity_s == 0;
}

status counter_add(struct counter *c, slice entry)
{
    if (is_recent(c, entry)) {
        tally(c, c->recent.slot, 1);
        return OK;
    }
    struct entry e = {};
    struct recent *r = &c->recent;
    size_t slot = 0;
    if (entry_split(entry, &e).code != E_OK) return FAIL(E_CORRUPT);
    const uint16_t month = month_of(e.time_s, &r->month_start_s, &r->month_end_s);
    const uint8_t flag = month < c->closed ? COUNTER_LATE : COUNTER_IN_TIME;
    r->entry_len = 0; /* the months above are already those of this entry */
    TRY(claim_slot(c, counter_key_of(&e, month, flag), &slot));
    tally(c, slot, 1);
    remember(c, entry, &e, slot);
    if (e.schema->kind != KIND_summary) return OK;
    const uint16_t closed = month_closed(e.time_s);
    if (closed > c->closed) c->closed = closed;
    c->last_summary = c->size - 1;
    return OK;
}

void counter_figure(const struct counter *c, const struct count_query *q, uint64_t *ret_in_time,
                    uint64_t *ret_late)
{
    uint64_t in_time = 0;
    uint64_t late = 0;
    for (size_t i = 0; i < c->slot_count; i++) {
        const struct slot *s = &c->slots[i];
        if (s->count == 0 || !count_query_matches(q, &s->key)) continue;
        const bool is_late = s->key.bytes[COUNTER_KEY_FLAG] == COUNTER_LATE;
        in_time += is_late ? 0 : s->count;
        late += is_late ? s->count : 0;
    }
    *ret_in_time = in_time;
    *ret_late = late;
}

static int row_order(const void *a, const void *b)
{
    return __builtin_memcmp(a, b, COUNTER_KEY_BYTES);
}

status counter_table(struct counter *c, struct counter_table *ret_table)
{
    uint8_t *rows = malloc(c->row_count * COUNTER_ROW_BYTES + 1);
    if (rows == NULL) return FAIL(E_NOMEM);
    size_t at = 0;
    for (size_t i = 0; i < c->slot_count; i++) {
        if (c->slots[i].count == 0) continue;
        bytes_copy(rows + at, COUNTER_KEY_BYTES,
                   (slice){ c->slots[i].key.bytes, COUNTER_KEY_BYTES });
        put_u64(rows + at + COUNTER_KEY_BYTES, c->slots[i].count);
        at += COUNTER_ROW_BYTES;
    }
    qsort(rows, c->row_count, COUNTER_ROW_BYTES, row_order);
    free(c->rows);
    c->rows = rows;
    *ret_table = (struct counter_table){ .size = c->size,
                                         .last_summary = c->last_summary,
                                         .rows = { rows, at },
                                         .row_count = c->row_count,
                                         .closed = c->closed };
    return OK;
}

status counter_load(struct counter *c, const struct counter_table *t)
{
    assert(c->size == 0);
    for (size_t i = 0; i < t->row_count; i++) {
        const struct counter_key key = counter_table_key(t, i);
        if (c->row_count >= c->slot_count / 2) TRY(grow(c));
        const size_t slot = slot_of(c, &key);
        c->slots[slot].key = key;
        c->row_count++;
        tally(c, slot, counter_table_count(t, i));
    }
    c->closed = t->closed;
    c->last_summary = t->last_summary;
    return OK;
}

status counter_summary(struct counter *c, uint64_t time_s, struct summary_claim *ret_claim)
{
    struct counter_table t = {};
    TRY(counter_table(c, &t));
    const uint16_t closed = month_closed(time_s);
    *ret_claim = (struct summary_claim){ .size = c->size,
                                         .rows = t.row_count,
                                         .late = c->late,
                                         .overflow = c->overflow,
                                         .previous = c->last_summary,
                                         .root = counter_table_root(&t),
                                         .closed = closed > c->closed ? closed : c->closed };
    return OK;
}

void summary_draft(const struct summary_claim *claim, struct draft *d)
{
    assert(d->schema->kind == KIND_summary);
    draft_u64(d, FIELD_summary_size, claim->size);
    draft_hash(d, FIELD_summary_root, &claim->root);
    draft_u64(d, FIELD_summary_rows, claim->rows);
    draft_u64(d, FIELD_summary_closed, claim->closed);
    draft_u64(d, FIELD_summary_late, claim->late);
    draft_u64(d, FIELD_summary_overflow, claim->overflow);
    if (claim->previous != UINT64_MAX) draft_u64(d, FIELD_summary_previous, claim->previous);
}

status summary_read(const struct entry *e, struct summary_claim *ret_claim, struct fault *fault)
{
    struct record_field f[FIELDS_MAX];
    if (e->schema->kind != KIND_summary) {
        return fault_set(fault, FAIL(E_VALUE), "a %s entry is no summary", e->schema->name);
    }
    status s = body_decode(e->schema, e->body, f);
    if (s.code == E_OK) s = fields_check(e->schema, f, fault);
    if (s.code != E_OK) {
        return fault_set(fault, s, "the body of a summary does not decode: %s", status_text(s));
    }
    struct summary_claim claim = { .size = value_u64(f[FIELD_summary_size - 1].value),
                                   .rows = value_u64(f[FIELD_summary_rows - 1].value),
                                   .late = value_u64(f[FIELD_summary_late - 1].value),
                                   .overflow = value_u64(f[FIELD_summary_overflow - 1].value),
                                   .previous = UINT64_MAX };
    const uint64_t closed = value_u64(f[FIELD_summary_closed - 1].value);
    bytes_copy(claim.root.bytes, SHA256_BYTES, f[FIELD_summary_root - 1].value);
    if (f[FIELD_summary_previous - 1].type != TYPE_ABSENT) {
        claim.previous = value_u64(f[FIELD_summary_previous - 1].value);
    }
    const bool follows = claim.previous == UINT64_MAX || claim.previous < claim.size;
    if (closed > UINT16_MAX || claim.rows > COUNTER_TABLE_ROWS_MAX || claim.rows > claim.size ||
        claim.late > claim.size || claim.overflow > claim.size || !follows) {
        return fault_set(fault, FAIL(E_VALUE), "the numbers of a summary contradict each other");
    }
    claim.closed = (uint16_t)closed;
    *ret_claim = claim;
    return OK;
}

static status differs(struct fault *fault, const char *what, uint64_t said, uint64_t is)
{
    return fault_set(fault, FAIL(E_INVALID), "the summary says %s %lld, the entries give %lld",
                     what, (long long)said, (long long)is);
}

status counter_check(struct counter *c, const struct entry *summary, struct fault *fault)
{
    struct summary_claim said = {};
    struct summary_claim is = {};
    TRY(summary_read(summary, &said, fault));
    const status counted = counter_summary(c, summary->time_s, &is);
    if (counted.code != E_OK) return fault_set(fault, counted, "no memory to count");
    if (said.size != is.size) return differs(fault, "size", said.size, is.size);
    if (said.rows != is.rows) return differs(fault, "rows", said.rows, is.rows);
    if (said.late != is.late) return differs(fault, "late", said.late, is.late);
    if (said.overflow != is.overflow) return differs(fault, "overflow", said.overflow, is.overflow);
    if (said.closed != is.closed) return differs(fault, "closed", said.closed, is.closed);
    if (said.previous != is.previous) return differs(fault, "previous", said.previous, is.previous);
    if (bytes_equal(said.root.bytes, is.root.bytes, sizeof is.root.bytes)) return OK;
    return fault_set(fault, FAIL(E_INVALID),
                     "the summary of %llu entries has another root than its entries give",
                     (unsigned long long)is.size);
}
