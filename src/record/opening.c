/* SPDX-License-Identifier: Apache-2.0 */
#include "record/opening.h"

#include "base/bytes.h"
#include "record/fields.h"
#include "base/banned.h"

static size_t proof_len(uint8_t type)
{
    return type == TYPE_ERASED ? SHA256_BYTES : SALT_BYTES;
}

static size_t erased_count(const struct opening *o)
{
    size_t erased = 0;
    for (size_t i = 0; i < o->field_count; i++)
        erased += o->fields[i].type == TYPE_ERASED;
    return erased;
}

/* Form, number of fields and erased fields belong together. */
static status check_form(const struct schema *s, const struct opening *o)
{
    if (o->form > OPENING_SALTED) return FAIL(E_UNKNOWN);
    if ((s->flags & KIND_BODY) != 0 || o->field_count != s->field_count) return FAIL(E_VALUE);
    const bool salted = o->form == OPENING_SALTED;
    return salted == (erased_count(o) > 0) ? OK : FAIL(E_VALUE);
}

static status check_parts(const struct schema *s, const struct opening *o)
{
    TRY(check_form(s, o));
    if (o->form == OPENING_REKEYED && o->record_key.len != RECORD_KEY_BYTES) return FAIL(E_VALUE);
    for (size_t i = 0; i < o->field_count; i++) {
        const uint8_t type = o->fields[i].type;
        if (type != TYPE_ERASED) TRY(field_check(s->fields[i].type, o->fields[i]));
        if (o->form == OPENING_SALTED && o->proofs[i].len != proof_len(type)) return FAIL(E_VALUE);
    }
    return OK;
}

static status end_or_back(struct writer *w, const struct writer *before)
{
    const status end = writer_end(w);
    if (end.code != E_OK) *w = *before;
    return end;
}

status opening_encode_record(const struct record *r, struct writer *w)
{
    return opening_place_record(r, w, NULL);
}

status opening_place_record(const struct record *r, struct writer *w,
                            struct record_field *ret_placed)
{
    const struct schema *s = schema_find(r->kind, r->schema);
    if (s == NULL) return FAIL(E_UNKNOWN);
    if ((s->flags & KIND_BODY) != 0 || r->field_count != s->field_count) return FAIL(E_VALUE);
    const struct writer before = *w;
    const size_t n = r->field_count;
    const struct record_field *fields = r->fields;
    uint8_t *head = writer_room(w, 1 + n);
    if (head != NULL) {
        head[0] = OPENING_KEYED;
        for (size_t i = 0; i < n; i++)
            head[1 + i] = fields[i].type;
    }
    fields_place(fields, n, w, ret_placed);
    return end_or_back(w, &before);
}

status opening_encode(const struct schema *s, const struct opening *o, struct writer *w)
{
    TRY(check_parts(s, o));
    const struct writer before = *w;
    writer_u8(w, o->form);
    for (size_t i = 0; i < o->field_count; i++)
        writer_u8(w, o->fields[i].type);
    if (o->form == OPENING_REKEYED) writer_bytes(w, o->record_key);
    for (size_t i = 0; i < o->field_count && o->form == OPENING_SALTED; i++) {
        writer_bytes(w, o->proofs[i]);
    }
    fields_put(o->fields, o->field_count, w);
    return end_or_back(w, &before);
}

static status take_types(struct cursor *c, const struct schema *s, struct opening *o)
{
    for (size_t i = 0; i < s->field_count; i++) {
        uint8_t type = TYPE_ABSENT;
        TRY(cursor_u8(c, &type));
        const bool known = type == TYPE_ABSENT || type == TYPE_ERASED || type == s->fields[i].type;
        if (!known) return FAIL_AT(E_VALUE, i + 1);
        o->fields[i].type = type;
    }
    return OK;
}

status opening_decode(const struct schema *s, slice bytes, struct opening *ret_opening)
{
    struct cursor c = cursor_of(bytes);
    __attribute__((uninitialized)) struct opening o;
    o.field_count = s->field_count;
    o.record_key = slice_none();
    TRY(cursor_u8(&c, &o.form));
    TRY(take_types(&c, s, &o));
    TRY(check_form(s, &o));
    if (o.form == OPENING_REKEYED) TRY(cursor_bytes(&c, RECORD_KEY_BYTES, &o.record_key));
    for (size_t i = 0; i < s->field_count; i++) {
        o.proofs[i] = slice_none();
        if (o.form != OPENING_SALTED) continue;
        TRY(cursor_bytes(&c, proof_len(o.fields[i].type), &o.proofs[i]));
    }
    TRY(fields_take(&c, o.fields, s->field_count));
    TRY(cursor_end(&c));
    *ret_opening = o;
    return OK;
}

void opening_rekey(struct opening *o, const uint8_t *record_key)
{
    if (o->form != OPENING_KEYED) return;
    o->form = OPENING_REKEYED;
    o->record_key = (slice){ record_key, RECORD_KEY_BYTES };
}

/* Replaces the record key by what it gave each field. */
static void salt_openly(struct opening *o, const salt *salts, struct opening_proofs *room)
{
    for (size_t i = 0; i < o->field_count; i++) {
        if (o->form == OPENING_SALTED) {
            bytes_move(room->salts[i], sizeof room->salts[i], o->proofs[i].at, o->proofs[i].len);
        } else {
            bytes_copy(room->salts[i], sizeof room->salts[i],
                       (slice){ salts[i].bytes, SALT_BYTES });
        }
        o->proofs[i] = (slice){ room->salts[i], proof_len(o->fields[i].type) };
    }
    o->form = OPENING_SALTED;
    o->record_key = slice_none();
}

static void erase_one(struct opening *o, size_t i, struct opening_proofs *room)
{
    const struct record_field *f = &o->fields[i];
    const hash c = commit_field((uint16_t)(i + 1), f->type, room->salts[i], f->value);
    bytes_copy(room->salts[i], sizeof room->salts[i], (slice){ c.bytes, sizeof c.bytes });
    o->proofs[i] = (slice){ room->salts[i], SHA256_BYTES };
    o->fields[i] = (struct record_field){ TYPE_ERASED, slice_none() };
}

status opening_erase(const struct schema *s, struct opening *o, uint8_t field_id, const salt *salts,
                     struct opening_proofs *room)
{
    if (field_id == 0 || field_id > s->field_count) return FAIL(E_NOT_FOUND);
    bool left = false;
    for (uint8_t id = field_id; id != 0; id = s->fields[id - 1].within) {
        left = left || o->fields[id - 1].type != TYPE_ERASED;
    }
    if (!left) return FAIL(E_ERASED);
    salt_openly(o, salts, room);
    for (uint8_t id = field_id; id != 0; id = s->fields[id - 1].within) {
        if (o->fields[id - 1].type != TYPE_ERASED) erase_one(o, id - 1u, room);
    }
    return OK;
}
