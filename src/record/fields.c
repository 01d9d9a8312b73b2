/* SPDX-License-Identifier: Apache-2.0 */
#include "record/fields.h"

#include "base/bytes.h"
#include "record/opening.h"
#include "base/banned.h"

status field_check(uint8_t type, struct record_field field)
{
    if (field.type != TYPE_ABSENT && field.type != type) return FAIL(E_VALUE);
    return value_check(field.type, field.value);
}

status fields_check(const struct schema *s, const struct record_field *fields, struct fault *fault)
{
    for (size_t i = 0; i < s->field_count; i++) {
        const struct schema_field *f = &s->fields[i];
        const status fits = field_check(f->type, fields[i]);
        if (fits.code != E_OK) {
            return fault_set(fault, fits, "field %s of %s is no canonical %s: %s", f->name, s->name,
                             value_type_name(f->type), status_text(fits));
        }
        if ((f->flags & FIELD_REQUIRED) != 0 && fields[i].type == TYPE_ABSENT) {
            return fault_set(fault, FAIL(E_VALUE), "field %s of %s is required", f->name, s->name);
        }
    }
    return OK;
}

static void put_value(struct record_field field, struct writer *w)
{
    if (value_fixed_len(field.type) != 0) {
        writer_bytes(w, field.value);
    } else if (field.type == TYPE_RAW) {
        writer_vec32(w, field.value);
    } else {
        writer_vec16(w, field.value);
    }
}

static bool has_value(uint8_t type)
{
    return type != TYPE_ABSENT && type != TYPE_ERASED;
}

void fields_put(const struct record_field *fields, size_t n, struct writer *w)
{
    for (size_t i = 0; i < n; i++) {
        if (has_value(fields[i].type) && fields[i].type != TYPE_RAW) put_value(fields[i], w);
    }
    for (size_t i = 0; i < n; i++) {
        if (fields[i].type == TYPE_RAW) put_value(fields[i], w);
    }
}

static status take_value(struct cursor *c, struct record_field *field)
{
    const size_t fixed_len = value_fixed_len(field->type);
    if (fixed_len != 0) {
        TRY(cursor_bytes(c, fixed_len, &field->value));
    } else if (field->type == TYPE_RAW) {
        TRY(cursor_vec32(c, VALUE_RAW_BYTES_MAX, &field->value));
    } else {
        TRY(cursor_vec16(c, VALUE_BYTES_MAX, &field->value));
    }
    return value_check(field->type, field->value);
}

status fields_take(struct cursor *c, struct record_field *fields, size_t n)
{
    struct cursor next = *c;
    for (size_t i = 0; i < n; i++) {
        fields[i].value = slice_none();
        if (!has_value(fields[i].type) || fields[i].type == TYPE_RAW) continue;
        TRY(take_value(&next, &fields[i]));
    }
    for (size_t i = 0; i < n; i++) {
        if (fields[i].type == TYPE_RAW) TRY(take_value(&next, &fields[i]));
    }
    *c = next;
    return OK;
}
