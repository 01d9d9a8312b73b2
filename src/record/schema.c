/* SPDX-License-Identifier: Apache-2.0 */
#include "record/schema.h"

#include "base/bytes.h"
#include "record/schema_table.h"
#include "base/banned.h"

const struct schema *schema_named(slice name)
{
    for (size_t kind = 0; kind <= KIND_LAST; kind++) {
        if (schema_table[kind].name != NULL && slice_is(name, schema_table[kind].name))
            return &schema_table[kind];
    }
    return NULL;
}

uint8_t schema_field_id(const struct schema *s, slice name)
{
    for (uint8_t i = 0; i < s->field_count; i++) {
        if (slice_is(name, s->fields[i].name)) return (uint8_t)(i + 1);
    }
    return 0;
}

const struct schema_column *schema_column_named(const struct schema *s, slice name)
{
    for (size_t i = 0; i < s->column_count; i++) {
        if (slice_is(name, s->columns[i].name)) return &s->columns[i];
    }
    return NULL;
}

const char *schema_granularity_name(uint32_t granularity_s)
{
    if (granularity_s == GRANULARITY_DAY) return "day";
    return granularity_s == GRANULARITY_MINUTE ? "minute" : "second";
}

static const struct {
    const char *name;
    uint32_t days;
} retentions[] = {
    [RETENTION_EVENTS] = { "events", 400 },
    [RETENTION_EVIDENCE] = { "evidence", 1100 },
    [RETENTION_MODERATION] = { "moderation", 1830 },
    [RETENTION_ACCOUNTABILITY] = { "accountability", 2560 },
    [RETENTION_PERMANENT] = { "permanent", 0 },
};

const char *schema_retention_name(uint8_t retention)
{
    assert(retention < COUNT_OF(retentions));
    return retentions[retention].name;
}

uint32_t schema_retention_days(uint8_t retention)
{
    assert(retention < COUNT_OF(retentions));
    return retentions[retention].days;
}

uint8_t choice_number(const struct choice *c, slice name)
{
    for (const struct choice_value_row *v = c->values; v->name != NULL; v++) {
        if (slice_is(name, v->name)) return v->number;
    }
    return 0;
}

const char *choice_name(const struct choice *c, uint8_t number)
{
    for (const struct choice_value_row *v = c->values; v->name != NULL; v++) {
        if (v->number == number) return v->name;
    }
    return NULL;
}

const struct choice *choice_nth(size_t nth)
{
    return nth < choice_table_count ? choice_table[nth] : NULL;
}

uint16_t schema_column_value(const struct schema_column *c, slice columns)
{
    assert((size_t)c->offset + c->width <= columns.len);
    return c->width == 2 ? get_u16(columns.at + c->offset) : columns.at[c->offset];
}

static bool is_market(slice code)
{
    for (size_t i = 0; i < code.len; i++) {
        const uint8_t byte = code.at[i];
        if ((byte < 'A' || byte > 'Z') && (byte < '0' || byte > '9')) return false;
    }
    return true;
}

static bool column_allowed(const struct schema_column *c, slice columns)
{
    const uint16_t value = schema_column_value(c, columns);
    switch ((enum column_type)c->type) {
    case COLUMN_MARKET:
        return value == 0 || is_market((slice){ columns.at + c->offset, 2 });
    case COLUMN_CHOICE:
        return value == 0 || choice_name(c->choice, (uint8_t)value) != NULL;
    case COLUMN_BITS:
        for (uint8_t bit = 0; bit < 8; bit++) {
            const bool set = (value >> bit & 1) != 0;
            if (set && choice_name(c->choice, (uint8_t)(bit + 1)) == NULL) return false;
        }
        return true;
    case COLUMN_FLAG:
        return value <= 1;
    case COLUMN_U8:
    case COLUMN_U16:
        return true;
    }
    return false;
}

status schema_check_columns(const struct schema *s, slice columns, struct fault *fault)
{
    if (columns.len != s->columns_bytes) {
        return fault_set(fault, FAIL(columns.len < s->columns_bytes ? E_SHORT : E_TRAILING),
                         "%s has %u bytes of columns, not %zu", s->name, s->columns_bytes,
                         columns.len);
    }
    for (size_t i = 0; i < s->column_count; i++) {
        if (column_allowed(&s->columns[i], columns)) continue;
        return fault_set(fault, FAIL_AT(E_VALUE, s->columns[i].offset),
                         "column %s of %s has the value %u, which it does not allow",
                         s->columns[i].name, s->name, schema_column_value(&s->columns[i], columns));
    }
    return OK;
}

static void print_bits(const struct schema_column *c, uint16_t value, struct writer *w)
{
    bool first = true;
    for (uint8_t bit = 0; bit < 8; bit++) {
        if ((value >> bit & 1) == 0) continue;
        const char *name = choice_name(c->choice, (uint8_t)(bit + 1));
        if (!first) writer_u8(w, '+');
        first = false;
        writer_text(w, name == NULL ? "?" : name);
    }
}

void schema_column_print(const struct schema_column *c, slice columns, struct writer *w)
{
    const uint16_t value = schema_column_value(c, columns);
    if (value == 0) return;
    writer_text(w, c->name);
    writer_u8(w, '=');
    const char *name = c->type == COLUMN_CHOICE ? choice_name(c->choice, (uint8_t)value) : NULL;
    if (c->type == COLUMN_MARKET && is_market((slice){ columns.at + c->offset, 2 })) {
        writer_bytes(w, (slice){ columns.at + c->offset, 2 });
    } else if (c->type == COLUMN_BITS) {
        print_bits(c, value, w);
    } else if (name != NULL) {
        writer_text(w, name);
    } else {
        writer_dec(w, value);
    }
}
