/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/report/stated.h"

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/writer.h"
#include "base/banned.h"

status stated_room(struct stated *s, const char *file, size_t cap, struct arena *arena)
{
    if (cap > STATED_CELLS_MAX) return FAIL(E_LIMIT);
    *s = (struct stated){ .arena = arena, .file = file, .cap = cap };
    s->at = arena_array(arena, cap + 1, sizeof *s->at);
    return s->at == NULL ? FAIL(E_NOMEM) : OK;
}

struct stated_cell *stated_add(struct stated *s, slice figure)
{
    if (s->count == s->cap) return NULL;
    struct stated_cell *c = &s->at[s->count++];
    const slice none = slice_none();
    *c = (struct stated_cell){ figure, figure, { none, none }, none, none, none };
    return c;
}

status stated_deepen(struct stated *s, struct stated_cell *c, slice value)
{
    const size_t len = c->name.len + 1 + value.len;
    uint8_t *room = arena_take(s->arena, len);
    if (room == NULL) return FAIL(E_NOMEM);
    struct writer w = writer_of(room, len);
    writer_bytes(&w, c->name);
    writer_u8(&w, '/');
    writer_bytes(&w, value);
    c->name = writer_slice(&w);
    return writer_end(&w);
}

/* ---- lines ---- */

static size_t count_lines(slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.at[i] == '\n';
    return count;
}

/* Reads each line of a file. */
static status each_line(slice text, struct stated *s, void *with,
                        status (*read)(struct stated *s, void *with, slice line),
                        struct fault *fault)
{
    struct cursor c = cursor_of(text);
    for (size_t number = 1; cursor_left(&c) > 0; number++) {
        slice line = slice_none();
        status done = cursor_line(&c, &line);
        if (done.code == E_OK) done = read(s, with, line);
        if (done.code != E_OK) {
            return fault_set(fault, done.code == E_SHORT ? FAIL(E_SYNTAX) : done,
                             "%s, line %zu: %s", s->file, number, status_text(done));
        }
    }
    return OK;
}

static status begin(struct stated *s, const char *file, slice text, struct arena *arena,
                    struct fault *fault)
{
    const status done = stated_room(s, file, count_lines(text), arena);
    return done.code == E_OK ? OK : fault_set(fault, done, "%s: %s", file, status_text(done));
}

/* Takes the text off the front. */
static bool take(slice *rest, const char *text)
{
    const slice front = slice_text(text);
    if (!slice_starts(*rest, front)) return false;
    *rest = slice_from(*rest, front.len);
    return true;
}

/* Takes what stands before the text, and the text. */
static bool take_before(slice *rest, const char *text, slice *ret_before)
{
    const size_t len = strlen(text);
    const uint8_t *end = memmem(rest->at, rest->len, text, len);
    if (end == NULL) return false;
    *ret_before = (slice){ rest->at, (size_t)(end - rest->at) };
    *rest = slice_from(*rest, ret_before->len + len);
    return true;
}

/* ---- cells.csv ---- */

enum csv_column {
    CSV_FIGURE,
    CSV_BY_1,
    CSV_VALUE_1,
    CSV_BY_2,
    CSV_VALUE_2,
    CSV_COUNT,
    CSV_LATE,
    CSV_HOW,
    CSV_COLUMNS
};

struct csv {
    bool is_headed;
};

/* No field of a report has a quote or a comma in it. */
static status csv_fields(slice line, slice fields[CSV_COLUMNS])
{
    if (memchr(line.at, '"', line.len) != NULL) return FAIL(E_SYNTAX);
    for (size_t i = 0; i < CSV_COLUMNS; i++) {
        const bool is_last = i + 1 == CSV_COLUMNS;
        fields[i] = line;
        if (is_last && memchr(line.at, ',', line.len) != NULL) return FAIL(E_SYNTAX);
        if (!is_last && !take_before(&line, ",", &fields[i])) return FAIL(E_SYNTAX);
    }
    return OK;
}

static status csv_line(struct stated *s, void *with, slice line)
{
    static const char head[] = "figure,by_1,value_1,by_2,value_2,count,late,how";
    struct csv *csv = with;
    slice fields[CSV_COLUMNS];
    if (!csv->is_headed) {
        csv->is_headed = true;
        return slice_is(line, head) ? OK : FAIL(E_SYNTAX);
    }
    TRY(csv_fields(line, fields));
    struct stated_cell *c = stated_add(s, fields[CSV_FIGURE]);
    if (c == NULL) return FAIL(E_LIMIT);
    for (size_t i = 0; i < STATED_BY_MAX; i++) {
        const slice value = fields[CSV_VALUE_1 + 2 * i];
        c->by[i] = fields[CSV_BY_1 + 2 * i];
        if (value.len > 0) TRY(stated_deepen(s, c, value));
    }
    c->count = fields[CSV_COUNT];
    c->late = fields[CSV_LATE];
    c->how = fields[CSV_HOW];
    return OK;
}

status stated_csv(slice text, struct arena *arena, struct stated *ret_stated, struct fault *fault)
{
    struct csv csv = {};
    TRY(begin(ret_stated, "cells.csv", text, arena, fault));
    return each_line(text, ret_stated, &csv, csv_line, fault);
}

/* ---- report.json ---- */

struct json {
    slice head; /* what the first line must be */
    enum { JSON_BEFORE, JSON_WITHIN, JSON_BEHIND } where;
};

/* "key":"value" or "key":number; nothing in a report needs an escape. */
static bool take_member(slice *rest, slice *ret_key, slice *ret_value)
{
    if (!take(rest, "\"") || !take_before(rest, "\":", ret_key)) return false;
    if (take(rest, "\"")) {
        return take_before(rest, "\"", ret_value) &&
               memchr(ret_value->at, '\\', ret_value->len) == NULL;
    }
    size_t len = 0;
    while (len < rest->len && rest->at[len] >= '0' && rest->at[len] <= '9')
        len++;
    *ret_value = (slice){ rest->at, len };
    *rest = slice_from(*rest, len);
    return len > 0;
}

static status json_member(struct stated *s, struct stated_cell *c, slice key, slice value)
{
    if (slice_is(key, "count")) {
        c->count = value;
    } else if (slice_is(key, "late")) {
        c->late = value;
    } else if (slice_is(key, "how")) {
        c->how = value;
    } else {
        size_t depth = 0;
        while (depth < STATED_BY_MAX && c->by[depth].len > 0)
            depth++;
        if (depth == STATED_BY_MAX) return FAIL(E_SYNTAX);
        c->by[depth] = key;
        return stated_deepen(s, c, value);
    }
    return OK;
}

/* The name that the cell gives itself must be made of its figure and its values. */
static status json_cell(struct stated *s, slice line)
{
    slice key = slice_none();
    slice name = slice_none();
    slice value = slice_none();
    if (!take(&line, "{\"cell\":\"") || !take_before(&line, "\",", &name)) return FAIL(E_SYNTAX);
    if (!take_member(&line, &key, &value) || !slice_is(key, "figure")) return FAIL(E_SYNTAX);
    struct stated_cell *c = stated_add(s, value);
    if (c == NULL) return FAIL(E_LIMIT);
    while (take(&line, ",")) {
        if (!take_member(&line, &key, &value)) return FAIL(E_SYNTAX);
        TRY(json_member(s, c, key, value));
    }
    if (!take(&line, "}") || !slice_equal(c->name, name)) return FAIL(E_SYNTAX);
    return line.len == 0 || slice_is(line, ",") ? OK : FAIL(E_SYNTAX);
}

static status json_line(struct stated *s, void *with, slice line)
{
    struct json *json = with;
    if (json->where == JSON_BEFORE) {
        json->where = JSON_WITHIN;
        return slice_equal(line, json->head) ? OK : FAIL(E_SYNTAX);
    }
    if (json->where == JSON_BEHIND) return FAIL(E_TRAILING);
    if (!slice_is(line, "]}")) return json_cell(s, line);
    json->where = JSON_BEHIND;
    return OK;
}

status stated_json(slice text, slice head, struct arena *arena, struct stated *ret_stated,
                   struct fault *fault)
{
    struct json json = { .head = head };
    TRY(begin(ret_stated, "report.json", text, arena, fault));
    TRY(each_line(text, ret_stated, &json, json_line, fault));
    if (json.where == JSON_BEHIND) return OK;
    return fault_set(fault, FAIL(E_SYNTAX), "report.json: ends within its cells");
}

/* ---- report.html ---- */

/* A row is a line; what else stands on the page is for people alone. */
static status html_row(struct stated *s, slice line, slice figure)
{
    slice values[STATED_BY_MAX];
    struct stated_cell *c = stated_add(s, figure);
    if (c == NULL) return FAIL(E_LIMIT);
    const bool fits = take_before(&line, "</th><td>", &values[0]) &&
                      take_before(&line, "</td><td class=\"n\">", &values[1]) &&
                      take_before(&line, "</td><td>", &c->count) &&
                      take_before(&line, "</td></tr>", &c->how) && line.len == 0;
    if (!fits || memchr(c->count.at, '<', c->count.len) != NULL) return FAIL(E_SYNTAX);
    if (slice_is(values[0], "All")) return values[1].len == 0 ? OK : FAIL(E_SYNTAX);
    for (size_t i = 0; i < STATED_BY_MAX; i++) {
        if (values[i].len > 0) TRY(stated_deepen(s, c, values[i]));
    }
    return OK;
}

static status html_line(struct stated *s, void *with, slice line)
{
    slice *figure = with;
    if (take(&line, "<h2 id=\"")) return take_before(&line, "\"", figure) ? OK : FAIL(E_SYNTAX);
    if (take(&line, "<tr><th scope=\"row\">")) return html_row(s, line, *figure);
    const bool has_row = memmem(line.at, line.len, "<tr", 3) != NULL;
    const bool is_head = slice_starts(line, slice_text("<thead><tr><th scope=\"col\">"));
    return has_row && !is_head ? FAIL(E_SYNTAX) : OK;
}

status stated_html(slice text, struct arena *arena, struct stated *ret_stated, struct fault *fault)
{
    slice figure = slice_none();
    TRY(begin(ret_stated, "report.html", text, arena, fault));
    return each_line(text, ret_stated, &figure, html_line, fault);
}
