/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV (RFC 4180) with a header: comma, semicolon or tab; quoted fields may hold separators, doubled
 * quotes and line ends. Also the W3C extended log format: lines of "#Fields: a b c", then values
 * with spaces between them.
 */
#include "base/csv.h"
#include "intake/reader.h"
#include "intake/windows.h"
#include "base/banned.h"

static const char w3c_fields[] = "#Fields:";

/* Whether it looks like a column name: printable, not too long, no number. */
static bool is_column(slice name)
{
    enum { COLUMN_BYTES_MAX = 128 };
    if (name.len == 0 || name.len > COLUMN_BYTES_MAX) return false;
    bool letter = false;
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.at[i];
        if (c < 0x20 || c == 0x7f || c == '{' || c == '<' || c == '=') return false;
        letter = letter || (c | 0x20) >= 'a' || c == '_' || c >= 0x80;
    }
    return letter;
}

/* Behind the field that starts at pos. E_SHORT if a quoted one is not closed. */
static status field_end(slice s, size_t pos, uint8_t separator, size_t *ret_end)
{
    if (pos < s.len && s.at[pos] == '"' && separator != ' ') {
        pos = csv_quoted_end(s, pos, s.len);
        if (pos == 0) return FAIL(E_SHORT);
    }
    while (pos < s.len && s.at[pos] != separator && s.at[pos] != '\n')
        pos++;
    *ret_end = pos;
    return OK;
}

/* A field without its quotes. */
static slice unquote(struct build *b, slice field)
{
    if (field.len > 0 && field.at[field.len - 1] == '\r') field.len--;
    if (field.len < 2 || field.at[0] != '"' || field.at[field.len - 1] != '"') return field;
    field = (slice){ field.at + 1, field.len - 2 };
    if (field.len == 0 || memchr(field.at, '"', field.len) == NULL) return field;
    uint8_t *room = build_room(b, field.len);
    if (room == NULL) return field;
    field = csv_undouble(field, room);
    build_keep(b, room, field.len);
    return field;
}

static size_t count_fields(slice line, uint8_t separator)
{
    size_t count = 0;
    for (size_t pos = 0; pos <= line.len; pos++) {
        if (field_end(line, pos, separator, &pos).code != E_OK) return 0;
        count++;
    }
    return count;
}

/* The separator under which all of the line are column names; 0 if there is none. */
static uint8_t separator_of(slice line)
{
    static const uint8_t separators[] = { ',', '\t', ';' };
    for (size_t i = 0; i < COUNT_OF(separators); i++) {
        size_t count = 0;
        bool good = true;
        for (size_t pos = 0; pos <= line.len && good; pos++) {
            const size_t start = pos;
            good = field_end(line, pos, separators[i], &pos).code == E_OK;
            slice name = { line.at + start, pos - start };
            if (name.len > 2 && name.at[0] == '"') name = (slice){ name.at + 1, name.len - 2 };
            good = good && is_column(name);
            count++;
        }
        if (good && count > 1) return separators[i];
    }
    return 0;
}

static bool csv_detect(slice start, bool all)
{
    const slice header = reader_first_line(start);
    if (slice_starts(start, slice_text("#Software:")) ||
        slice_starts(start, slice_text("#Version:")) ||
        slice_starts(start, slice_text(w3c_fields))) {
        return true;
    }
    const uint8_t separator = separator_of(header);
    if (separator == 0 || header.len == start.len) return false;
    const uint8_t *newline = memchr(start.at, '\n', start.len);
    if (newline == NULL) return false;
    const slice rest = slice_from(start, (size_t)(newline - start.at) + 1);
    if (rest.len == 0) return all;
    const slice second = reader_first_line(rest);
    const size_t fields = count_fields(second, separator);
    return fields == 0 || fields == count_fields(header, separator);
}

static void csv_begin(struct intake *in)
{
    in->csv.column_count = 0;
    in->csv.separator = ',';
}

/* Keeps the column names of a header line. False if there are too many. */
static bool take_header(struct intake *in, slice line, uint8_t separator)
{
    struct csv_state *csv = &in->csv;
    if (line.len > sizeof csv->header) return false;
    bytes_copy(csv->header, sizeof csv->header, line);
    const slice header = { csv->header, line.len };
    csv->separator = separator;
    csv->column_count = 0;
    for (size_t pos = 0; pos <= header.len; pos++) {
        const size_t start = pos;
        if (field_end(header, pos, separator, &pos).code != E_OK) return false;
        if (csv->column_count == CSV_COLUMNS_MAX) return false;
        slice name = { header.at + start, pos - start };
        if (name.len >= 2 && name.at[0] == '"') name = (slice){ name.at + 1, name.len - 2 };
        if (name.len == 0 && separator == ' ') continue;
        csv->columns[csv->column_count++] = name;
    }
    return true;
}

static enum intake_answer fault_of(struct intake *in, slice record, const char *what,
                                   struct fault *fault)
{
    ignore(fault_set(fault, FAIL(E_SYNTAX), "CSV: %s", what), "the answer says so");
    return reader_broken(in, record);
}

/* The record at pos, over as many lines as its quotes need. INTAKE_MORE as elsewhere. */
static enum intake_answer take_record(struct intake *in, slice *ret_record, struct fault *fault)
{
    const slice rest = slice_from(in->data, in->pos);
    size_t pos = 0;
    bool closed = true;
    if (rest.len == 0) return in->last ? INTAKE_END : INTAKE_MORE;
    while (pos < rest.len && closed) {
        closed = field_end(rest, pos, in->csv.separator, &pos).code == E_OK;
        if (!closed || pos == rest.len || rest.at[pos] == '\n') break;
        pos++;
    }
    const bool whole = closed && pos < rest.len;
    if (!whole && !in->last && rest.len <= EVENT_BYTES_MAX) return INTAKE_MORE;
    reader_mark(in, in->pos);
    if (whole ? pos > EVENT_BYTES_MAX : rest.len > EVENT_BYTES_MAX || !closed) {
        const slice line = reader_first_line(rest);
        const size_t len = line.len < rest.len ? line.len + 1 : rest.len;
        reader_advance(in, in->pos + len);
        return fault_of(in, line, "a record of more than 1 MiB, or a quote that is not closed",
                        fault);
    }
    *ret_record = (slice){ rest.at, pos };
    reader_advance(in, in->pos + pos + (pos < rest.len));
    return INTAKE_EVENT;
}

static size_t add_fields(struct intake *in, slice record)
{
    const struct csv_state *csv = &in->csv;
    size_t column = 0;
    for (size_t pos = 0; pos <= record.len; pos++) {
        const size_t start = pos;
        if (field_end(record, pos, csv->separator, &pos).code != E_OK) pos = record.len;
        const slice field = unquote(&in->build, (slice){ record.at + start, pos - start });
        if (column < csv->column_count) {
            const bool nil = csv->separator == ' ' && slice_is(field, "-");
            if (!nil) build_add(&in->build, csv->columns[column], field, EVENT_TEXT, 0);
        }
        column++;
    }
    return column;
}

static bool is_blank(slice record)
{
    return reader_trim(record).len == 0;
}

static enum intake_answer csv_next(struct intake *in, struct fault *fault)
{
    slice record = slice_none();
    for (;;) {
        const enum intake_answer answer = take_record(in, &record, fault);
        if (answer != INTAKE_EVENT) return answer;
        const slice line = reader_first_line(record);
        if (is_blank(record)) {
            in->record--;
        } else if (slice_starts(line, slice_text(w3c_fields))) {
            in->record--;
            const slice names = reader_trim(slice_from(line, strlen(w3c_fields)));
            if (!take_header(in, names, ' ')) return fault_of(in, line, "too many columns", fault);
        } else if (in->csv.separator == ' ' && record.at[0] == '#') {
            in->record--;
        } else if (in->csv.column_count == 0) {
            in->record--;
            if (record.at[0] == '#') continue;
            const uint8_t separator = separator_of(line);
            if (separator == 0 || !take_header(in, line, separator)) {
                return fault_of(in, line, "the first line is not a header", fault);
            }
        } else {
            break;
        }
    }
    in->raw = record;
    if (add_fields(in, record) != in->csv.column_count) {
        build_reset(&in->build);
        return fault_of(in, record, "more or fewer fields than the header has", fault);
    }
    windows_flat(&in->build);
    in->parsed = true;
    return INTAKE_EVENT;
}

const struct format intake_csv_format = { "csv", csv_detect, csv_next, csv_begin };
