/* SPDX-License-Identifier: Apache-2.0 */
#include "record/print.h"

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "base/writer.h"
#include "record/opening.h"
#include "base/banned.h"

enum { INDEX_BYTES = 8, POSITION_BYTES = 10 };

void print_time(struct json_writer *j, int64_t ns)
{
    uint8_t text[TIMESTAMP_BYTES_MAX];
    const size_t len = timestamp_write(ns, text);
    json_string(j, (slice){ text, len });
}

static void show_hex(struct json_writer *j, slice bytes)
{
    uint8_t hex[2 * PRINT_HEX_BYTES_MAX];
    struct writer w = writer_of(hex, sizeof hex);
    const size_t most = PRINT_HEX_BYTES_MAX;
    writer_hex(&w, (slice){ bytes.at, bytes.len < most ? bytes.len : most });
    json_object(j);
    json_member_u64(j, "bytes", bytes.len);
    json_member_string(j, "hex", writer_slice(&w));
    json_object_end(j);
}

static void show_texts(struct json_writer *j, slice value)
{
    struct cursor c = cursor_of(value);
    slice text = {};
    json_array(j);
    while (value_texts_next(&c, &text))
        json_string(j, text);
    json_array_end(j);
}

static void show_value(struct json_writer *j, uint8_t type, slice value)
{
    uint8_t hex[2 * SHA256_BYTES];
    struct writer w = writer_of(hex, sizeof hex);
    switch (type) {
    case TYPE_TEXT:
        json_string(j, value);
        return;
    case TYPE_U64:
        json_u64(j, value_u64(value));
        return;
    case TYPE_I64:
        json_i64(j, value_i64(value));
        return;
    case TYPE_TIME:
        print_time(j, value_i64(value));
        return;
    case TYPE_BOOL:
        json_bool(j, value.at[0] == 1);
        return;
    case TYPE_HASH:
        writer_hex(&w, value);
        json_string(j, writer_slice(&w));
        return;
    case TYPE_TEXTS:
        show_texts(j, value);
        return;
    case TYPE_RAW:
        if (text_is_utf8(value)) {
            json_string(j, value);
            return;
        }
        show_hex(j, value);
        return;
    default:
        show_hex(j, value);
    }
}

static void show_indices(struct json_writer *j, slice value)
{
    json_array(j);
    for (size_t at = 0; at + INDEX_BYTES <= value.len; at += INDEX_BYTES)
        json_u64(j, get_u64(value.at + at));
    json_array_end(j);
}

/* The field ids of positions are those of events. */
static void show_positions(struct json_writer *j, slice value)
{
    const struct schema *event = schema_of(KIND_event);
    json_array(j);
    for (size_t at = 0; at + POSITION_BYTES <= value.len; at += POSITION_BYTES) {
        const uint16_t field = get_u16(value.at + at + INDEX_BYTES);
        json_object(j);
        json_member_u64(j, "index", get_u64(value.at + at));
        if (field > 0 && field <= event->field_count) {
            json_member_text(j, "field", event->fields[field - 1].name);
        }
        json_object_end(j);
    }
    json_array_end(j);
}

/* Fields of bytes that have a form of their own. */
static const struct {
    uint8_t kind;
    uint8_t field;
    void (*show)(struct json_writer *j, slice value);
} forms[] = {
    { KIND_finding, FIELD_finding_evidence, show_positions },
    { KIND_finding, FIELD_finding_group, show_positions },
    { KIND_incident, FIELD_incident_findings, show_indices },
    { KIND_verdict, FIELD_verdict_cases, show_indices },
    { KIND_oversight, FIELD_oversight_records, show_indices },
    { KIND_disclosure, FIELD_disclosure_records, show_indices },
    { KIND_hold, FIELD_hold_records, show_indices },
};

static void show_field(struct json_writer *j, const struct schema *s, size_t at,
                       const struct record_field *field)
{
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (forms[i].kind != s->kind || forms[i].field != at + 1) continue;
        forms[i].show(j, field->value);
        return;
    }
    show_value(j, field->type, field->value);
}

void print_fields(struct json_writer *j, const struct schema *s, const struct record_field *fields)
{
    json_object(j);
    for (size_t i = 0; i < s->field_count; i++) {
        if (fields[i].type == TYPE_ABSENT) continue;
        json_key(j, s->fields[i].name);
        if (fields[i].type == TYPE_ERASED) {
            json_object(j);
            json_member_bool(j, "erased", true);
            json_object_end(j);
        } else {
            show_field(j, s, i, &fields[i]);
        }
    }
    json_object_end(j);
}
