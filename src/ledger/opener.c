/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/opener.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/block.h"
#include "ledger/erase/erasures.h"
#include "ledger/tile.h"
#include "ledger/erase/vault.h"
#include "record/recompute.h"
#include "base/banned.h"

#define NO_BLOCK UINT64_MAX

struct opener {
    struct archive *archive; /* borrowed */
    struct vault *vault;
    bool is_checked;     /* no erasure is waiting to be carried out */
    struct writer plain; /* owned: the block opened last */
    struct block_head head;
    uint8_t block_key[BLOCK_KEY_BYTES];
    uint64_t block; /* its number, or NO_BLOCK */
    uint8_t entry[ENTRY_BYTES_MAX];
};

struct opener *opener_new(struct archive *a, struct keys *keys)
{
    struct opener *o = calloc(1, sizeof *o);
    if (o == NULL) return NULL;
    o->archive = a;
    o->block = NO_BLOCK;
    o->vault = vault_new(archive_origin(a), keys);
    o->plain = writer_of(malloc(BLOCK_PLAIN_BYTES_MAX), BLOCK_PLAIN_BYTES_MAX);
    if (o->vault != NULL && o->plain.at != NULL) return o;
    opener_free(o);
    return NULL;
}

void opener_free(struct opener *o)
{
    if (o == NULL) return;
    if (o->plain.at != NULL) bytes_wipe(o->plain.at, o->plain.len);
    bytes_wipe(o->block_key, sizeof o->block_key);
    free(o->plain.at);
    vault_free(o->vault);
    free(o);
}

static status block_load(struct opener *o, const struct block_head *head, slice sealed,
                         struct fault *f)
{
    if (o->block == head->number) return OK;
    o->block = NO_BLOCK;
    bytes_wipe(o->plain.at, o->plain.len);
    o->plain = writer_of(o->plain.at, o->plain.cap);
    TRY(vault_open(o->vault, head, sealed, &o->plain, o->block_key, f));
    o->head = *head;
    o->block = head->number;
    return OK;
}

static status opening_find(struct opener *o, uint64_t index, struct block_opening *ret_opening)
{
    struct cursor c = cursor_of(writer_slice(&o->plain));
    for (uint64_t i = o->head.first_index; i <= index; i++) {
        TRY(block_next_opening(&c, ret_opening));
    }
    return OK;
}

static status entry_keep(struct opener *o, const struct batch_frame *frame, uint64_t index,
                         struct opened_record *r, struct fault *f)
{
    struct cursor c = cursor_of(frame->entries);
    slice entry = {};
    for (uint64_t i = frame->head.first_index; i <= index; i++)
        TRY(tile_bundle_next(&c, &entry));
    bytes_copy(o->entry, sizeof o->entry, entry);
    r->entry_bytes = (slice){ o->entry, entry.len };
    return entry_parse(r->entry_bytes, &r->entry, f);
}

static status fields_open(struct opener *o, uint64_t index, struct opened_record *r,
                          struct fault *f)
{
    struct block_opening sealed = {};
    uint8_t record_key[RECORD_KEY_BYTES] = {};
    status s = opening_find(o, index, &sealed);
    r->gone = sealed.gone;
    if (s.code == E_OK && r->gone) return OK;
    if (s.code == E_OK) s = opening_decode(r->entry.schema, sealed.opening, &r->opening);
    if (s.code == E_OK) s = derive_record_keys(o->block_key, index, 1, &record_key);
    if (s.code == E_OK) s = derive_opening_salts(&r->opening, record_key, r->salts);
    bytes_wipe(record_key, sizeof record_key);
    if (s.code == E_OK) s = opening_check(&r->entry, &r->opening, r->salts);
    if (s.code == E_OK) return OK;
    return fault_set(f, FAIL(E_CORRUPT), "entry %llu: its opening is not what it commits to: %s",
                     (unsigned long long)index, status_text(s));
}

status opener_open(struct opener *o, uint64_t index, struct opened_record *ret_record,
                   struct fault *f)
{
    struct batch_frame frame = {};
    struct block_head head = {};
    slice sealed = {};
    ret_record->gone = false;
    ret_record->absent = false;
    if (!o->is_checked) TRY(erasures_check(vault_store(o->vault), o->archive, f));
    o->is_checked = true;
    TRY(archive_batch(o->archive, index, &frame, f));
    TRY(entry_keep(o, &frame, index, ret_record, f));
    if ((ret_record->entry.schema->flags & KIND_BODY) != 0) return OK;
    const status found = block_find(&frame, index, &head, &sealed);
    if (found.code != E_OK) return fault_set(f, FAIL(E_CORRUPT), "entry without a block");
    const status loaded = block_load(o, &head, sealed, f);
    if (loaded.code == E_ERASED) {
        ret_record->gone = true;
        ret_record->absent = loaded.detail == KEYS_ABSENT;
        return OK;
    }
    TRY(loaded);
    return fields_open(o, index, ret_record, f);
}
