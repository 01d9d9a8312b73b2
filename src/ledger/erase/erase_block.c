/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/erase/erase_block.h"

#include "base/bytes.h"
#include "record/entry.h"
#include "record/derive.h"
#include "record/recompute.h"
#include "base/banned.h"

/* One record of the block. */
struct patient {
    const struct erase_block *block;
    uint16_t nth;
    struct entry entry;
    struct opening opening;
    struct opening_proofs proofs;
    uint8_t keys[BLOCK_RECORDS_MAX][RECORD_KEY_BYTES]; /* of the whole block */
    salt salts[FIELDS_MAX];
};

static status wrong(const struct patient *p, status why, struct fault *f)
{
    return fault_set(f, FAIL(E_CORRUPT), "entry %llu: its opening is not what it commits to: %s",
                     (unsigned long long)(p->block->head->first_index + p->nth), status_text(why));
}

/* Erases the fields, one by one; whether anything was left of them. */
static status fields_erase(struct patient *p, uint64_t fields, bool *ret_changed)
{
    const struct schema *s = p->entry.schema;
    for (uint8_t id = 1; id <= s->field_count; id++) {
        if ((fields >> (id - 1) & 1) == 0) continue;
        const status done = opening_erase(s, &p->opening, id, p->salts, &p->proofs);
        if (done.code == E_ERASED) continue;
        TRY(done);
        *ret_changed = true;
    }
    return OK;
}

static status operate(struct patient *p, uint64_t fields, slice sealed, struct writer *out,
                      bool *ret_changed, struct fault *f)
{
    struct fault unused;
    status s = entry_parse(p->block->entries[p->nth], &p->entry, &unused);
    if (s.code == E_OK) s = opening_decode(p->entry.schema, sealed, &p->opening);
    const uint8_t *key = p->keys[p->nth];
    if (s.code == E_OK) s = derive_opening_salts(&p->opening, key, p->salts);
    if (s.code != E_OK) return wrong(p, s, f);
    if (fields == 0) {
        opening_rekey(&p->opening, key);
    } else {
        s = fields_erase(p, fields, ret_changed);
        if (s.code == E_OK && p->opening.form == OPENING_KEYED) {
            opening_rekey(&p->opening, key);
        }
        if (s.code == E_OK) s = opening_check(&p->entry, &p->opening, p->salts);
        if (s.code != E_OK) return wrong(p, s, f);
    }
    const size_t start = out->len;
    writer_u32(out, 0);
    s = opening_encode(p->entry.schema, &p->opening, out);
    if (s.code != E_OK) return fault_set(f, s, "a block outgrows its limit: %s", status_text(s));
    put_u32(out->at + start, (uint32_t)(out->len - start - 4));
    return OK;
}

static status take(struct patient *p, const struct block_opening *sealed, struct writer *out,
                   struct erase_block_result *r, struct fault *f)
{
    const uint64_t fields = p->block->fields[p->nth];
    if (sealed->gone || (fields == ERASED_WHOLE && sealed->opening.len > 0)) {
        r->changed = r->changed || !sealed->gone;
        writer_u32(out, BLOCK_OPENING_GONE);
        return OK;
    }
    if (sealed->opening.len == 0) { /* public as a whole */
        writer_u32(out, 0);
        return OK;
    }
    r->empty = false;
    return operate(p, fields, sealed->opening, out, &r->changed, f);
}

status erase_block(const struct erase_block *b, slice plain, struct writer *out,
                   struct erase_block_result *ret_result, struct fault *f)
{
    struct cursor c = cursor_of(plain);
    struct erase_block_result r = { .empty = true };
    UNSET struct patient p;
    p.block = b;
    const uint16_t count = b->head->record_count;
    status s = derive_record_keys(b->key, b->head->first_index, count, p.keys);
    if (s.code != E_OK) return fault_set(f, s, "keys of records: %s", status_text(s));
    for (p.nth = 0; s.code == E_OK && p.nth < count; p.nth++) {
        struct block_opening sealed = {};
        s = block_next_opening(&c, &sealed);
        if (s.code != E_OK) {
            s = wrong(&p, s, f);
            break;
        }
        s = take(&p, &sealed, out, &r, f);
    }
    bytes_wipe(p.keys, sizeof p.keys);
    bytes_wipe(p.salts, sizeof p.salts);
    TRY(s);
    if (writer_end(out).code != E_OK)
        return fault_set(f, FAIL(E_LIMIT), "a block outgrows its limit");
    *ret_result = r;
    return OK;
}
