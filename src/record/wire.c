/* SPDX-License-Identifier: Apache-2.0 */
#include "record/wire.h"

#include "base/bytes.h"
#include "record/fields.h"
#include "base/banned.h"

enum { OPENING_BYTES_MAX = 2 * VALUE_RAW_BYTES_MAX };

status wire_put(const struct record *r, struct writer *w)
{
    struct writer out = *w;
    writer_u8(&out, r->kind);
    writer_u16(&out, r->schema);
    writer_u64(&out, r->time_s);
    writer_u8(&out, (uint8_t)r->columns.len);
    writer_bytes(&out, r->columns);
    const size_t length_at = out.len;
    writer_u32(&out, 0);
    TRY(writer_end(&out));
    TRY(opening_encode_record(r, &out));
    put_u32(out.at + length_at, (uint32_t)(out.len - length_at - 4));
    *w = out;
    return OK;
}

static status take_head(struct cursor *c, struct record *r)
{
    uint8_t columns = 0;
    TRY(cursor_u8(c, &r->kind));
    TRY(cursor_u16(c, &r->schema));
    TRY(cursor_u64(c, &r->time_s));
    TRY(cursor_u8(c, &columns));
    return cursor_bytes(c, columns, &r->columns);
}

static status take(struct cursor *c, struct wire_record *w, struct fault *f)
{
    struct record *r = &w->record;
    slice opening = {};
    status s = take_head(c, r);
    if (s.code != E_OK) return fault_set(f, s, "record: its head is cut short");
    const struct schema *schema = schema_of(r->kind);
    if (schema == NULL || schema->version != r->schema) {
        return fault_set(f, FAIL(E_UNKNOWN), "record: kind %u version %u is not known", r->kind,
                         r->schema);
    }
    TRY(schema_check_columns(schema, r->columns, f));
    s = cursor_vec32(c, OPENING_BYTES_MAX, &opening);
    if (s.code == E_OK) s = opening_decode(schema, opening, &w->opening);
    if (s.code == E_OK && w->opening.form != OPENING_KEYED) s = FAIL(E_VALUE);
    if (s.code != E_OK) return fault_set(f, s, "%s: its values cannot be read", schema->name);
    r->fields = w->opening.fields;
    r->field_count = w->opening.field_count;
    return fields_check(schema, r->fields, f);
}

status wire_take(struct cursor *c, struct wire_record *ret_record, struct fault *f)
{
    struct cursor at = *c;
    ret_record->record = (struct record){};
    TRY(take(&at, ret_record, f));
    *c = at;
    return OK;
}
