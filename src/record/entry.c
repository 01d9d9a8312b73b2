/* SPDX-License-Identifier: Apache-2.0 */
#include "record/entry.h"

#include "base/bytes.h"
#include "base/copy.h"
#include "record/fields.h"
#include "base/banned.h"

enum {
    ENCODE_GROUP = 16, /* records whose hashes are computed side by side */
    LENGTH_BYTES = 2,
};

static bool field_fits(const struct schema_field *f, const struct record_field *field)
{
    if (field->type == TYPE_ABSENT) return field->value.len == 0;
    const size_t fixed_len = value_fixed_len(field->type);
    return field->type == f->type && (fixed_len == 0 || field->value.len == fixed_len);
}

/* The cheap half of fields_check: whoever made the record has checked the values. */
static bool record_fits(const struct schema *s, const struct record *r)
{
    if (r->columns.len != s->columns_bytes) return false;
    if ((s->flags & KIND_BODY) != 0) return r->field_count == 0;
    if (r->field_count != s->field_count || r->body.len != 0) return false;
    for (size_t i = 0; i < r->field_count; i++) {
        if (!field_fits(&s->fields[i], &r->fields[i])) return false;
    }
    return true;
}

/* Everything but the root, for which it leaves room. */
static status put_entry(const struct record *r, struct writer *w, hash **ret_root)
{
    const struct schema *s = schema_find(r->kind, r->schema);
    if (s == NULL) return FAIL(E_UNKNOWN);
    if (!record_fits(s, r)) return FAIL(E_VALUE);
    if (r->time_s >> ENTRY_TIME_BITS != 0) return FAIL(E_LIMIT);
    const bool has_body = (s->flags & KIND_BODY) != 0;
    const size_t plain = ENTRY_HEADER_BYTES + r->columns.len + SHA256_BYTES;
    if (has_body && r->body.len > ENTRY_BYTES_MAX - 2 - plain) return FAIL(E_LIMIT);
    uint8_t *at = writer_room(w, plain);
    if (at == NULL) return FAIL(E_LIMIT);
    const uint64_t time_s = r->time_s - r->time_s % s->granularity_s;
    at[0] = ENTRY_VERSION;
    at[1] = r->kind;
    put_u16(at + 2, r->schema);
    at[4] = (uint8_t)(time_s >> 32);
    put_u32(at + 5, (uint32_t)time_s);
    bytes_copy_short(at + ENTRY_HEADER_BYTES, COLUMNS_BYTES_MAX, r->columns);
    *ret_root = (hash *)(void *)(at + ENTRY_HEADER_BYTES + r->columns.len);
    if (has_body) writer_vec16(w, r->body);
    return writer_end(w);
}

/* Moves salts behind those that it took. */
static status encode_group(const struct record *records, const salt **salts, size_t count,
                           struct writer *w, slice *ret_entries)
{
    struct commit_job jobs[ENCODE_GROUP];
    size_t job_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct record *r = &records[i];
        hash *root = NULL;
        uint8_t *length = writer_room(w, LENGTH_BYTES);
        const size_t start = w->len;
        const status put = put_entry(r, w, &root);
        if (put.code != E_OK) return FAIL_AT(put.code, i);
        ret_entries[i] = (slice){ w->at + start, w->len - start };
        put_u16(length, (uint16_t)ret_entries[i].len);
        if ((schema_of(r->kind)->flags & KIND_BODY) != 0) {
            *root = commit_body_root(r->kind, r->schema, r->body);
        } else {
            jobs[job_count++] = (struct commit_job){ r, *salts, root };
        }
        *salts += r->field_count;
    }
    commit_many(jobs, job_count);
    return OK;
}

status entry_encode_many(const struct record *records, const salt *salts, size_t count,
                         struct writer *w, slice *ret_entries)
{
    const struct writer before = *w;
    for (size_t at = 0; at < count; at += ENCODE_GROUP) {
        const size_t left = count - at;
        const size_t take = left < ENCODE_GROUP ? left : ENCODE_GROUP;
        const status done = encode_group(records + at, &salts, take, w, ret_entries + at);
        if (done.code == E_OK) continue;
        *w = before;
        return FAIL_AT(done.code, at + (size_t)done.detail);
    }
    return OK;
}

status entry_encode(const struct record *r, const salt *salts, struct writer *w)
{
    const struct writer before = *w;
    hash *root = NULL;
    const status put = put_entry(r, w, &root);
    if (put.code != E_OK) {
        *w = before;
        return put;
    }
    if ((schema_of(r->kind)->flags & KIND_BODY) != 0) {
        *root = commit_body_root(r->kind, r->schema, r->body);
        return OK;
    }
    commit_many(&(struct commit_job){ r, salts, root }, 1);
    return OK;
}

/* The fixed beginning; detail of a failure is the offset of what is wrong. */
static status split_header(struct cursor *c, const struct schema *wanted, struct entry *e)
{
    uint8_t version = 0;
    uint8_t kind = 0;
    uint16_t schema = 0;
    TRY(cursor_u8(c, &version));
    if (version != ENTRY_VERSION) return FAIL_AT(E_UNKNOWN, 0);
    TRY(cursor_u8(c, &kind));
    TRY(cursor_u16(c, &schema));
    e->schema = wanted == NULL ? schema_find(kind, schema) : wanted;
    if (e->schema == NULL || e->schema->kind != kind || e->schema->version != schema) {
        return FAIL_AT(E_UNKNOWN, 1);
    }
    TRY(cursor_u40(c, &e->time_s));
    return e->time_s % e->schema->granularity_s == 0 ? OK : FAIL_AT(E_VALUE, 4);
}

static status split(const struct schema *wanted, slice bytes, struct entry *ret_entry)
{
    if (bytes.len > ENTRY_BYTES_MAX) return FAIL(E_LIMIT);
    struct cursor c = cursor_of(bytes);
    struct entry e = { .body = slice_none() };
    slice root = slice_none();
    TRY(split_header(&c, wanted, &e));
    TRY(cursor_bytes(&c, e.schema->columns_bytes, &e.columns));
    TRY(cursor_bytes(&c, SHA256_BYTES, &root));
    e.root = root.at;
    if ((e.schema->flags & KIND_BODY) != 0) TRY(cursor_vec16(&c, UINT16_MAX, &e.body));
    TRY(cursor_end(&c));
    *ret_entry = e;
    return OK;
}

status entry_split(slice bytes, struct entry *ret_entry)
{
    return split(NULL, bytes, ret_entry);
}

static status split_fault(slice bytes, status s, struct fault *fault)
{
    if (s.code == E_UNKNOWN && bytes.at[0] != ENTRY_VERSION) {
        return fault_set(fault, s, "entry version %u is unknown, this build reads version %d",
                         bytes.at[0], ENTRY_VERSION);
    }
    if (s.code == E_UNKNOWN) {
        return fault_set(fault, s, "record kind %u in schema version %u is unknown here",
                         bytes.at[1], get_u16(bytes.at + 2));
    }
    if (s.code == E_VALUE) {
        return fault_set(fault, s, "the time of an entry of kind %u is not cut to its granularity",
                         bytes.at[1]);
    }
    const char *what = s.code == E_SHORT ? "cut off" : "too long";
    return fault_set(fault, s, "an entry of %zu bytes is %s", bytes.len, what);
}

static status check_body(const struct entry *e, struct fault *fault)
{
    struct record_field fields[FIELDS_MAX];
    const struct schema *s = e->schema;
    const hash root = commit_body_root(s->kind, s->version, e->body);
    if (!bytes_equal(root.bytes, e->root, sizeof root.bytes)) {
        return fault_set(fault, FAIL(E_INVALID), "the root of a %s entry is not that of its body",
                         s->name);
    }
    const status decoded = body_decode(s, e->body, fields);
    if (decoded.code != E_OK) {
        return fault_set(fault, decoded, "the body of a %s entry does not decode: %s", s->name,
                         status_text(decoded));
    }
    return fields_check(s, fields, fault);
}

static status parse(const struct schema *wanted, slice bytes, struct entry *ret_entry,
                    struct fault *fault)
{
    struct entry e = {};
    const status done = split(wanted, bytes, &e);
    if (done.code != E_OK) return split_fault(bytes, done, fault);
    TRY(schema_check_columns(e.schema, e.columns, fault));
    if ((e.schema->flags & KIND_BODY) != 0) TRY(check_body(&e, fault));
    *ret_entry = e;
    return OK;
}

status entry_parse(slice bytes, struct entry *ret_entry, struct fault *fault)
{
    return parse(NULL, bytes, ret_entry, fault);
}

status entry_parse_as(const struct schema *s, slice bytes, struct entry *ret_entry,
                      struct fault *fault)
{
    return parse(s, bytes, ret_entry, fault);
}

status body_encode(const struct schema *s, const struct record_field *fields, struct writer *w)
{
    struct fault fault;
    const struct writer before = *w;
    if ((s->flags & KIND_BODY) == 0) return FAIL(E_VALUE);
    TRY(fields_check(s, fields, &fault));
    for (size_t i = 0; i < s->field_count; i++)
        writer_u8(w, fields[i].type);
    fields_put(fields, s->field_count, w);
    const status end = writer_end(w);
    if (end.code != E_OK) *w = before;
    return end;
}

status body_decode(const struct schema *s, slice body, struct record_field *ret_fields)
{
    struct cursor c = cursor_of(body);
    struct record_field fields[FIELDS_MAX] = {};
    for (size_t i = 0; i < s->field_count; i++) {
        TRY(cursor_u8(&c, &fields[i].type));
        if (fields[i].type != TYPE_ABSENT && fields[i].type != s->fields[i].type)
            return FAIL(E_VALUE);
    }
    TRY(fields_take(&c, fields, s->field_count));
    TRY(cursor_end(&c));
    for (size_t i = 0; i < s->field_count; i++)
        ret_fields[i] = fields[i];
    return OK;
}
