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

/* Where the next value goes; next is NULL once one did not fit. */
struct room {
    uint8_t *next;
    const uint8_t *end;
};

/* Writes the length of the value and moves behind it; NULL if the two do not fit. */
static uint8_t *put_length(const struct record_field *field, struct room room)
{
    const size_t length = length_bytes(field->type);
    const size_t len = field->value.len;
    const size_t len_max = length == 4 ? VALUE_RAW_BYTES_MAX : VALUE_BYTES_MAX;
    if (len > len_max || length + len > (size_t)(room.end - room.next)) return NULL;
    if (length == 2) put_u16(room.next, (uint16_t)len);
    if (length == 4) put_u32(room.next, (uint32_t)len);
    return room.next + length;
}

static void put_value(uint8_t *at, slice value)
{
    if (value.len <= SHORT_BYTES_MAX) {
        bytes_copy_short(at, value.len, value);
    } else {
        bytes_copy(at, value.len, value);
    }
}

/* Places the values that are raw, or that are not. */
static struct room place_some(const struct record_field *fields, size_t n, bool raw,
                              struct room room, struct record_field *ret_placed)
{
    for (size_t i = 0; i < n && room.next != NULL; i++) {
        const struct record_field *f = &fields[i];
        if ((f->type == TYPE_RAW) != raw) continue;
        uint8_t *at = room.next;
        if (has_value(f->type)) {
            at = put_length(f, room);
            if (at == NULL) return (struct room){ NULL, room.end };
            put_value(at, f->value);
            room.next = at + f->value.len;
        }
        if (ret_placed != NULL)
            ret_placed[i] = (struct record_field){ f->type, { at, f->value.len } };
    }
    return room;
}

void fields_place(const struct record_field *fields, size_t n, struct writer *w,
                  struct record_field *ret_placed)
{
    if (w->error != E_OK) return;
    struct room room = { w->at + w->len, w->at + w->cap };
    room = place_some(fields, n, false, room, ret_placed);
    room = place_some(fields, n, true, room, ret_placed);
    if (room.next == NULL) {
        w->error = E_LIMIT;
    } else {
        w->len = (size_t)(room.next - w->at);
    }
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
