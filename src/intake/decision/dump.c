/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/decision/dump.h"

#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/banned.h"

enum { UUID_BYTES = 36, CHOICES_MAX = 32, LIGHT_COLUMNS = 34, OLD_COLUMNS = 37 };

enum column_flags {
    COLUMN_LIST = 1u << 0,
    COLUMN_LIGHT = 1u << 1, /* light dumps have it */
    COLUMN_SKIP = 1u << 2,  /* says nothing that a decision has */
    COLUMN_NEW = 1u << 3,   /* since 2025-07-01 */
};

/* In the order of the files. */
static const struct {
    const char *name;
    const char *member; /* NULL: the same */
    uint8_t flags;
} columns[DUMP_COLUMNS_MAX] = {
    { "uuid", NULL, COLUMN_LIGHT | COLUMN_SKIP },
    { "decision_visibility", NULL, COLUMN_LIGHT | COLUMN_LIST },
    { "decision_visibility_other", NULL, COLUMN_LIGHT },
    { "end_date_visibility_restriction", NULL, COLUMN_LIGHT },
    { "decision_monetary", NULL, COLUMN_LIGHT },
    { "decision_monetary_other", NULL, COLUMN_LIGHT },
    { "end_date_monetary_restriction", NULL, COLUMN_LIGHT },
    { "decision_provision", NULL, COLUMN_LIGHT },
    { "end_date_service_restriction", NULL, COLUMN_LIGHT },
    { "decision_account", NULL, COLUMN_LIGHT },
    { "end_date_account_restriction", NULL, COLUMN_LIGHT },
    { "account_type", NULL, COLUMN_LIGHT },
    { "decision_ground", NULL, COLUMN_LIGHT },
    { "decision_ground_reference_url", NULL, COLUMN_LIGHT },
    { "illegal_content_legal_ground", NULL, COLUMN_LIGHT },
    { "illegal_content_explanation", NULL, 0 },
    { "incompatible_content_ground", NULL, COLUMN_LIGHT },
    { "incompatible_content_explanation", NULL, 0 },
    { "incompatible_content_illegal", NULL, COLUMN_LIGHT },
    { "category", NULL, COLUMN_LIGHT },
    { "category_addition", NULL, COLUMN_LIGHT | COLUMN_LIST },
    { "category_specification", NULL, COLUMN_LIGHT | COLUMN_LIST },
    { "category_specification_other", NULL, COLUMN_LIGHT },
    { "content_type", NULL, COLUMN_LIGHT | COLUMN_LIST },
    { "content_type_other", NULL, COLUMN_LIGHT },
    { "content_language", NULL, COLUMN_LIGHT },
    { "content_date", NULL, COLUMN_LIGHT },
    { "content_id_ean", NULL, COLUMN_LIGHT | COLUMN_NEW },
    { "territorial_scope", NULL, COLUMN_LIST },
    { "application_date", NULL, COLUMN_LIGHT },
    { "decision_facts", NULL, 0 },
    { "source_type", NULL, COLUMN_LIGHT },
    { "source_identity", NULL, COLUMN_LIGHT },
    { "automated_detection", NULL, COLUMN_LIGHT },
    { "automated_decision", NULL, COLUMN_LIGHT },
    { "platform_name", NULL, COLUMN_LIGHT | COLUMN_SKIP },
    { "platform_uid", "puid", COLUMN_LIGHT },
    { "created_at", NULL, COLUMN_LIGHT | COLUMN_SKIP },
};

/* ---- the header ---- */

/* The columns of a dump that has so many, or one of them without those that are new. */
static bool is_in(size_t column, bool light, bool old)
{
    if (light && (columns[column].flags & COLUMN_LIGHT) == 0) return false;
    return !old || (columns[column].flags & COLUMN_NEW) == 0;
}

static bool header_is(slice line, bool light, bool old, struct dump *ret_dump)
{
    struct dump d = { .is_light = light };
    for (size_t i = 0; i < DUMP_COLUMNS_MAX; i++) {
        if (!is_in(i, light, old)) continue;
        const slice name = slice_text(columns[i].name);
        if (d.columns > 0) {
            if (line.len == 0 || line.at[0] != ',') return false;
            line = slice_from(line, 1);
        }
        if (!slice_starts(line, name)) return false;
        line = slice_from(line, name.len);
        d.members[d.columns++] = (uint8_t)i;
    }
    *ret_dump = d;
    return line.len == 0;
}

status dump_begin(slice file, struct dump *ret_dump, size_t *ret_used, struct fault *f)
{
    static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };
    const slice bom = { mark, sizeof mark };
    const size_t start = slice_starts(file, bom) ? sizeof mark : 0;
    const slice rest = slice_from(file, start);
    const uint8_t *newline = memchr(rest.at, '\n', rest.len);
    slice line = { rest.at, newline == NULL ? rest.len : (size_t)(newline - rest.at) };
    *ret_used = start + line.len + (newline != NULL);
    if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
    for (unsigned form = 0; form < 4; form++) {
        if (header_is(line, (form & 1) != 0, (form & 2) != 0, ret_dump)) return OK;
    }
    return fault_set(f, FAIL(E_SYNTAX),
                     "the first line is not the header of a dump: %d columns (full), %d (light) "
                     "or %d (before 2025-07-01), uuid first",
                     DUMP_COLUMNS_MAX, LIGHT_COLUMNS, OLD_COLUMNS);
}

size_t dump_field(const struct dump *d, const char *name)
{
    for (size_t i = 0; i < d->columns; i++) {
        if (strcmp(columns[d->members[i]].name, name) == 0) return i;
    }
    return SIZE_MAX;
}

/* ---- one row ---- */

/* One reading of a row. */
struct reading {
    slice in;
    bool escapes;     /* dialect B */
    uint32_t as_text; /* bit n: the nth quote that could end a field is text */
    unsigned choices; /* such quotes met */
    size_t at;
};

static bool is_edge(const struct reading *r, size_t pos)
{
    return pos >= r->in.len || r->in.at[pos] == ',' || r->in.at[pos] == '\n' ||
           r->in.at[pos] == '\r';
}

/* Whether the quote at pos, behind a backslash, is text. */
static bool is_text(struct reading *r, size_t pos)
{
    if (!is_edge(r, pos + 1)) return true;
    const unsigned choice = r->choices++;
    return choice < CHOICES_MAX && (r->as_text & 1u << choice) != 0;
}

/* Behind the closing quote of the field whose text starts at the present place. */
static bool read_quoted(struct reading *r, slice *ret_field)
{
    const size_t start = r->at;
    for (size_t p = start; p < r->in.len; p++) {
        if (r->in.at[p] != '"') continue;
        const bool escaped = r->escapes && p > start && r->in.at[p - 1] == '\\';
        if (escaped && is_text(r, p)) continue;
        if (!escaped && p + 1 < r->in.len && r->in.at[p + 1] == '"') {
            p++;
            continue;
        }
        if (!is_edge(r, p + 1)) return false;
        *ret_field = (slice){ r->in.at + start, p - start };
        r->at = p + 1;
        return true;
    }
    return false;
}

static bool read_field(struct reading *r, slice *ret_field, bool *ret_quoted)
{
    *ret_quoted = r->at < r->in.len && r->in.at[r->at] == '"';
    if (*ret_quoted) {
        r->at++;
        return read_quoted(r, ret_field);
    }
    const size_t start = r->at;
    while (!is_edge(r, r->at)) {
        if (r->in.at[r->at] == '"') return false;
        r->at++;
    }
    *ret_field = (slice){ r->in.at + start, r->at - start };
    return true;
}

static bool is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* 8-4-4-4-12, as every row begins. */
static bool is_uuid(slice text)
{
    if (text.len < UUID_BYTES) return false;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.at[i] != '-' : !is_hex(text.at[i])) return false;
    }
    return true;
}

static bool is_row_start(slice rest)
{
    if (rest.len > 0 && rest.at[0] == '"') rest = slice_from(rest, 1);
    return rest.len == 0 || is_uuid(rest);
}

/* Exactly so many columns, a line end, and then another row or the end. */
static bool read_row(const struct dump *d, struct reading *r, struct dump_row *row)
{
    for (size_t i = 0; i < d->columns; i++) {
        if (i > 0) {
            if (r->at >= r->in.len || r->in.at[r->at] != ',') return false;
            r->at++;
        }
        if (!read_field(r, &row->fields[i], &row->quoted[i])) return false;
    }
    if (r->at < r->in.len && r->in.at[r->at] == '\r') r->at++;
    if (r->at < r->in.len) {
        if (r->in.at[r->at] != '\n') return false;
        r->at++;
    }
    return is_row_start(slice_from(r->in, r->at));
}

/* The next reading to try: the last quote that ended a field is text instead. */
static bool next_reading(struct reading *r)
{
    unsigned last = r->choices < CHOICES_MAX ? r->choices : CHOICES_MAX;
    while (last > 0 && (r->as_text & 1u << (last - 1)) != 0)
        last--;
    if (last == 0) return false;
    r->as_text = (r->as_text & ((1u << (last - 1)) - 1)) | 1u << (last - 1);
    return true;
}

static bool read_escaped(const struct dump *d, slice in, struct dump_row *row, size_t *ret_used)
{
    struct reading r = { .in = in, .escapes = true };
    for (int tries = 0; tries < DUMP_TRIES_MAX; tries++) {
        r.at = 0;
        r.choices = 0;
        if (read_row(d, &r, row)) {
            *ret_used = r.at;
            return true;
        }
        if (!next_reading(&r)) return false;
    }
    return false;
}

/* The bytes up to the next row. */
static size_t skip_row(slice rest)
{
    for (size_t at = 0; at < rest.len;) {
        const uint8_t *newline = memchr(rest.at + at, '\n', rest.len - at);
        if (newline == NULL) break;
        at = (size_t)(newline - rest.at) + 1;
        if (is_row_start(slice_from(rest, at))) return at;
    }
    return rest.len;
}

status dump_next(const struct dump *d, slice rest, struct dump_row *ret_row, size_t *ret_used,
                 struct fault *f)
{
    const slice in = { rest.at, rest.len < DUMP_ROW_BYTES_MAX ? rest.len : DUMP_ROW_BYTES_MAX };
    struct reading r = { .in = in };
    ret_row->dialect = DUMP_PLAIN;
    bool fits = read_row(d, &r, ret_row);
    *ret_used = r.at;
    if (!fits) {
        ret_row->dialect = DUMP_ESCAPED;
        fits = read_escaped(d, in, ret_row, ret_used);
    }
    if (!fits) {
        *ret_used = skip_row(in);
        return fault_set(f, FAIL(E_SYNTAX), "no row of %u columns in either dialect", d->columns);
    }
    ret_row->has_bad_utf8 = !text_is_utf8((slice){ in.at, *ret_used });
    return OK;
}

/* ---- as JSON ---- */

/* Doubled quotes become one; behind a backslash dialect B has them as they are. */
static slice unquoted(slice field, bool escapes, uint8_t *room)
{
    size_t len = 0;
    for (size_t i = 0; i < field.len; i++) {
        room[len++] = field.at[i];
        const bool escaped = escapes && i > 0 && field.at[i - 1] == '\\';
        const bool doubled =
            field.at[i] == '"' && !escaped && i + 1 < field.len && field.at[i + 1] == '"';
        if (doubled) i++;
    }
    return (slice){ room, len };
}

static bool is_word_byte(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/* A JSON list of plain words; anything else is no list. */
static bool is_list(slice text)
{
    bool in_word = false;
    if (text.len < 2 || text.at[0] != '[' || text.at[text.len - 1] != ']') return false;
    for (size_t i = 1; i < text.len - 1; i++) {
        const uint8_t c = text.at[i];
        if (c == '"')
            in_word = !in_word;
        else if (in_word ? !is_word_byte(c) : c != ',' && c != ' ')
            return false;
    }
    return !in_word;
}

static void write_list(struct json_writer *j, slice list)
{
    json_array(j);
    for (size_t i = 0; i < list.len; i++) {
        const size_t start = i;
        while (i < list.len && is_word_byte(list.at[i]))
            i++;
        if (i > start) json_string(j, (slice){ list.at + start, i - start });
    }
    json_array_end(j);
}

static void write_field(struct json_writer *j, size_t column, slice text)
{
    const char *member = columns[column].member;
    if (text.len == 0 || (columns[column].flags & COLUMN_SKIP) != 0) return;
    json_key(j, member != NULL ? member : columns[column].name);
    if ((columns[column].flags & COLUMN_LIST) != 0 && is_list(text))
        write_list(j, text);
    else
        json_string(j, text);
}

void dump_write(const struct dump *d, const struct dump_row *row, struct writer *w)
{
    UNSET uint8_t room[DUMP_ROW_BYTES_MAX]; /* written before it is read */
    struct json_writer j = json_writer_of(w);
    json_object(&j);
    for (size_t i = 0; i < d->columns; i++) {
        const slice field = row->fields[i];
        const bool has_quotes = row->quoted[i] && memchr(field.at, '"', field.len) != NULL;
        const bool escapes = row->dialect == DUMP_ESCAPED;
        write_field(&j, d->members[i], has_quotes ? unquoted(field, escapes, room) : field);
    }
    json_object_end(&j);
    writer_text(w, "\n");
}
