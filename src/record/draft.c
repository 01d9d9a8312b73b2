/* SPDX-License-Identifier: Apache-2.0 */
#include "record/draft.h"

#include "base/bytes.h"
#include "record/entry.h"
#include "record/fields.h"
#include "base/banned.h"

enum { MARKET_INVALID = 1 }; /* as a market: bytes 0 and 1, which no market has */

void draft_start(struct draft *d, uint8_t kind, uint64_t time_s)
{
    d->schema = schema_of(kind);
    assert(d->schema != NULL);
    d->time_s = time_s;
    for (size_t i = 0; i < sizeof d->columns; i++)
        d->columns[i] = 0;
    for (size_t i = 0; i < d->schema->field_count; i++) {
        d->fields[i] = (struct record_field){ TYPE_ABSENT, slice_none() };
    }
}

void draft_column(struct draft *d, int column, uint16_t value)
{
    assert(column >= 0 && column < d->schema->column_count);
    const struct schema_column *c = &d->schema->columns[column];
    if (c->width == 2) {
        put_u16(d->columns + c->offset, value);
        return;
    }
    assert(value <= UINT8_MAX);
    d->columns[c->offset] = (uint8_t)value;
}

void draft_market(struct draft *d, int column, slice code)
{
    draft_column(d, column, code.len == 2 ? get_u16(code.at) : MARKET_INVALID);
}

static struct record_field *field_of(struct draft *d, int field, uint8_t type)
{
    assert(field >= 1 && field <= d->schema->field_count);
    assert(d->schema->fields[field - 1].type == type);
    d->fields[field - 1].type = type;
    return &d->fields[field - 1];
}

void draft_text(struct draft *d, int field, slice text)
{
    field_of(d, field, TYPE_TEXT)->value = text;
}

void draft_bytes(struct draft *d, int field, slice bytes)
{
    field_of(d, field, TYPE_BYTES)->value = bytes;
}

void draft_raw(struct draft *d, int field, slice bytes)
{
    field_of(d, field, TYPE_RAW)->value = bytes;
}

void draft_hash(struct draft *d, int field, const hash *h)
{
    field_of(d, field, TYPE_HASH)->value = (slice){ h->bytes, sizeof h->bytes };
}

void draft_u64(struct draft *d, int field, uint64_t number)
{
    field_of(d, field, TYPE_U64)->value = value_put_u64(d->numbers[field - 1], number);
}

void draft_i64(struct draft *d, int field, int64_t number)
{
    field_of(d, field, TYPE_I64)->value = value_put_i64(d->numbers[field - 1], number);
}

void draft_time(struct draft *d, int field, int64_t time_ns)
{
    field_of(d, field, TYPE_TIME)->value = value_put_i64(d->numbers[field - 1], time_ns);
}

void draft_bool(struct draft *d, int field, bool yes)
{
    field_of(d, field, TYPE_BOOL)->value = value_bool(yes);
}

void draft_texts(struct draft *d, int field, slice texts)
{
    struct record_field *f = field_of(d, field, TYPE_TEXTS);
    f->value = texts;
    if (texts.len == 0) f->type = TYPE_ABSENT;
}

status draft_end(struct draft *d, struct writer *body, struct record *ret_record,
                 struct fault *fault)
{
    const struct schema *s = d->schema;
    struct record r = { .kind = s->kind,
                        .schema = s->version,
                        .time_s = d->time_s,
                        .columns = { d->columns, s->columns_bytes },
                        .fields = d->fields,
                        .field_count = s->field_count,
                        .body = slice_none() };
    if (d->time_s >> ENTRY_TIME_BITS != 0) {
        return fault_set(fault, FAIL(E_LIMIT), "the time of a %s is more than %d bits of seconds",
                         s->name, ENTRY_TIME_BITS);
    }
    TRY(schema_check_columns(s, r.columns, fault));
    TRY(fields_check(s, d->fields, fault));
    if ((s->flags & KIND_BODY) != 0) {
        assert(body != NULL);
        const size_t start = body->len;
        const status encoded = body_encode(s, d->fields, body);
        if (encoded.code != E_OK) {
            return fault_set(fault, encoded, "the body of a %s is too long", s->name);
        }
        r.body = slice_from(writer_slice(body), start);
        r.field_count = 0;
    }
    *ret_record = r;
    return OK;
}
