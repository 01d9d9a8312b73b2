/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/record_line.h"

#include "base/bytes.h"
#include "base/json_writer.h"
#include "record/print.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000 };

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

/* What everybody may see of a record. */
status record_write(const struct opened_record *r, uint64_t index, struct writer *w)
{
    struct json_writer j = json_writer_of(w);
    struct record_field fields[FIELDS_MAX] = {};
    const struct schema *s = r->entry.schema;
    json_object(&j);
    json_member_u64(&j, "index", index);
    json_member_text(&j, "kind", s->name);
    json_key(&j, "time");
    print_time(&j, (int64_t)r->entry.time_s * NS_PER_S);
    show_columns(&j, &r->entry);
    if ((s->flags & KIND_BODY) != 0) {
        TRY(body_decode(s, r->entry.body, fields));
        json_key(&j, "fields");
        print_fields(&j, s, fields);
    } else if (r->gone) {
        json_member_bool(&j, r->absent ? "absent" : "erased", true);
    } else if (r->opening.field_count > 0) {
        json_key(&j, "fields");
        print_fields(&j, s, r->opening.fields);
    }
    json_object_end(&j);
    return writer_end(w);
}

status record_write_line(const struct opened_record *r, uint64_t index, struct writer *w)
{
    TRY(record_write(r, index, w));
    writer_text(w, "\n");
    return writer_end(w);
}
