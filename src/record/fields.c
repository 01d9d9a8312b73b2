/* SPDX-License-Identifier: Apache-2.0 */
#include "record/fields.h"

#include "base/bytes.h"
#include "base/copy.h"
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

static bool has_value(uint8_t type)
{
    return type != TYPE_ABSENT && type != TYPE_ERASED;
}

/* Bytes of the length that stands before a value of the type. */
static size_t length_bytes(uint8_t type)
{
    static const uint8_t lens[TYPE_LAST + 1] = {
        [TYPE_TEXT] = 2,
        [TYPE_BYTES] = 2,
        [TYPE_RAW] = 4,
        [TYPE_TEXTS] = 2,
    };
    return type <= TYPE_LAST ? lens[type] : 2;
}

enum { SHORT_BYTES_MAX = 64 }; /* most values */

/* Writes a value and its length at that place; returns that of the value, or NULL if they do not
 * fit before end. */
static uint8_t *put_value(const struct record_field *field, uint8_t *at, const uint8_t *end)
{
    const size_t length = length_bytes(field->type);
    const slice value = field->value;
    const size_t len_max = length == 4 ? VALUE_RAW_BYTES_MAX : VALUE_BYTES_MAX;
    if (value.len > len_max || length + value.len > (size_t)(end - at)) return NULL;
    if (length == 2) put_u16(at, (uint16_t)value.len);
    if (length == 4) put_u32(at, (uint32_t)value.len);
    at += length;
    if (value.len <= SHORT_BYTES_MAX) {
        bytes_copy_short(at, value.len, value);
    } else {
        bytes_copy(at, value.len, value);
    }
    return at;
}

void fields_place(const struct record_field *fields, size_t n, struct writer *w,
                  struct record_field *ret_placed)
{
    if (w->error != E_OK) return;
    uint8_t *next = w->at + w->len;
    const uint8_t *end = w->at + w->cap;
    size_t first = 0;
    for (int pass = 0; pass < 2; pass++) { /* raw values stand behind all others */
        size_t skipped = n;
        for (size_t i = first; i < n; i++) {
            const struct record_field *f = &fields[i];
            if ((f->type == TYPE_RAW) != (pass == 1)) {
                skipped = skipped == n ? i : skipped;
                continue;
            }
            uint8_t *at = has_value(f->type) ? put_value(f, next, end) : next;
            if (at == NULL) {
                w->error = E_LIMIT;
                return;
            }
            next = has_value(f->type) ? at + f->value.len : at;
            if (ret_placed != NULL)
                ret_placed[i] = (struct record_field){ f->type, { at, f->value.len } };
        }
        first = skipped;
    }
    w->len = (size_t)(next - w->at);
}

void fields_put(const struct record_field *fields, size_t n, struct writer *w)
{
    fields_place(fields, n, w, NULL);
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
