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
    *c = (struct stated_cell){ .name = figure, .figure = figure };
    for (size_t i = 0; i < STATED_BY_MAX; i++)
        c->by[i] = slice_none();
    for (size_t i = 0; i < STATED_WORDS; i++)
        c->words[i] = slice_none();
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

static const char *const names[STATED_WORDS] = { "value",   "unit", "late", "of",
                                                 "unknown", "mark", "how",  "commitment" };

const char *stated_word_name(enum stated_word word)
{
    return names[word];
}

/* What stands behind the names of a cell. */
struct csv_layout {
    const char *head;
    size_t count;
    enum stated_word words[STATED_WORDS];
};

#define CSV_NAMES "figure,by_1,value_1,by_2,value_2,"
static const struct csv_layout layouts[] = {
    { CSV_NAMES "count,late,how", 3, { STATED_VALUE, STATED_LATE, STATED_HOW } },
    { CSV_NAMES "value,unit,late,of,unknown,mark,how,commitment",
      STATED_WORDS,
      { STATED_VALUE, STATED_UNIT, STATED_LATE, STATED_OF, STATED_UNKNOWN, STATED_MARK, STATED_HOW,
        STATED_COMMITMENT } },
};

/* The next field; no field of a report has a quote or a comma in it. */
static status csv_field(slice *line, bool is_last, slice *ret_field)
{
    *ret_field = *line;
    const bool ends = !take_before(line, ",", ret_field);
    return ends == is_last && memchr(ret_field->at, '"', ret_field->len) == NULL ? OK
                                                                                 : FAIL(E_SYNTAX);
}

static status csv_names(struct stated *s, slice *line, struct stated_cell **ret_cell)
{
    slice figure = slice_none();
    TRY(csv_field(line, false, &figure));
    struct stated_cell *c = stated_add(s, figure);
    if (c == NULL) return FAIL(E_LIMIT);
    for (size_t i = 0; i < STATED_BY_MAX; i++) {
        slice value = slice_none();
        TRY(csv_field(line, false, &c->by[i]));
        TRY(csv_field(line, false, &value));
        if (value.len > 0) TRY(stated_deepen(s, c, value));
    }
    *ret_cell = c;
    return OK;
}

static status csv_head(slice line, const struct csv_layout **ret_layout)
{
    for (size_t i = 0; i < COUNT_OF(layouts); i++) {
        if (!slice_is(line, layouts[i].head)) continue;
        *ret_layout = &layouts[i];
        return OK;
    }
    return FAIL(E_SYNTAX);
}

static status csv_line(struct stated *s, void *with, slice line)
{
    const struct csv_layout **layout = with;
    struct stated_cell *c = NULL;
    if (*layout == NULL) return csv_head(line, layout);
    TRY(csv_names(s, &line, &c));
    c->words[STATED_UNIT] = slice_text("count"); /* where a layout does not say it */
    for (size_t i = 0; i < (*layout)->count; i++) {
        TRY(csv_field(&line, i + 1 == (*layout)->count, &c->words[(*layout)->words[i]]));
    }
    return OK;
}

status stated_csv(slice text, struct arena *arena, struct stated *ret_stated, struct fault *fault)
{
    const struct csv_layout *layout = NULL;
    TRY(begin(ret_stated, "cells.csv", text, arena, fault));
    return each_line(text, ret_stated, &layout, csv_line, fault);
}

/* ---- report.json ---- */

struct json {
    slice head; /* what the first line must be */
    enum { JSON_BEFORE, JSON_WITHIN, JSON_BEHIND } where;
};

/* "key":"value" or "key":number, with decimals or without; nothing in a report needs an escape. */
static bool take_member(slice *rest, slice *ret_key, slice *ret_value)
{
    if (!take(rest, "\"") || !take_before(rest, "\":", ret_key)) return false;
    if (take(rest, "\"")) {
        return take_before(rest, "\"", ret_value) &&
               memchr(ret_value->at, '\\', ret_value->len) == NULL;
    }
    size_t len = 0;
    while (len < rest->len &&
           ((rest->at[len] >= '0' && rest->at[len] <= '9') || rest->at[len] == '.'))
        len++;
    *ret_value = (slice){ rest->at, len };
    *rest = slice_from(*rest, len);
    return len > 0;
}

/* "count":3, "hours":1.25 and "share":0.5000 are the number and its unit. */
static bool is_unit(slice key)
{
    return slice_is(key, "count") || slice_is(key, "hours") || slice_is(key, "share");
}

static status json_member(struct stated *s, struct stated_cell *c, slice key, slice value)
{
    size_t depth = 0;
    if (is_unit(key)) {
        c->words[STATED_UNIT] = key;
        c->words[STATED_VALUE] = value;
        return OK;
    }
    for (size_t i = STATED_LATE; i < STATED_WORDS; i++) {
        if (!slice_is(key, names[i])) continue;
        c->words[i] = value;
        return OK;
    }
    while (depth < STATED_BY_MAX && c->by[depth].len > 0)
        depth++;
    if (depth == STATED_BY_MAX) return FAIL(E_SYNTAX);
    c->by[depth] = key;
    return stated_deepen(s, c, value);
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

/* ---- pages ---- */

status stated_page_number(slice *rest, slice *ret_number)
{
    slice before = slice_none();
    if (!take_before(rest, "<td class=\"n", &before)) return FAIL(E_NOT_FOUND);
    if (!take_before(rest, ">", &before)) return FAIL(E_SYNTAX);
    if (!take_before(rest, "</td>", ret_number)) return FAIL(E_SYNTAX);
    return memchr(ret_number->at, '<', ret_number->len) == NULL ? OK : FAIL(E_SYNTAX);
}

/* Writes the number of a cell as a page shows it, but for the groups of its digits. */
static void write_shown(const struct stated_cell *c, struct writer *w)
{
    const slice value = c->words[STATED_VALUE];
    const slice unit = c->words[STATED_UNIT];
    const slice mark = c->words[STATED_MARK];
    if (slice_is(mark, "not_applicable")) {
        writer_text(w, "none");
    } else if (mark.len > 0) {
        writer_bytes(w, mark);
    } else if (slice_is(unit, "share") && value.len == 6) { /* 0.1234 is 12.34 % */
        const size_t zeros = value.at[0] != '0' ? 0 : value.at[2] != '0' ? 2 : 3;
        if (zeros == 0) writer_u8(w, value.at[0]);
        for (size_t i = zeros == 0 ? 2 : zeros; i < value.len; i++) {
            if (i == 4) writer_u8(w, '.');
            writer_u8(w, value.at[i]);
        }
        writer_text(w, " %");
    } else {
        writer_bytes(w, value);
        if (slice_is(unit, "hours")) writer_text(w, " h");
    }
}

bool stated_is_shown(const struct stated_cell *c, slice shown)
{
    enum { SHOWN_BYTES_MAX = 64 };
    uint8_t text[SHOWN_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    size_t at = 0;
    write_shown(c, &w);
    if (writer_end(&w).code != E_OK) return false;
    for (size_t i = 0; i < shown.len; i++) {
        if (shown.at[i] == ',') continue;
        if (at == w.len || shown.at[i] != text[at++]) return false;
    }
    return at == w.len;
}
