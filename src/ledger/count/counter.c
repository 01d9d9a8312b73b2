/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/count/counter.h"

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

/* A key in three words, its bytes from the lowest up and five of 0, so that it is made, compared
 * and hashed in registers. */
struct packed {
    uint64_t words[3];
};

struct slot {
    struct packed key;
    uint64_t count; /* 0: free */
};

/* The counter of the last entry, and the month that it was in. */
struct recent {
    struct packed key; /* all 0: none; no key is, since no kind is 0 */
    size_t slot;
    uint64_t month_start_s; /* equal to the end: none */
    uint64_t month_end_s;
    uint16_t month;
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

/* 8 bytes, the first one lowest. */
static uint64_t word_at(const uint8_t *at)
{
    return __builtin_bswap64(get_u64(at));
}

static struct packed pack(const struct counter_key *key)
{
    uint8_t padded[24] = {};
    bytes_copy(padded, sizeof padded, (slice){ key->bytes, sizeof key->bytes });
    return (struct packed){ { word_at(padded), word_at(padded + 8), word_at(padded + 16) } };
}

static struct counter_key unpack(const struct packed *p)
{
    struct counter_key key = {};
    for (size_t i = 0; i < sizeof key.bytes; i++) {
        key.bytes[i] = (uint8_t)(p->words[i / 8] >> i % 8 * 8);
    }
    return key;
}

static uint64_t stir(uint64_t h, uint64_t word)
{
    const unsigned __int128 product = (unsigned __int128)(h ^ word) * 0x9e3779b97f4a7c15u;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static bool same_key(const struct packed *a, const struct packed *b)
{
    return ((a->words[0] ^ b->words[0]) | (a->words[1] ^ b->words[1]) |
            (a->words[2] ^ b->words[2])) == 0;
}

static size_t slot_of(const struct counter *c, const struct packed *key)
{
    uint64_t h = c->seed ^ 0x2545f4914f6cdd1du;
    for (size_t i = 0; i < 3; i++)
        h = stir(h, key->words[i]);
    size_t at = h & (c->slot_count - 1);
    while (c->slots[at].count != 0 && !same_key(&c->slots[at].key, key)) {
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
    c->recent.key = (struct packed){};
    return OK;
}

/* The slot of the key, new if need be; that of its kind's overflow if the table is full. */
static status claim_slot(struct counter *c, struct packed key, size_t *ret_slot)
{
    size_t at = slot_of(c, &key);
    if (c->slots[at].count == 0 && c->row_count >= COUNTER_ROWS_MAX) {
        const struct counter_key overflow = counter_key_overflow((uint8_t)key.words[0]);
        key = pack(&overflow);
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

static uint8_t flag_of(const struct packed *key)
{
    return (uint8_t)(key->words[COUNTER_KEY_FLAG / 8] >> COUNTER_KEY_FLAG % 8 * 8);
}

static void tally(struct counter *c, size_t slot, uint64_t count)
{
    struct slot *s = &c->slots[slot];
    const uint8_t flag = flag_of(&s->key);
    s->count += count;
    c->size += count;
    if (flag == COUNTER_LATE) c->late += count;
    if (flag == COUNTER_OVERFLOW) c->overflow += count;
}

/* An entry of a kind without body, from its bytes: what entry_split gives, at a fraction of the
 * cost. NULL if it is of another kind, or none at all. */
static const struct schema *plain_schema(slice entry)
{
    if (entry.len < ENTRY_HEADER_BYTES || entry.at[0] != ENTRY_VERSION) return NULL;
    const struct schema *s = schema_find(entry.at[1], get_u16(entry.at + 2));
    if (s == NULL || (s->flags & KIND_BODY) != 0) return NULL;
    const size_t len = ENTRY_HEADER_BYTES + (size_t)s->columns_bytes + SHA256_BYTES;
    return entry.len == len ? s : NULL;
}

/* The key of an entry: counter_key_of and pack in one. At least COLUMNS_BYTES_MAX bytes follow the
 * header, those behind the columns are masked out. */
static struct packed pack_entry(slice entry, size_t columns_bytes, uint16_t month, uint8_t flag)
{
    enum { HEAD_BYTES = 3, FIRST_BYTES = 5 }; /* of kind and schema, and of columns in word 0 */
    static const uint64_t masks[9] = { 0,          0xff,         0xffff,         0xffffff,
                                       0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff,
                                       UINT64_MAX };
    const uint8_t *columns = entry.at + ENTRY_HEADER_BYTES;
    assert(columns_bytes <= COLUMNS_BYTES_MAX);
    const size_t first = columns_bytes < FIRST_BYTES ? columns_bytes : FIRST_BYTES;
    const uint64_t head = word_at(entry.at + 1) & masks[HEAD_BYTES];
    return (struct packed){ {
        head | (word_at(columns) & masks[first]) << 8 * HEAD_BYTES,
        word_at(columns + FIRST_BYTES) & masks[columns_bytes - first],
        (uint64_t)(month >> 8) | (uint64_t)(month & 0xff) << 8 | (uint64_t)flag << 16,
    } };
}

/* The month of the time, and whether it is closed. */
static uint8_t month_flag(struct counter *c, uint64_t time_s)
{
    struct recent *r = &c->recent;
    if (time_s < r->month_start_s || time_s >= r->month_end_s) {
        r->month = month_of(time_s, &r->month_start_s, &r->month_end_s);
    }
    return r->month < c->closed ? COUNTER_LATE : COUNTER_IN_TIME;
}

static status count_key(struct counter *c, struct packed key)
{
    struct recent *r = &c->recent;
    if (!same_key(&key, &r->key)) {
        TRY(claim_slot(c, key, &r->slot));
        r->key = key; /* an overflow slot may have another key: it is this one's all the same */
    }
    tally(c, r->slot, 1);
    return OK;
}

static status add_any(struct counter *c, slice entry)
{
    struct entry e = {};
    if (entry_split(entry, &e).code != E_OK) return FAIL(E_CORRUPT);
    const uint8_t flag = month_flag(c, e.time_s);
    const struct counter_key key = counter_key_of(&e, c->recent.month, flag);
    TRY(count_key(c, pack(&key)));
    if (e.schema->kind != KIND_summary) return OK;
    const uint16_t closed = month_closed(e.time_s);
    if (closed > c->closed) c->closed = closed;
    c->last_summary = c->size - 1;
    return OK;
}

status counter_add(struct counter *c, slice entry)
{
    const struct schema *s = plain_schema(entry);
    if (s == NULL) return add_any(c, entry);
    const uint64_t time_s = (uint64_t)entry.at[4] << 32 | get_u32(entry.at + 5);
    if (time_s % s->granularity_s != 0) return FAIL(E_CORRUPT);
    const uint8_t flag = month_flag(c, time_s);
    return count_key(c, pack_entry(entry, s->columns_bytes, c->recent.month, flag));
}

void counter_figure(const struct counter *c, const struct count_query *q, uint64_t *ret_in_time,
                    uint64_t *ret_late)
{
    uint64_t in_time = 0;
    uint64_t late = 0;
    for (size_t i = 0; i < c->slot_count; i++) {
        const struct slot *s = &c->slots[i];
        const struct counter_key key = unpack(&s->key);
        if (s->count == 0 || !count_query_matches(q, &key)) continue;
        const bool is_late = key.bytes[COUNTER_KEY_FLAG] == COUNTER_LATE;
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
        const struct counter_key key = unpack(&c->slots[i].key);
        bytes_copy(rows + at, COUNTER_KEY_BYTES, (slice){ key.bytes, COUNTER_KEY_BYTES });
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
        const struct counter_key row = counter_table_key(t, i);
        const struct packed key = pack(&row);
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
