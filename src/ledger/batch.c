/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/batch.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/merkle.h"
#include "ledger/tile.h"
#include "record/commit.h"
#include "record/entry.h"
#include "record/opening.h"
#include "base/banned.h"

enum {
    ENTRIES_BYTES_MAX = 4 * 1024 * 1024,
    FOOTER_BYTES_ROOM = 64 * 1024 * 1024,
    FRAME_BYTES_ROOM = BATCH_FRAME_BYTES_MAX + FOOTER_BYTES_ROOM, /* untouched pages cost nothing */
};

struct batch {
    struct batch_head head; /* record_count and block_count count while it is filled */
    struct writer frame;    /* owned: head, sealed blocks; after batch_finish the whole frame */
    struct writer entries;  /* owned */
    struct writer plain;    /* owned: the block that is being filled */
    uint8_t block_key[BLOCK_KEY_BYTES];
    uint64_t block_first_index;
    uint16_t block_records;
    size_t input_bytes;
    size_t last_entry_at;
    struct sequence_range sequences[BATCH_SEQUENCES_MAX];
    slice entry_list[BATCH_RECORDS_MAX]; /* views into entries */
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
    return writer_own(&b->plain, BLOCK_PLAIN_BYTES_MAX);
}

struct batch *batch_new(void)
{
    struct batch *b = calloc(1, sizeof *b);
    if (b != NULL && buffers_new(b).code == E_OK) return b;
    batch_free(b);
    return NULL;
}

static void plain_wipe(struct batch *b)
{
    if (b->plain.at != NULL) bytes_wipe(b->plain.at, b->plain.len);
    bytes_wipe(b->block_key, sizeof b->block_key);
    b->plain.len = 0;
    b->block_records = 0;
}

void batch_free(struct batch *b)
{
    if (b == NULL) return;
    plain_wipe(b);
    free(b->frame.at);
    free(b->entries.at);
    free(b->plain.at);
    free(b);
}

void batch_reset(struct batch *b, uint64_t first_index, uint64_t first_block)
{
    plain_wipe(b);
    b->head = (struct batch_head){ .first_index = first_index, .first_block = first_block };
    b->frame = writer_of(b->frame.at, b->frame.cap);
    b->entries = writer_of(b->entries.at, b->entries.cap);
    b->plain = writer_of(b->plain.at, b->plain.cap);
    b->input_bytes = 0;
    ignore((writer_room(&b->frame, BATCH_HEAD_BYTES) == NULL ? FAIL(E_LIMIT) : OK),
           "an empty frame has room for its head");
}

/* Packs and encrypts the block that is being filled into the frame. */
static status block_finish(struct batch *b, struct block_codec *codec, struct keys *keys,
                           struct fault *f)
{
    if (b->block_records == 0) return OK;
    struct block_head head = {
        .number = b->head.first_block + b->head.block_count,
        .first_index = b->block_first_index,
        .record_count = b->block_records,
    };
    TRY(keys_wrap(keys, head.number, b->block_key, head.wrapped_key, f));
    const status s = block_seal(codec, b->block_key, writer_slice(&b->plain), &head, &b->frame);
    if (s.code != E_OK) return fault_set(f, s, "sealing a block: %s", status_text(s));
    b->head.block_count++;
    plain_wipe(b);
    return OK;
}

static bool block_is_full(const struct batch *b)
{
    return b->block_records == BLOCK_RECORDS_MAX || b->plain.len >= BLOCK_PLAIN_BYTES_CLOSE;
}

/* Appends length and opening to the plain block; undone by the caller on failure. */
static status opening_append(struct batch *b, const struct record *record)
{
    uint8_t *length = writer_room(&b->plain, sizeof(uint32_t));
    const size_t start = b->plain.len;
    if (length == NULL) return FAIL(E_LIMIT);
    if (record->body.len == 0) TRY(opening_encode_record(record, &b->plain));
    put_u32(length, (uint32_t)(b->plain.len - start));
    return writer_end(&b->plain);
}

/* Appends length and entry to the entries; undone by the caller on failure. */
static status entry_append(struct batch *b, const struct record *record, uint64_t index)
{
    uint8_t key[RECORD_KEY_BYTES];
    uint8_t *length = writer_room(&b->entries, sizeof(uint16_t));
    const size_t start = b->entries.len;
    if (length == NULL) return FAIL(E_LIMIT);
    commit_record_key(b->block_key, index, key);
    const status s = entry_encode(record, key, &b->entries);
    bytes_wipe(key, sizeof key);
    TRY(s);
    const size_t len = b->entries.len - start;
    if (len > UINT16_MAX) return FAIL(E_LIMIT);
    put_u16(length, (uint16_t)len);
    b->entry_list[b->head.record_count] = (slice){ b->entries.at + start, len };
    return writer_end(&b->entries);
}

status batch_add(struct batch *b, struct block_codec *codec, struct keys *keys,
                 const struct store *store, const struct record *record, struct fault *f)
{
    assert(b->head.record_count < BATCH_RECORDS_MAX);
    if (block_is_full(b)) TRY(block_finish(b, codec, keys, f));
    if (b->block_records == 0) {
        TRY(store->ops->random(store->self, b->block_key, sizeof b->block_key, f));
        b->block_first_index = b->head.first_index + b->head.record_count;
    }
    const struct writer plain = b->plain;
    const struct writer entries = b->entries;
    status s = opening_append(b, record);
    if (s.code == E_OK) s = entry_append(b, record, b->head.first_index + b->head.record_count);
    if (s.code != E_OK) {
        b->plain = plain;
        b->entries = entries;
        return fault_set(f, s, "record: does not fit its format: %s", status_text(s));
    }
    b->input_bytes += b->plain.len - plain.len;
    b->block_records++;
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

bool batch_is_full(const struct batch *b)
{
    const uint64_t next = b->head.first_index + b->head.record_count;
    const bool segment_ends = b->head.record_count > 0 && next % SEGMENT_ENTRIES == 0;
    return segment_ends || b->head.record_count + 1 == BATCH_RECORDS_MAX || /* room for a summary */
           b->input_bytes >= BATCH_INPUT_BYTES_MAX || b->entries.len >= BATCH_INPUT_BYTES_MAX;
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

slice batch_last_entry(const struct batch *b)
{
    assert(b->head.record_count > 0);
    return b->entry_list[b->head.record_count - 1];
}

status batch_close(struct batch *b, struct block_codec *codec, struct keys *keys, hash *ret_leaves,
                   struct fault *f)
{
    TRY(block_finish(b, codec, keys, f));
    merkle_leaves(b->entry_list, b->head.record_count, ret_leaves);
    return OK;
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
    const hash checksum = sha256(writer_slice(&b->frame));
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
