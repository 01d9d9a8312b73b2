/* SPDX-License-Identifier: Apache-2.0 */
#include "record/bundle.h"

#include "base/base64.h"
#include "base/bytes.h"
#include "base/lines.h"
#include "base/num.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "record/fields.h"
#include "record/recompute.h"
#include "record/schema_row.h"
#include "base/banned.h"

static void put_base64(slice bytes, struct writer *w)
{
    if (bytes.len == 0) {
        writer_u8(w, '-');
    } else {
        writer_base64(w, bytes);
    }
}

static void put_open(const struct schema_field *f, size_t id, const struct record_field *field,
                     const salt *with, struct writer *w)
{
    writer_text(w, "open ");
    writer_dec(w, id);
    writer_u8(w, ' ');
    writer_text(w, f->name);
    writer_u8(w, ' ');
    writer_text(w, value_type_name(field->type));
    writer_u8(w, ' ');
    writer_base64(w, (slice){ with->bytes, SALT_BYTES });
    writer_u8(w, ' ');
    put_base64(field->value, w);
    writer_u8(w, '\n');
}

static void put_hidden(const struct schema_field *f, size_t id, const hash *commitment,
                       struct writer *w)
{
    writer_text(w, "hide ");
    writer_dec(w, id);
    writer_u8(w, ' ');
    writer_text(w, f->name);
    writer_u8(w, ' ');
    writer_base64(w, (slice){ commitment->bytes, SHA256_BYTES });
    writer_u8(w, '\n');
}

static void put_fields(const struct schema *s, const struct opening *o, const salt *salts,
                       const bool *shown, struct writer *w)
{
    hash commitments[FIELDS_MAX];
    opening_commitments(o, salts, commitments);
    for (size_t i = 0; i < s->field_count; i++) {
        if (!shown[i] || o->fields[i].type == TYPE_ERASED) {
            put_hidden(&s->fields[i], i + 1, &commitments[i], w);
            continue;
        }
        put_open(&s->fields[i], i + 1, &o->fields[i], &salts[i], w);
    }
}

status bundle_format(slice entry_bytes, const struct schema *s, const struct opening *o,
                     const salt *salts, const bool *shown, struct writer *w)
{
    writer_text(w, BUNDLE_MAGIC "\nentry ");
    writer_base64(w, entry_bytes);
    writer_u8(w, '\n');
    if ((s->flags & KIND_BODY) == 0) put_fields(s, o, salts, shown, w);
    writer_u8(w, '\n');
    TRY(schema_row_format(s, w));
    writer_u8(w, '\n');
    return writer_end(w);
}

/* A file being read. */
struct reader {
    struct lines lines;
    struct arena *arena;
};

static status take_base64(struct reader *r, size_t len_max, slice *ret_bytes)
{
    slice word = slice_none();
    TRY(lines_word(&r->lines, &word));
    if (slice_is(word, "-")) {
        *ret_bytes = slice_none();
        return OK;
    }
    size_t len = word.len / 4 * 3;
    if (len > len_max + 2) return FAIL(E_LIMIT);
    uint8_t *room = arena_take(r->arena, len);
    if (room == NULL) return FAIL(E_NOMEM);
    TRY(base64_decode(word, room, len_max < len ? len_max : len, &len));
    *ret_bytes = (slice){ room, len };
    return OK;
}

static status take_exact(struct reader *r, size_t len, slice *ret_bytes)
{
    TRY(take_base64(r, len, ret_bytes));
    return ret_bytes->len == len ? OK : FAIL(E_SYNTAX);
}

static status read_open(struct reader *r, const struct schema_field *f, size_t id,
                        struct record_field *ret_field, hash *ret_commitment)
{
    slice type = slice_none();
    slice own = slice_none();
    struct record_field field = { f->type, slice_none() };
    TRY(lines_word(&r->lines, &type));
    if (slice_is(type, value_type_name(TYPE_ABSENT))) {
        field.type = TYPE_ABSENT;
    } else if (!slice_is(type, value_type_name(f->type))) {
        return FAIL(E_VALUE);
    }
    TRY(take_exact(r, SALT_BYTES, &own));
    TRY(take_base64(r, f->type == TYPE_RAW ? VALUE_RAW_BYTES_MAX : VALUE_BYTES_MAX, &field.value));
    TRY(lines_end(&r->lines));
    TRY(field_check(f->type, field));
    *ret_commitment = commit_field((uint16_t)id, field.type, own.at, field.value);
    *ret_field = field;
    return OK;
}

static status read_hidden(struct reader *r, struct record_field *ret_field, hash *ret_commitment)
{
    slice commitment = slice_none();
    TRY(take_exact(r, SHA256_BYTES, &commitment));
    TRY(lines_end(&r->lines));
    bytes_copy(ret_commitment->bytes, SHA256_BYTES, commitment);
    *ret_field = (struct record_field){ TYPE_ERASED, slice_none() };
    return OK;
}

static status read_field(struct reader *r, const struct schema_field *f, size_t id,
                         struct record_field *ret_field, hash *ret_commitment)
{
    slice word = slice_none();
    slice name = slice_none();
    uint64_t number = 0;
    TRY(lines_next(&r->lines));
    TRY(lines_word(&r->lines, &word));
    TRY(lines_word(&r->lines, &name));
    TRY(num_parse_u64(name, &number));
    if (number != id) return FAIL(E_VALUE);
    TRY(lines_expect(&r->lines, f->name));
    if (slice_is(word, "open")) return read_open(r, f, id, ret_field, ret_commitment);
    if (slice_is(word, "hide")) return read_hidden(r, ret_field, ret_commitment);
    return FAIL(E_SYNTAX);
}

static status line_fault(const struct reader *r, status s, struct fault *fault)
{
    return fault_set(fault, s, "bundle, line %zu: %s", r->lines.number, status_text(s));
}

/* The schema row: from the first empty line to the second. What follows is the proof. */
static status read_schema(slice file, size_t from, struct arena *arena, struct schema_row **ret_row,
                          struct bundle *b, struct fault *fault)
{
    const slice rest = slice_from(file, from);
    const uint8_t *end = memmem(rest.at, rest.len, "\n\n", 2);
    if (end == NULL)
        return fault_set(fault, FAIL(E_SYNTAX), "bundle: no empty line behind the schema");
    const slice text = { rest.at, (size_t)(end - rest.at) + 1 };
    struct schema_row *row = arena_take(arena, sizeof *row);
    if (row == NULL) return fault_set(fault, FAIL(E_NOMEM), "bundle: no memory left");
    TRY(schema_row_parse(text, row, fault));
    const struct schema *own = schema_find(row->schema.kind, row->schema.version);
    b->schema_known = own != NULL;
    b->proof = slice_from(rest, text.len + 1);
    *ret_row = row;
    if (own == NULL) return OK;
    if (schema_row_is_own(own, text)) return OK;
    return fault_set(fault, FAIL(E_INVALID), "bundle: the schema row of %s is not the right one",
                     own->name);
}

static status read_fields(struct reader *r, struct bundle *b, struct fault *fault)
{
    const struct schema *s = b->entry.schema;
    hash commitments[FIELDS_MAX];
    for (size_t i = 0; i < s->field_count; i++) {
        const status read = read_field(r, &s->fields[i], i + 1, &b->fields[i], &commitments[i]);
        if (read.code != E_OK) return line_fault(r, read, fault);
    }
    const hash root = commit_root(s->kind, s->version, commitments, s->field_count);
    if (bytes_equal(root.bytes, b->entry.root, SHA256_BYTES)) return OK;
    return fault_set(fault, FAIL(E_INVALID),
                     "bundle: the fields are not those that the entry commits to");
}

static status check(slice file, struct arena *arena, struct bundle *b, struct fault *fault)
{
    struct reader r = { .lines = lines_of(file), .arena = arena };
    struct schema_row *row = NULL;
    const uint8_t *empty = memmem(file.at, file.len, "\n\n", 2);
    status s = lines_next(&r.lines);
    if (s.code == E_OK && !slice_is(r.lines.line, BUNDLE_MAGIC)) s = FAIL(E_UNKNOWN);
    if (s.code == E_OK) s = lines_next(&r.lines);
    if (s.code == E_OK) s = lines_expect(&r.lines, "entry");
    if (s.code == E_OK) s = take_base64(&r, ENTRY_BYTES_MAX, &b->entry_bytes);
    if (s.code == E_OK) s = lines_end(&r.lines);
    if (s.code == E_OK && empty == NULL) s = FAIL(E_SHORT);
    if (s.code != E_OK) return line_fault(&r, s, fault);
    TRY(read_schema(file, (size_t)(empty - file.at) + 2, arena, &row, b, fault));
    TRY(entry_parse_as(&row->schema, b->entry_bytes, &b->entry, fault));
    if ((row->schema.flags & KIND_BODY) != 0) {
        s = body_decode(&row->schema, b->entry.body, b->fields);
        if (s.code != E_OK) return fault_set(fault, s, "bundle: the body does not decode");
    } else {
        TRY(read_fields(&r, b, fault));
    }
    s = lines_next(&r.lines);
    if (s.code == E_OK) s = lines_end(&r.lines);
    return s.code == E_OK ? OK : line_fault(&r, s, fault);
}

status bundle_check(slice file, struct arena *arena, struct bundle *ret_bundle, struct fault *fault)
{
    struct bundle b = {};
    if (file.len > BUNDLE_BYTES_MAX) {
        return fault_set(fault, FAIL(E_LIMIT), "a bundle of %zu bytes, at most %d are read",
                         file.len, BUNDLE_BYTES_MAX);
    }
    TRY(check(file, arena, &b, fault));
    *ret_bundle = b;
    return OK;
}

/* Text for people, control characters and what is no UTF-8 as '?'. */
static void print_text(slice text, size_t len_max, struct writer *w)
{
    const size_t start = w->len;
    size_t at = 0;
    while (at < text.len && w->error == E_OK) {
        uint32_t code_point = 0;
        size_t len = 1;
        const bool good = text_code_point(slice_from(text, at), &code_point, &len).code == E_OK;
        if (!good) len = 1;
        if (w->len - start + len > len_max) {
            writer_text(w, "…");
            return;
        }
        const bool control = code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
        if (good && !control) {
            writer_bytes(w, (slice){ text.at + at, len });
        } else {
            writer_u8(w, '?');
        }
        at += len;
    }
}

static void print_texts(slice list, size_t len_max, struct writer *w)
{
    struct cursor c = cursor_of(list);
    const size_t start = w->len;
    for (slice text = slice_none(); value_texts_next(&c, &text);) {
        if (w->len != start) writer_text(w, ", ");
        const size_t used = w->len - start;
        print_text(text, used < len_max ? len_max - used : 0, w);
        if (w->len - start >= len_max) return;
    }
}

static void print_bytes(slice bytes, size_t len_max, struct writer *w)
{
    const bool fits = bytes.len <= len_max / 2;
    writer_hex(w, (slice){ bytes.at, fits ? bytes.len : len_max / 2 });
    if (!fits) writer_text(w, "…");
}

void bundle_value_print(struct record_field field, size_t len_max, struct writer *w)
{
    uint8_t text[TIMESTAMP_BYTES_MAX];
    int64_t number = 0;
    switch (field.type) {
    case TYPE_TEXT:
    case TYPE_RAW:
        print_text(field.value, len_max, w);
        return;
    case TYPE_TEXTS:
        print_texts(field.value, len_max, w);
        return;
    case TYPE_BYTES:
    case TYPE_HASH:
        print_bytes(field.value, len_max, w);
        return;
    case TYPE_U64:
        writer_dec(w, value_u64(field.value));
        return;
    case TYPE_I64:
        number = value_i64(field.value);
        if (number < 0) writer_u8(w, '-');
        writer_dec(w, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
        return;
    case TYPE_TIME:
        writer_bytes(w, (slice){ text, timestamp_write(value_i64(field.value), text) });
        return;
    case TYPE_BOOL:
        writer_text(w, field.value.at[0] != 0 ? "yes" : "no");
        return;
    default: /* absent and erased have nothing to print */
        return;
    }
}
