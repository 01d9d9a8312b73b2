/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal export format (systemd, "Journal Export Formats"): entries of lines FIELD=value; a
 * value with line feeds or other control characters is FIELD, LF, its length in 8 bytes little
 * endian, the bytes, LF. A blank line ends an entry.
 */
#include "base/bytes.h"
#include "intake/program.h"
#include "intake/reader.h"
#include "base/banned.h"

enum { FIELD_NAME_BYTES_MAX = 256 };

static bool is_name(slice name)
{
    if (name.len == 0 || name.len > FIELD_NAME_BYTES_MAX) return false;
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.at[i];
        if (c != '_' && (c < 'A' || c > 'Z') && (c < '0' || c > '9')) return false;
    }
    return true;
}

static bool journal_detect(slice start, bool)
{
    const slice line = reader_first_line(reader_trim(start));
    return slice_starts(line, slice_text("__CURSOR=")) ||
           slice_starts(line, slice_text("__REALTIME_TIMESTAMP="));
}

/* One field at the front of *rest. E_SHORT if it is not all there, E_SYNTAX, E_LIMIT. */
static status take_field(slice *rest, slice *ret_name, slice *ret_value)
{
    const uint8_t *newline = rest->len == 0 ? NULL : memchr(rest->at, '\n', rest->len);
    if (newline == NULL) return FAIL(E_SHORT);
    const slice line = { rest->at, (size_t)(newline - rest->at) };
    const uint8_t *equals = line.len == 0 ? NULL : memchr(line.at, '=', line.len);
    const slice name = { line.at, equals == NULL ? line.len : (size_t)(equals - line.at) };
    slice after = slice_from(*rest, line.len + 1);
    if (!is_name(name)) return FAIL(E_SYNTAX);
    *ret_name = name;
    if (equals != NULL) {
        *ret_value = slice_from(line, name.len + 1);
        *rest = after;
        return OK;
    }
    if (after.len < 8) return FAIL(E_SHORT);
    uint64_t len = 0;
    for (size_t i = 8; i > 0; i--)
        len = len << 8 | after.at[i - 1];
    if (len > EVENT_BYTES_MAX) return FAIL(E_LIMIT);
    after = slice_from(after, 8);
    if (after.len <= len) return FAIL(E_SHORT);
    if (after.at[len] != '\n') return FAIL(E_SYNTAX);
    *ret_value = (slice){ after.at, (size_t)len };
    *rest = slice_from(after, (size_t)len + 1);
    return OK;
}

/* Behind the next blank line: where the next entry starts after a broken one. */
static size_t next_entry(slice data, size_t pos)
{
    for (; pos + 1 < data.len; pos++) {
        if (data.at[pos] == '\n' && data.at[pos + 1] == '\n') return pos + 2;
    }
    return data.len;
}

static enum intake_answer broken_entry(struct intake *in, size_t start, status why,
                                       struct fault *fault)
{
    const char *what = why.code == E_SHORT   ? "the input ends inside an entry"
                       : why.code == E_LIMIT ? "an entry of more than 1 MiB"
                                             : "a malformed field";
    const size_t end =
        why.code == E_SHORT && in->last ? in->data.len : next_entry(in->data, in->pos);
    ignore(fault_set(fault, why, "journal: %s", what), "the answer says so");
    reader_mark(in, start);
    reader_advance(in, end);
    return reader_broken(in, (slice){ in->data.at + start, end - start });
}

/* Adds the fields of the entry at the front of *rest and takes the blank line behind it. */
static status take_entry(struct build *b, slice *rest, bool last)
{
    while (rest->len > 0 && rest->at[0] != '\n') {
        slice name = slice_none();
        slice value = slice_none();
        TRY(take_field(rest, &name, &value));
        build_add(b, name, value, EVENT_TEXT, 0);
    }
    if (rest->len == 0) return last ? OK : FAIL(E_SHORT);
    *rest = slice_from(*rest, 1);
    return OK;
}

static enum intake_answer journal_next(struct intake *in, struct fault *fault)
{
    size_t start = in->pos;
    while (start < in->data.len && in->data.at[start] == '\n')
        start++;
    reader_advance(in, start);
    slice rest = slice_from(in->data, start);
    if (rest.len == 0) return in->last ? INTAKE_END : INTAKE_MORE;
    const status taken = take_entry(&in->build, &rest, in->last);
    const size_t left = in->data.len - start;
    if (taken.code == E_SHORT && !in->last && left <= EVENT_BYTES_MAX) {
        build_reset(&in->build);
        return INTAKE_MORE;
    }
    if (taken.code != E_OK) return broken_entry(in, start, taken, fault);
    const size_t len = left - rest.len;
    if (len > EVENT_BYTES_MAX) return broken_entry(in, start, FAIL(E_LIMIT), fault);
    reader_mark(in, start);
    reader_advance(in, start + len);
    in->raw = (slice){ in->data.at + start, len };
    in->parsed = true;
    const struct event_field *program = build_find(&in->build, "SYSLOG_IDENTIFIER");
    if (program != NULL) in->stated = program_logsource(program->text);
    return INTAKE_EVENT;
}

const struct format intake_journal_format = { "journal", journal_detect, journal_next, NULL };
