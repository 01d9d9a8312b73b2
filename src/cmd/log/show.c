/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log show: records as this node can read them: what is public of each, and what its keys open. One
 * JSON object a line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "cmd/log/log_commands.h"
#include "cmd/node/node.h"
#include "ledger/opener.h"
#include "base/banned.h"

enum {
    LINE_BYTES_MAX = 16 * 1024 * 1024, /* a raw value of 1 MiB with every byte escaped, and more */
    NS_PER_S = 1000000000,
    SHOWN_BY_DEFAULT = 10,
};

static void show_time(struct json_writer *j, int64_t ns)
{
    uint8_t text[TIMESTAMP_BYTES_MAX];
    const size_t len = timestamp_write(ns, text);
    json_string(j, (slice){ text, len });
}

/* Bytes that are text as text, others in hexadecimal. */
static void show_bytes(struct json_writer *j, slice bytes)
{
    uint8_t hex[2 * 1024];
    struct writer w = writer_of(hex, sizeof hex);
    if (text_is_utf8(bytes)) {
        json_string(j, bytes);
        return;
    }
    const size_t most = sizeof hex / 2;
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
        show_time(j, value_i64(value));
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
    default:
        show_bytes(j, value);
    }
}

static void show_fields(struct json_writer *j, const struct schema *s,
                        const struct record_field *fields)
{
    json_key(j, "fields");
    json_object(j);
    for (size_t i = 0; i < s->field_count; i++) {
        if (fields[i].type == TYPE_ABSENT) continue;
        json_key(j, s->fields[i].name);
        if (fields[i].type == TYPE_ERASED) {
            json_object(j);
            json_member_bool(j, "erased", true);
            json_object_end(j);
        } else {
            show_value(j, fields[i].type, fields[i].value);
        }
    }
    json_object_end(j);
}

static void show_columns(struct json_writer *j, const struct entry *e)
{
    json_key(j, "columns");
    json_object(j);
    for (size_t i = 0; i < e->schema->column_count; i++) {
        const struct schema_column *c = &e->schema->columns[i];
        uint8_t text[256];
        struct writer w = writer_of(text, sizeof text);
        schema_column_print(c, e->columns, &w);
        const size_t skip = strlen(c->name) + 1; /* it writes name=value */
        if (w.error != E_OK || w.len < skip) continue;
        json_member_string(j, c->name, slice_from(writer_slice(&w), skip));
    }
    json_object_end(j);
}

static status show_record(const struct opened_record *r, uint64_t index, struct writer *w)
{
    struct json_writer j = json_writer_of(w);
    struct record_field fields[FIELDS_MAX] = {};
    const struct schema *s = r->entry.schema;
    json_object(&j);
    json_member_u64(&j, "index", index);
    json_member_text(&j, "kind", s->name);
    json_key(&j, "time");
    show_time(&j, (int64_t)r->entry.time_s * NS_PER_S);
    show_columns(&j, &r->entry);
    if ((s->flags & KIND_BODY) != 0) {
        TRY(body_decode(s, r->entry.body, fields));
        show_fields(&j, s, fields);
    } else if (r->gone) {
        json_member_bool(&j, "erased", true);
    } else {
        show_fields(&j, s, r->opening.fields);
    }
    json_object_end(&j);
    writer_text(w, "\n");
    return writer_end(w);
}

static status show_range(struct node *n, uint64_t from, uint64_t count, struct fault *f)
{
    static struct opened_record record;
    struct keys *keys = NULL;
    struct writer w = writer_of(malloc(LINE_BYTES_MAX), LINE_BYTES_MAX);
    status s = w.at == NULL ? fault_set(f, FAIL(E_NOMEM), "out of memory") : OK;
    if (s.code == E_OK) s = keys_open(&n->store, NULL, &keys, f);
    struct opener *opener = s.code == E_OK ? opener_new(n->archive, keys) : NULL;
    if (s.code == E_OK && opener == NULL) s = fault_set(f, FAIL(E_NOMEM), "out of memory");
    for (uint64_t i = 0; s.code == E_OK && i < count; i++) {
        w.len = 0;
        s = opener_open(opener, from + i, &record, f);
        if (s.code == E_OK) s = show_record(&record, from + i, &w);
        if (s.code == E_OK && fwrite(w.at, 1, w.len, stdout) != w.len) {
            s = fault_set(f, FAIL(E_IO), "cannot write to standard output");
        }
    }
    opener_free(opener);
    keys_free(keys);
    free(w.at);
    return s;
}

/* INDEX alone shows one record; without it the newest are shown. */
static status range_of(const struct invocation *inv, uint64_t size, uint64_t *ret_from,
                       uint64_t *ret_count, struct fault *f)
{
    const char *count = invocation_value(inv, "--count", NULL);
    *ret_count = inv->argument_count > 1 ? 1 : SHOWN_BY_DEFAULT;
    if (count != NULL && num_parse_u64(slice_text(count), ret_count).code != E_OK) {
        return fault_set(f, FAIL(E_USAGE), "--count is not a number: %.40s", count);
    }
    *ret_from = size - (*ret_count < size ? *ret_count : size);
    if (inv->argument_count > 1 &&
        num_parse_u64(slice_text(inv->arguments[1]), ret_from).code != E_OK) {
        return fault_set(f, FAIL(E_USAGE), "INDEX is not a number: %.40s", inv->arguments[1]);
    }
    if (*ret_from >= size) {
        return fault_set(f, FAIL(E_NOT_FOUND), "index %" PRIu64 ": the log has %" PRIu64 " entries",
                         *ret_from, size);
    }
    if (*ret_count > size - *ret_from) *ret_count = size - *ret_from;
    return OK;
}

int run_log_show(const struct invocation *inv)
{
    struct node node = {};
    struct fault f = {};
    uint64_t from = 0;
    uint64_t count = 0;
    status s = node_open_reading(inv->arguments[0], &node, &f);
    if (s.code == E_OK) {
        s = range_of(inv, archive_size(node.archive), &from, &count, &f);
        if (s.code == E_OK) s = show_range(&node, from, count, &f);
        node_close(&node);
    }
    if (s.code == E_OK) return 0;
    return command_fail(status_exit(s), "log show: %s: %s", inv->arguments[0], f.text);
}
