/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/batch.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/merkle.h"
#include "ledger/tile.h"
#include "record/derive.h"
#include "record/entry.h"
#include "record/opening.h"
#include "base/banned.h"

enum {
    ENTRIES_BYTES_MAX = 4 * 1024 * 1024,
    FOOTER_BYTES_ROOM = 64 * 1024 * 1024,
    LOT_RECORDS = 16, /* so that what they are made from stays in the L1 cache */
    FIELDS_ROOM = LOT_RECORDS * FIELDS_MAX,
    LOT_BYTES = LOT_RECORDS * ENTRY_BYTES_MAX,
    FRAME_BYTES_ROOM = BATCH_FRAME_BYTES_MAX + FOOTER_BYTES_ROOM, /* untouched pages cost nothing */
};

/* The newest records of the block that is being filled, their values in its bytes. Their entries
 * are made all at once when the lot is full: the hashes of many records are computed side by side.
 */
struct lot {
    struct record records[LOT_RECORDS];
    struct record_field fields[FIELDS_ROOM];
    salt salts[FIELDS_ROOM];
    size_t field_count;
    uint16_t count;
    struct writer values; /* owned: columns and bodies */
};

struct batch {
    struct batch_head head; /* record_count and block_count count while it is filled */
    struct writer frame;    /* owned: head, sealed blocks; after batch_finish the whole frame */
    struct writer entries;  /* owned: as they go into the frame */
    struct writer plain;    /* owned: the block that is being filled */
    struct writer sealed;   /* owned: the one before, while job is under way */
    struct sealer_job job;  /* appends to the frame, which nobody else touches meanwhile */
    bool is_sealing;        /* the job is under way, or its result not looked at */
    status failed;          /* sealing a block, sticky */
    struct lot *lot;        /* owned */
    uint16_t block_records; /* of the block that is being filled, those of the lot included */
    uint16_t bare_records;  /* taken without openings since the last block */
    uint8_t block_key[BLOCK_KEY_BYTES];
    uint8_t record_keys[BLOCK_RECORDS_MAX][RECORD_KEY_BYTES];
    size_t input_bytes;
    struct sequence_range sequences[BATCH_SEQUENCES_MAX];
    slice entry_list[BATCH_RECORDS_MAX]; /* views into entries; of finished blocks */
    uint32_t entry_count;
};

static status writer_own(struct writer *w, size_t cap)
{
    *w = writer_of(malloc(cap), cap);
    return w->at == NULL ? FAIL(E_NOMEM) : OK;
}

static status buffers_new(struct batch *b)
{
    TRY(writer_own(&b->frame, FRAME_BYTES_ROOM));
    TRY(writer_own(&b->entries, ENTRIES_BYTES_MAX));
    TRY(writer_own(&b->plain, BLOCK_PLAIN_BYTES_MAX));
    TRY(writer_own(&b->sealed, BLOCK_PLAIN_BYTES_MAX));
    b->lot = calloc(1, sizeof *b->lot);
    if (b->lot == NULL) return FAIL(E_NOMEM);
    return writer_own(&b->lot->values, LOT_BYTES);
}

struct batch *batch_new(void)
{
    struct batch *b = calloc(1, sizeof *b);
    if (b != NULL && buffers_new(b).code == E_OK) return b;
    batch_free(b);
    return NULL;
}

static void lot_clear(struct lot *l)
{
    l->values = writer_of(l->values.at, l->values.cap);
    l->field_count = 0;
    l->count = 0;
}

/* Leaves nothing private of the block behind. */
static void block_wipe(struct batch *b)
{
    if (b->plain.at != NULL) bytes_wipe(b->plain.at, b->plain.len);
    bytes_wipe(b->block_key, sizeof b->block_key);
    bytes_wipe(b->record_keys, sizeof b->record_keys);
    if (b->lot != NULL) bytes_wipe(b->lot->salts, sizeof b->lot->salts);
    if (b->lot != NULL) lot_clear(b->lot);
    b->plain = writer_of(b->plain.at, b->plain.cap);
    b->block_records = 0;
}

/* Waits for the block that is being sealed, and leaves nothing private of it behind. */
static status settle(struct batch *b)
{
    if (!b->is_sealing) return b->failed;
    b->failed = sealer_wait(&b->job);
    b->is_sealing = false;
    bytes_wipe(b->sealed.at, b->sealed.len);
    bytes_wipe(b->job.key, sizeof b->job.key);
    return b->failed;
}

void batch_free(struct batch *b)
{
    if (b == NULL) return;
    ignore(settle(b), "the batch goes");
    block_wipe(b);
    if (b->lot != NULL) free(b->lot->values.at);
    free(b->lot);
    free(b->frame.at);
    free(b->entries.at);
    free(b->plain.at);
    free(b->sealed.at);
    free(b);
}

void batch_reset(struct batch *b, uint64_t first_index, uint64_t first_block)
{
    ignore(settle(b), "the batch begins anew");
    b->failed = OK;
    block_wipe(b);
    b->head = (struct batch_head){ .first_index = first_index, .first_block = first_block };
    b->frame = writer_of(b->frame.at, b->frame.cap);
    b->entries = writer_of(b->entries.at, b->entries.cap);
    b->input_bytes = 0;
    b->entry_count = 0;
    b->bare_records = 0;
    ignore((writer_room(&b->frame, BATCH_HEAD_BYTES) == NULL ? FAIL(E_LIMIT) : OK),
           "an empty frame has room for its head");
}

static status entries_make(struct batch *b)
{
    struct lot *l = b->lot;
    struct keystream_job jobs[LOT_RECORDS];
    const uint8_t(*keys)[RECORD_KEY_BYTES] = b->record_keys + b->block_records - l->count;
    salt *next = l->salts;
    for (uint16_t i = 0; i < l->count; i++) {
        jobs[i] = derive_job(keys[i], next, l->records[i].field_count);
        next += l->records[i].field_count;
    }
    TRY(derive_salts(jobs, l->count));
    slice *entries = b->entry_list + b->entry_count;
    TRY(entry_encode_many(l->records, l->salts, l->count, &b->entries, entries));
    b->entry_count += l->count;
    return OK;
}

/* Makes the entries of the lot and empties it; on failure everything is as before. */
static status lot_finish(struct batch *b, struct fault *f)
{
    const status s = entries_make(b);
    if (s.code != E_OK) return fault_set(f, s, "making entries: %s", status_text(s));
    lot_clear(b->lot);
    return OK;
}

/* Makes the entries of the block that is being filled, and its head. */
static status block_make(struct batch *b, struct keys *keys, struct block_head *ret_head,
                         struct fault *f)
{
    *ret_head = (struct block_head){
        .number = b->head.first_block + b->head.block_count,
        .first_index = b->head.first_index + b->head.record_count - b->block_records,
        .record_count = b->block_records,
    };
    TRY(lot_finish(b, f));
    return keys_wrap(keys, ret_head->number, b->block_key, ret_head->wrapped_key, f);
}

/* Packs and encrypts the block behind the one before; undone here on failure. */
static status block_seal_here(struct batch *b, struct block_codec *codec, struct block_head *head)
{
    const struct writer frame = b->frame;
    const status s = block_seal(codec, b->block_key, writer_slice(&b->plain), head, &b->frame);
    if (s.code != E_OK) b->frame = frame;
    return s;
}

/* The same, but by the sealer and while the next block is filled. */
static void block_hand_over(struct batch *b, struct sealer *sealer, const struct block_head *head)
{
    const struct writer full = b->plain;
    b->plain = writer_of(b->sealed.at, b->sealed.cap);
    b->sealed = full;
    bytes_copy(b->job.key, sizeof b->job.key, (slice){ b->block_key, sizeof b->block_key });
    b->job.plain = writer_slice(&b->sealed);
    b->job.head = *head;
    b->job.out = &b->frame;
    b->is_sealing = true;
    sealer_begin(sealer, &b->job);
}

static status block_put(struct batch *b, const struct batch_tools *with, bool last, struct fault *f)
{
    struct block_head head;
    TRY(block_make(b, with->keys, &head, f));
    status s = settle(b);
    if (s.code == E_OK && (last || with->sealer == NULL)) {
        s = block_seal_here(b, with->codec, &head);
    } else if (s.code == E_OK) {
        block_hand_over(b, with->sealer, &head);
    }
    return s.code == E_OK ? OK : fault_set(f, s, "sealing a block: %s", status_text(s));
}

/* Ends the block that is being filled; the last one of a batch is sealed when this returns. */
static status block_finish(struct batch *b, const struct batch_tools *with, bool last,
                           struct fault *f)
{
    TRY(block_put(b, with, last, f)); /* and can be tried again */
    b->head.block_count++;
    block_wipe(b);
    return OK;
}

static bool block_is_full(const struct batch *b)
{
    return b->block_records == BLOCK_RECORDS_MAX || b->plain.len >= BLOCK_PLAIN_BYTES_CLOSE;
}

/* Appends length and opening to the plain block; ret_placed are the fields as they stand there.
 * Undone by the caller on failure. */
static status opening_append(struct batch *b, const struct record *record,
                             struct record_field *ret_placed)
{
    uint8_t *length = writer_room(&b->plain, sizeof(uint32_t));
    const size_t start = b->plain.len;
    if (length == NULL) return FAIL(E_LIMIT);
    if (record->body.len == 0) TRY(opening_place_record(record, &b->plain, ret_placed));
    put_u32(length, (uint32_t)(b->plain.len - start));
    return writer_end(&b->plain);
}

static slice keep(struct lot *l, slice bytes)
{
    if (bytes.len == 0) return slice_none();
    const size_t at = l->values.len;
    writer_bytes(&l->values, bytes);
    return (slice){ l->values.at + at, bytes.len };
}

/* Keeps the record until its lot is full: its values are those of the plain block, the rest is
 * copied. Undone by the caller on failure. */
static status record_keep(struct batch *b, const struct record *record)
{
    struct lot *l = b->lot;
    struct record_field *fields = l->fields + l->field_count;
    if (record->field_count > FIELDS_ROOM - l->field_count) return FAIL(E_LIMIT);
    TRY(opening_append(b, record, fields));
    struct record *kept = &l->records[l->count];
    *kept = *record;
    kept->fields = fields;
    kept->columns = keep(l, record->columns);
    kept->body = keep(l, record->body);
    TRY(writer_end(&l->values));
    l->field_count += record->field_count;
    l->count++;
    b->block_records++;
    return OK;
}

/* Refuses here what entry_encode_many would refuse when it is too late to say which record. */
static status record_check(const struct record *record, struct fault *f)
{
    const struct schema *schema = schema_find(record->kind, record->schema);
    if (schema == NULL) return fault_set(f, FAIL(E_UNKNOWN), "record: unknown kind or schema");
    const bool has_body = (schema->flags & KIND_BODY) != 0;
    if (has_body != (record->body.len > 0) || record->time_s >> ENTRY_TIME_BITS != 0 ||
        record->columns.len != schema->columns_bytes) {
        return fault_set(f, FAIL(E_VALUE), "record: time, columns or body do not fit its kind");
    }
    if (record->body.len > ENTRY_BYTES_MAX - ENTRY_PLAIN_BYTES_MAX - 2) {
        return fault_set(f, FAIL(E_LIMIT), "record: body too large");
    }
    if (has_body) return OK;
    if (record->field_count != schema->field_count) {
        return fault_set(f, FAIL(E_VALUE), "record: not the fields of its kind");
    }
    return OK;
}

/* Draws the key of a block. The keys of all records that it may have are made at once. */
static status block_begin(struct batch *b, const struct store *store, struct fault *f)
{
    const uint64_t first = b->head.first_index + b->head.record_count;
    TRY(store->ops->random(store->self, b->block_key, sizeof b->block_key, f));
    const status s = derive_record_keys(b->block_key, first, BLOCK_RECORDS_MAX, b->record_keys);
    return s.code == E_OK ? OK : fault_set(f, s, "keys of records: %s", status_text(s));
}

status batch_add(struct batch *b, const struct batch_tools *with, const struct record *record,
                 struct fault *f)
{
    assert(b->head.record_count < BATCH_RECORDS_MAX);
    TRY(record_check(record, f));
    if (block_is_full(b)) TRY(block_finish(b, with, false, f));
    if (b->lot->count == LOT_RECORDS) TRY(lot_finish(b, f));
    if (b->block_records == 0) TRY(block_begin(b, with->store, f));
    const struct writer plain = b->plain;
    const struct writer values = b->lot->values;
    const status s = record_keep(b, record);
    if (s.code != E_OK) {
        b->plain = plain;
        b->lot->values = values;
        return fault_set(f, s, "record: does not fit its format: %s", status_text(s));
    }
    b->input_bytes += b->plain.len - plain.len + record->body.len;
    b->head.record_count++;
    return OK;
}

/* Ends a block of entries that have no openings here: it is its head. */
static void bare_finish(struct batch *b)
{
    const struct block_head head = {
        .number = b->head.first_block + b->head.block_count,
        .first_index = b->head.first_index + b->head.record_count - b->bare_records,
        .record_count = b->bare_records,
        .packing = BLOCK_ABSENT,
    };
    if (b->bare_records == 0) return;
    block_head_write(&head, &b->frame);
    b->head.block_count++;
    b->bare_records = 0;
}

status batch_take(struct batch *b, slice entry)
{
    assert(b->head.record_count < BATCH_RECORDS_MAX && b->block_records == 0);
    if (b->bare_records == BLOCK_RECORDS_MAX) bare_finish(b);
    const struct writer entries = b->entries;
    tile_bundle_write(&b->entries, entry);
    const status s = writer_end(&b->entries);
    if (s.code != E_OK) {
        b->entries = entries;
        return s;
    }
    const size_t at = b->entries.len - entry.len;
    b->entry_list[b->entry_count++] = (slice){ b->entries.at + at, entry.len };
    b->input_bytes += entry.len;
    b->bare_records++;
    b->head.record_count++;
    return OK;
}

status batch_sequence(struct batch *b, uint64_t source, uint64_t number)
{
    for (uint32_t i = b->head.sequence_count; i-- > 0;) {
        struct sequence_range *range = &b->sequences[i];
        if (range->source != source) continue;
        if (range->last != UINT64_MAX && number == range->last + 1) {
            range->last = number;
            return OK;
        }
    }
    if (b->head.sequence_count == BATCH_SEQUENCES_MAX) return FAIL(E_LIMIT);
    b->sequences[b->head.sequence_count++] = (struct sequence_range){ source, number, number };
    return OK;
}

bool batch_has_room(const struct batch *b, uint32_t records, size_t bytes)
{
    return batch_count(b) + records < BATCH_RECORDS_MAX && /* room for a summary */
           b->input_bytes + bytes <= BATCH_INPUT_BYTES_MAX;
}

bool batch_is_full(const struct batch *b)
{
    const uint64_t next = b->head.first_index + b->head.record_count;
    const bool segment_ends = b->head.record_count > 0 && next % SEGMENT_ENTRIES == 0;
    return segment_ends || b->head.record_count + 1 == BATCH_RECORDS_MAX || /* room for a summary */
           b->head.sequence_count == BATCH_SEQUENCES_MAX || b->input_bytes >= BATCH_INPUT_BYTES_MAX;
}

uint32_t batch_count(const struct batch *b)
{
    return b->head.record_count;
}

uint64_t batch_first_index(const struct batch *b)
{
    return b->head.first_index;
}

uint64_t batch_next_block(const struct batch *b)
{
    return b->head.first_block + b->head.block_count;
}

slice batch_entry(const struct batch *b, uint32_t nth)
{
    assert(nth < b->entry_count);
    return b->entry_list[nth];
}

const slice *batch_entries(const struct batch *b)
{
    return b->entry_list;
}

status batch_flush(struct batch *b, const struct batch_tools *with, struct fault *f)
{
    if (b->block_records > 0) return block_finish(b, with, true, f);
    bare_finish(b);
    const status s = settle(b);
    return s.code == E_OK ? OK : fault_set(f, s, "sealing a block: %s", status_text(s));
}

void batch_leaves(const struct batch *b, hash *ret_leaves)
{
    assert(b->entry_count == b->head.record_count);
    merkle_leaves(b->entry_list, b->head.record_count, ret_leaves);
}

static void sequences_write(struct batch *b)
{
    for (uint32_t i = 0; i < b->head.sequence_count; i++) {
        writer_u64(&b->frame, b->sequences[i].source);
        writer_u64(&b->frame, b->sequences[i].first);
        writer_u64(&b->frame, b->sequences[i].last);
    }
}

status batch_finish(struct batch *b, hash root, unsigned flags, struct fault *f)
{
    b->head.blocks_bytes = b->frame.len - BATCH_HEAD_BYTES;
    b->head.entries_bytes = b->entries.len;
    b->head.flags = flags;
    writer_bytes(&b->frame, writer_slice(&b->entries));
    sequences_write(b);
    b->head.frame_bytes = b->frame.len + BATCH_TRAILER_BYTES;
    struct writer head = writer_of(b->frame.at, BATCH_HEAD_BYTES);
    batch_head_write(&b->head, &head);
    writer_u64(&b->frame, b->head.first_index + b->head.record_count);
    writer_bytes(&b->frame, (slice){ root.bytes, sizeof root.bytes });
    const hash checksum = batch_checksum(writer_slice(&b->frame));
    writer_bytes(&b->frame, (slice){ checksum.bytes, sizeof checksum.bytes });
    const bool fits = writer_end(&b->frame).code == E_OK && b->frame.len <= BATCH_FRAME_BYTES_MAX;
    return fits ? OK
                : fault_set(f, FAIL(E_LIMIT), "batch: larger than %d bytes", BATCH_FRAME_BYTES_MAX);
}

struct writer *batch_footer(struct batch *b)
{
    return &b->frame;
}

slice batch_bytes(const struct batch *b)
{
    return writer_slice(&b->frame);
}

struct batch_head batch_frame_head(const struct batch *b)
{
    return b->head;
}
