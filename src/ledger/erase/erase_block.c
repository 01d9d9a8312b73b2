/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/erase/erase_block.h"

#include "base/bytes.h"
#include "record/entry.h"
#include "record/opening.h"
#include "record/recompute.h"
#include "base/banned.h"

/* One record of the block. */
struct patient {
    const struct erase_block *block;
    uint16_t nth;
    struct entry entry;
    struct opening opening;
    struct opening_proofs proofs;
    uint8_t record_key[RECORD_KEY_BYTES];
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
        const status done = opening_erase(s, &p->opening, id, p->record_key, &p->proofs);
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
    if (s.code != E_OK) return wrong(p, s, f);
    commit_record_key(p->block->key, p->block->head->first_index + p->nth, p->record_key);
    if (fields == 0) {
        opening_rekey(&p->opening, p->record_key);
    } else {
        s = fields_erase(p, fields, ret_changed);
        if (s.code == E_OK && p->opening.form == OPENING_KEYED) {
            opening_rekey(&p->opening, p->record_key);
        }
        if (s.code == E_OK) s = opening_check(&p->entry, &p->opening, NULL);
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
    struct patient p = { .block = b };
    status s = OK;
    for (p.nth = 0; s.code == E_OK && p.nth < b->head->record_count; p.nth++) {
        struct block_opening sealed = {};
        s = block_next_opening(&c, &sealed);
        if (s.code != E_OK) {
            s = wrong(&p, s, f);
            break;
        }
        s = take(&p, &sealed, out, &r, f);
    }
    bytes_wipe(p.record_key, sizeof p.record_key);
    TRY(s);
    if (writer_end(out).code != E_OK)
        return fault_set(f, FAIL(E_LIMIT), "a block outgrows its limit");
    *ret_result = r;
    return OK;
}
