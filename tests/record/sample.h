/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random but repeatable records for property tests: every kind, values of every type and length.
 */
#pragma once
#include "base/bytes.h"
#include "record/entry.h"
#include "record/opening.h"

struct sample {
    uint64_t state; /* of the generator; the seed */
    uint8_t columns[COLUMNS_BYTES_MAX];
    struct record_field fields[FIELDS_MAX];
    uint8_t bytes[FIELDS_MAX][96];
    uint8_t body[FIELDS_MAX * 100];
};

/* The next number of splitmix64. */
static inline uint64_t sample_next(struct sample *s)
{
    uint64_t z = s->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline slice sample_value(struct sample *s, uint8_t type, uint8_t room[96])
{
    const size_t fixed_len = value_fixed_len(type);
    const size_t len = fixed_len != 0 ? fixed_len : sample_next(s) % 90;
    for (size_t i = 0; i < len; i++)
        room[i] = (uint8_t)('a' + sample_next(s) % 26);
    if (type == TYPE_BOOL) return value_bool(sample_next(s) % 2 != 0);
    if (type != TYPE_TEXTS) return (slice){ room, len };
    struct writer w = writer_of(room, 96);
    const size_t count = 1 + sample_next(s) % 4;
    for (size_t i = 0; i < count; i++) {
        value_texts_add(&w, (slice){ (const uint8_t *)"a list of texts", sample_next(s) % 15 });
    }
    return writer_slice(&w);
}

static inline void sample_columns(struct sample *s, const struct schema *schema)
{
    for (size_t i = 0; i < schema->column_count; i++) {
        const struct schema_column *c = &schema->columns[i];
        uint16_t value = (uint16_t)sample_next(s);
        if (c->type == COLUMN_MARKET) value = sample_next(s) % 3 == 0 ? 0 : ('D' << 8 | 'E');
        if (c->type == COLUMN_FLAG) value &= 1;
        if (c->type == COLUMN_CHOICE || c->type == COLUMN_BITS) {
            size_t count = 0;
            while (c->choice->values[count].name != NULL)
                count++;
            value = c->choice->values[sample_next(s) % count].number;
            if (c->type == COLUMN_BITS) value = (uint16_t)(1u << (value - 1));
        }
        if (c->width == 2) {
            put_u16(s->columns + c->offset, value);
        } else {
            s->columns[c->offset] = (uint8_t)value;
        }
    }
}

/* A record of the kind, views into the sample. */
static inline struct record sample_record(struct sample *s, const struct schema *schema)
{
    sample_columns(s, schema);
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct schema_field *f = &schema->fields[i];
        const bool absent = (f->flags & FIELD_REQUIRED) == 0 && sample_next(s) % 3 == 0;
        s->fields[i].type = absent ? TYPE_ABSENT : f->type;
        s->fields[i].value = absent ? slice_none() : sample_value(s, f->type, s->bytes[i]);
    }
    struct record r = { .kind = schema->kind,
                        .schema = schema->version,
                        .time_s = sample_next(s) >> 32,
                        .columns = { s->columns, schema->columns_bytes },
                        .fields = s->fields,
                        .field_count = schema->field_count,
                        .body = slice_none() };
    if ((schema->flags & KIND_BODY) != 0) {
        struct writer w = writer_of(s->body, sizeof s->body);
        const status encoded = body_encode(schema, s->fields, &w);
        assert(encoded.code == E_OK);
        r.body = writer_slice(&w);
        r.field_count = 0;
    }
    return r;
}
