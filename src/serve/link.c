/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/link.h"

#include "base/bytes.h"
#include "serve/link_item.h"
#include "base/banned.h"

static void hash_write(const hash *h, struct writer *w)
{
    writer_bytes(w, (slice){ h->bytes, sizeof h->bytes });
}

static status hash_take(struct cursor *c, hash *ret_hash)
{
    return cursor_copy(c, sizeof ret_hash->bytes, ret_hash->bytes);
}

void link_hello_write(const struct link_hello *m, struct writer *w)
{
    writer_u64(w, m->next_number);
    hash_write(&m->bundle, w);
    writer_u8(w, m->is_read_only ? 1 : 0);
    writer_vec16(w, m->key);
}

status link_hello_parse(slice payload, struct link_hello *ret_message)
{
    struct cursor c = cursor_of(payload);
    TRY(cursor_u64(&c, &ret_message->next_number));
    uint8_t read_only = 0;
    TRY(hash_take(&c, &ret_message->bundle));
    TRY(cursor_u8(&c, &read_only));
    if (read_only > 1) return FAIL(E_VALUE);
    ret_message->is_read_only = read_only == 1;
    TRY(cursor_vec16(&c, LINK_KEY_BYTES_MAX, &ret_message->key));
    return cursor_end(&c);
}

void link_batch_write(const struct link_batch *m, struct writer *w)
{
    writer_u64(w, m->batch);
    writer_u32(w, m->slot);
    writer_u32(w, m->bytes);
    writer_u32(w, m->records);
    writer_u64(w, m->first_number);
}

status link_batch_parse(slice payload, struct link_batch *ret_message)
{
    struct cursor c = cursor_of(payload);
    struct link_batch m = {};
    TRY(cursor_u64(&c, &m.batch));
    TRY(cursor_u32(&c, &m.slot));
    TRY(cursor_u32(&c, &m.bytes));
    TRY(cursor_u32(&c, &m.records));
    TRY(cursor_u64(&c, &m.first_number));
    TRY(cursor_end(&c));
    if (m.slot >= LINK_SLOTS || m.bytes > LINK_SLOT_BYTES) return FAIL(E_LIMIT);
    if (m.records == 0 || m.records > LINK_RECORDS_MAX) return FAIL(E_LIMIT);
    *ret_message = m;
    return OK;
}

void link_stored_write(const struct link_stored *m, struct writer *w)
{
    writer_u64(w, m->batch);
    writer_u16(w, m->run_count);
    for (size_t i = 0; i < m->run_count; i++) {
        writer_u64(w, m->runs[i].number);
        writer_u64(w, m->runs[i].index);
        writer_u32(w, m->runs[i].length);
    }
}

status link_stored_parse(slice payload, struct link_stored *ret_message)
{
    struct cursor c = cursor_of(payload);
    TRY(cursor_u64(&c, &ret_message->batch));
    TRY(cursor_u16(&c, &ret_message->run_count));
    if (ret_message->run_count == 0 || ret_message->run_count > LINK_RUNS_MAX) return FAIL(E_LIMIT);
    for (size_t i = 0; i < ret_message->run_count; i++) {
        struct link_run *run = &ret_message->runs[i];
        TRY(cursor_u64(&c, &run->number));
        TRY(cursor_u64(&c, &run->index));
        TRY(cursor_u32(&c, &run->length));
        if (run->length == 0 || run->length > LINK_RECORDS_MAX) return FAIL(E_LIMIT);
    }
    return cursor_end(&c);
}

void link_head_write(const struct link_head *m, struct writer *w)
{
    writer_u64(w, m->sequenced);
    writer_u64(w, m->checkpointed);
    writer_u64(w, m->witnessed);
}

status link_head_parse(slice payload, struct link_head *ret_message)
{
    struct cursor c = cursor_of(payload);
    TRY(cursor_u64(&c, &ret_message->sequenced));
    TRY(cursor_u64(&c, &ret_message->checkpointed));
    TRY(cursor_u64(&c, &ret_message->witnessed));
    return cursor_end(&c);
}

void link_activated_write(const struct link_activated *m, struct writer *w)
{
    hash_write(&m->bundle, w);
    writer_u64(w, m->rules);
    writer_u64(w, m->refused);
    writer_bytes(w, m->why);
}

status link_activated_parse(slice payload, struct link_activated *ret_message)
{
    struct cursor c = cursor_of(payload);
    TRY(hash_take(&c, &ret_message->bundle));
    TRY(cursor_u64(&c, &ret_message->rules));
    TRY(cursor_u64(&c, &ret_message->refused));
    ret_message->why = slice_from(payload, c.pos);
    return OK;
}

status link_hash_parse(slice payload, hash *ret_hash)
{
    struct cursor c = cursor_of(payload);
    TRY(hash_take(&c, ret_hash));
    return cursor_end(&c);
}

void link_item_write(const struct link_item *item, struct writer *w)
{
    writer_u8(w, item->is_numbered ? 1 : 0);
    writer_u16(w, item->findings);
    if (!item->is_numbered) return;
    writer_u64(w, item->source);
    writer_u64(w, item->sequence);
}

status link_item_take(struct cursor *c, struct link_item *ret_item)
{
    uint8_t numbered = 0;
    *ret_item = (struct link_item){};
    TRY(cursor_u8(c, &numbered));
    if (numbered > 1) return FAIL(E_VALUE);
    TRY(cursor_u16(c, &ret_item->findings));
    if (numbered == 0) return OK;
    ret_item->is_numbered = true;
    TRY(cursor_u64(c, &ret_item->source));
    return cursor_u64(c, &ret_item->sequence);
}
