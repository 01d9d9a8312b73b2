/* SPDX-License-Identifier: Apache-2.0 */
#include "record/schema_row.h"

#include "base/bytes.h"
#include "base/num.h"
#include "base/text.h"
#include "record/entry.h"
#include "base/banned.h"

/*
 * Parsing is lenient word by word and strict as a whole: what was understood is written again and
 * must give the same bytes. So each row has one spelling, and no rule of spelling stands twice.
 */
static const char magic[] = "candor/schema@v1\n";

static const char *const column_types[] = {
    [COLUMN_MARKET] = "market", [COLUMN_CHOICE] = "choice", [COLUMN_BITS] = "bits",
    [COLUMN_FLAG] = "flag",     [COLUMN_U8] = "u8",         [COLUMN_U16] = "u16",
};

static const struct {
    uint8_t flag;
    const char *name;
} kind_flags[] = { { KIND_BODY, "body" }, { KIND_SYSTEM, "system" } },
  field_flags[] = { { FIELD_REQUIRED, "required" },
                    { FIELD_SUBJECT, "subject" },
                    { FIELD_ACCOUNTABLE, "accountable" },
                    { FIELD_LARGE, "large" } };

static void put_meaning(const char *meaning, struct writer *w)
{
    if (*meaning != '\0') {
        writer_text(w, " : ");
        writer_text(w, meaning);
    }
    writer_u8(w, '\n');
}

static void put_column(const struct schema_column *c, struct writer *w)
{
    writer_text(w, "column ");
    writer_text(w, c->name);
    writer_u8(w, ' ');
    writer_text(w, column_types[c->type]);
    const bool listed = c->type == COLUMN_CHOICE || c->type == COLUMN_BITS;
    for (const struct choice_value_row *v = c->choice->values; listed && v->name != NULL; v++) {
        writer_u8(w, ' ');
        writer_dec(w, v->number);
        writer_u8(w, '=');
        writer_text(w, v->name);
    }
    put_meaning(c->meaning, w);
}

static void put_field(const struct schema_field *f, size_t id, struct writer *w)
{
    writer_text(w, "field ");
    writer_dec(w, id);
    writer_u8(w, ' ');
    writer_text(w, f->name);
    writer_u8(w, ' ');
    writer_text(w, value_type_name(f->type));
    for (size_t i = 0; i < COUNT_OF(field_flags); i++) {
        if ((f->flags & field_flags[i].flag) == 0) continue;
        writer_u8(w, ' ');
        writer_text(w, field_flags[i].name);
    }
    if (f->within != 0) {
        writer_text(w, " within=");
        writer_dec(w, f->within);
    }
    put_meaning(f->meaning, w);
}

status schema_row_format(const struct schema *s, struct writer *w)
{
    writer_text(w, magic);
    writer_text(w, "kind ");
    writer_dec(w, s->kind);
    writer_u8(w, ' ');
    writer_text(w, s->name);
    put_meaning(s->title, w);
    writer_text(w, "version ");
    writer_dec(w, s->version);
    writer_text(w, "\ntime ");
    writer_text(w, schema_granularity_name(s->granularity_s));
    if (s->flags != 0) writer_text(w, "\nflags");
    for (size_t i = 0; i < COUNT_OF(kind_flags); i++) {
        if ((s->flags & kind_flags[i].flag) == 0) continue;
        writer_u8(w, ' ');
        writer_text(w, kind_flags[i].name);
    }
    writer_u8(w, '\n');
    for (size_t i = 0; i < s->column_count; i++)
        put_column(&s->columns[i], w);
    for (size_t i = 0; i < s->field_count; i++)
        put_field(&s->fields[i], i + 1, w);
    return writer_end(w);
}

/* What is left of a line; words are cut off at its front and ended with NUL. */
struct line {
    char *at;
    const char *meaning;
};

/* The next word, or NULL at the end of the line. */
static char *word(struct line *l)
{
    if (*l->at == '\0') return NULL;
    char *start = l->at;
    char *space = strchr(start, ' ');
    l->at = space == NULL ? start + strlen(start) : space + 1;
    if (space != NULL) *space = '\0';
    return start;
}

static status word_number(struct line *l, uint64_t most, uint64_t *ret_number)
{
    const char *text = word(l);
    if (text == NULL) return FAIL(E_SYNTAX);
    TRY(num_parse_u64(slice_text(text), ret_number));
    return *ret_number <= most ? OK : FAIL(E_VALUE);
}

/* The length of a NUL-terminated name; 0 if it is no name: small letters, digits and _. */
static size_t name_len(const char *name)
{
    size_t len = 0;
    for (; name[len] != '\0'; len++) {
        const char c = name[len];
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') return 0;
    }
    return len;
}

static status word_name(struct line *l, const char **ret_name)
{
    const char *text = word(l);
    if (text == NULL || name_len(text) == 0) return FAIL(E_SYNTAX);
    *ret_name = text;
    return OK;
}

static status parse_kind(struct schema_row *row, struct line *l)
{
    uint64_t number = 0;
    TRY(word_number(l, UINT8_MAX, &number));
    row->schema.kind = (uint8_t)number;
    row->schema.title = l->meaning;
    return word_name(l, &row->schema.name);
}

static status parse_version(struct schema_row *row, struct line *l)
{
    uint64_t number = 0;
    TRY(word_number(l, UINT16_MAX, &number));
    row->schema.version = (uint16_t)number;
    return OK;
}

static status parse_time(struct schema_row *row, struct line *l)
{
    static const uint32_t all[] = { GRANULARITY_SECOND, GRANULARITY_MINUTE, GRANULARITY_DAY };
    const char *name = word(l);
    for (size_t i = 0; name != NULL && i < COUNT_OF(all); i++) {
        if (strcmp(name, schema_granularity_name(all[i])) == 0) row->schema.granularity_s = all[i];
    }
    return row->schema.granularity_s != 0 ? OK : FAIL(E_VALUE);
}

static status parse_flags(struct schema_row *row, struct line *l)
{
    for (const char *name = word(l); name != NULL; name = word(l)) {
        const uint8_t before = row->schema.flags;
        for (size_t i = 0; i < COUNT_OF(kind_flags); i++) {
            if (strcmp(name, kind_flags[i].name) == 0) row->schema.flags |= kind_flags[i].flag;
        }
        if (row->schema.flags == before) return FAIL(E_VALUE);
    }
    return OK;
}

static status parse_value(struct schema_row *row, char *text)
{
    char *equals = strchr(text, '=');
    uint64_t number = 0;
    if (equals == NULL) return FAIL(E_SYNTAX);
    *equals = '\0';
    TRY(num_parse_u64(slice_text(text), &number));
    if (number == 0 || number > UINT8_MAX || name_len(equals + 1) == 0) return FAIL(E_VALUE);
    if (row->value_count + 1 >= COUNT_OF(row->values)) return FAIL(E_LIMIT);
    row->values[row->value_count++] = (struct choice_value_row){ (uint8_t)number, equals + 1, "" };
    return OK;
}

static status parse_choices(struct schema_row *row, struct line *l, struct schema_column *c)
{
    struct choice *choice = &row->choices[row->schema.column_count];
    *choice = (struct choice){ c->name, "", &row->values[row->value_count] };
    c->choice = choice;
    for (char *text = word(l); text != NULL; text = word(l))
        TRY(parse_value(row, text));
    if (row->value_count == COUNT_OF(row->values)) return FAIL(E_LIMIT);
    row->values[row->value_count++] = (struct choice_value_row){}; /* ends this list */
    return OK;
}

static status parse_column(struct schema_row *row, struct line *l)
{
    struct schema *s = &row->schema;
    if (s->field_count > 0 || s->column_count == COUNT_OF(row->columns)) return FAIL(E_LIMIT);
    struct schema_column *c = &row->columns[s->column_count];
    *c = (struct schema_column){ .offset = s->columns_bytes, .meaning = l->meaning };
    TRY(word_name(l, &c->name));
    const char *type = word(l);
    for (c->type = 0; c->type < COUNT_OF(column_types); c->type++) {
        if (type != NULL && strcmp(type, column_types[c->type]) == 0) break;
    }
    if (c->type == COUNT_OF(column_types)) return FAIL(E_VALUE);
    c->width = c->type == COLUMN_MARKET || c->type == COLUMN_U16 ? 2 : 1;
    if (c->width > COLUMNS_BYTES_MAX - s->columns_bytes) return FAIL(E_LIMIT);
    TRY(parse_choices(row, l, c));
    s->columns_bytes = (uint8_t)(s->columns_bytes + c->width);
    s->column_count++;
    return OK;
}

static status parse_field_word(struct schema_field *f, const char *text)
{
    static const char within[] = "within=";
    if (strncmp(text, within, sizeof within - 1) == 0) {
        uint64_t id = 0;
        TRY(num_parse_u64(slice_text(text + sizeof within - 1), &id));
        if (id == 0 || id > FIELDS_MAX) return FAIL(E_VALUE);
        f->within = (uint8_t)id;
        return OK;
    }
    for (size_t i = 0; i < COUNT_OF(field_flags); i++) {
        if (strcmp(text, field_flags[i].name) != 0) continue;
        f->flags |= field_flags[i].flag;
        return OK;
    }
    return FAIL(E_VALUE);
}

static status parse_field(struct schema_row *row, struct line *l)
{
    struct schema *s = &row->schema;
    uint64_t id = 0;
    if (s->field_count == COUNT_OF(row->fields)) return FAIL(E_LIMIT);
    TRY(word_number(l, FIELDS_MAX, &id));
    if (id != s->field_count + 1u) return FAIL(E_VALUE);
    struct schema_field *f = &row->fields[s->field_count];
    *f = (struct schema_field){ .meaning = l->meaning };
    TRY(word_name(l, &f->name));
    const char *type = word(l);
    for (f->type = TYPE_ABSENT + 1; f->type <= TYPE_LAST; f->type++) {
        if (type != NULL && strcmp(type, value_type_name(f->type)) == 0) break;
    }
    if (f->type > TYPE_LAST) return FAIL(E_VALUE);
    for (const char *text = word(l); text != NULL; text = word(l))
        TRY(parse_field_word(f, text));
    s->field_count++;
    return OK;
}

static const struct {
    const char *word;
    status (*parse)(struct schema_row *row, struct line *l);
} line_types[] = {
    { "kind", parse_kind },   { "version", parse_version }, { "time", parse_time },
    { "flags", parse_flags }, { "column", parse_column },   { "field", parse_field },
};

static status parse_line(struct schema_row *row, char *text)
{
    struct line l = { .at = text, .meaning = "" };
    char *colon = strstr(text, " : ");
    if (colon != NULL) {
        *colon = '\0';
        l.meaning = colon + 3;
    }
    const char *first = word(&l);
    for (size_t i = 0; first != NULL && i < COUNT_OF(line_types); i++) {
        if (strcmp(first, line_types[i].word) == 0) return line_types[i].parse(row, &l);
    }
    return FAIL(E_SYNTAX);
}

/* Fields that contain each other come later, so that a chain of them ends. */
static bool within_is_sound(const struct schema *s)
{
    for (size_t i = 0; i < s->field_count; i++) {
        const uint8_t within = s->fields[i].within;
        if (within != 0 && (within <= i + 1 || within > s->field_count)) return false;
    }
    return true;
}

static status same_again(slice text, const struct schema_row *row)
{
    uint8_t again[SCHEMA_ROW_BYTES_MAX];
    struct writer w = writer_of(again, sizeof again);
    if (row->schema.name == NULL || row->schema.granularity_s == 0) return FAIL(E_SYNTAX);
    TRY(schema_row_format(&row->schema, &w));
    return slice_equal(writer_slice(&w), text) ? OK : FAIL(E_SYNTAX);
}

status schema_row_parse(slice text, struct schema_row *ret_row, struct fault *fault)
{
    struct cursor c = cursor_of(text);
    slice line = slice_none();
    size_t number = 1;
    if (text.len >= SCHEMA_ROW_BYTES_MAX || !text_is_utf8(text) ||
        memchr(text.at, '\0', text.len) != NULL) {
        return fault_set(fault, FAIL(text.len >= SCHEMA_ROW_BYTES_MAX ? E_LIMIT : E_UTF8),
                         "a schema row is text of less than %d bytes", SCHEMA_ROW_BYTES_MAX);
    }
    *ret_row = (struct schema_row){ .schema = { .columns = ret_row->columns,
                                                .fields = ret_row->fields,
                                                .retention = RETENTION_PERMANENT } };
    bytes_copy(ret_row->text, sizeof ret_row->text, text);
    status s = cursor_line(&c, &line);
    if (s.code == E_OK && line.len + 1 != sizeof magic - 1) s = FAIL(E_SYNTAX);
    while (s.code == E_OK && cursor_left(&c) > 0) {
        char *start = ret_row->text + c.pos;
        number++;
        s = cursor_line(&c, &line);
        if (s.code != E_OK) break;
        start[line.len] = '\0';
        s = parse_line(ret_row, start);
    }
    if (s.code == E_OK) s = same_again(text, ret_row);
    if (s.code == E_OK && !within_is_sound(&ret_row->schema)) s = FAIL(E_VALUE);
    if (s.code == E_OK) return OK;
    return fault_set(fault, s, "schema row, line %zu: %s", number, status_text(s));
}

status schema_row_body(const struct schema *s, struct writer *body)
{
    uint8_t text[SCHEMA_ROW_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    TRY(schema_row_format(s, &w));
    const struct record_field row = { TYPE_TEXT, writer_slice(&w) };
    return body_encode(schema_of(KIND_schema), &row, body);
}
