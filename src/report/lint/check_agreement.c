/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TR-75: report.json says of each cell what cells.csv says, in the same order; so does the page
 * where it has a number for each cell.
 */
#include <stdlib.h>
#include "lib/json.h"
#include "report/lint/check_report.h"
#include "report/lint/number.h"
#include "base/banned.h"

enum { NAME_BYTES = 1024, NUMBER_BYTES = 32 };

static struct place number_place(const struct report_folder *r, size_t row)
{
    return (struct place){ r->cells, row, report_number_column(&r->cells->table) };
}

/* ---- JSON ---- */

/* A number of the document as text; empty for none. */
static slice number_text(const struct json_node *n, char room[NUMBER_BYTES])
{
    struct writer w = writer_of(room, NUMBER_BYTES);
    if (n == NULL || n->type == JSON_NULL) return slice_none();
    if (n->type == JSON_STRING) return n->text;
    if (n->type == JSON_INT) writer_printf(&w, "%lld", (long long)n->number.i);
    if (n->type == JSON_UINT) writer_dec(&w, n->number.u);
    if (n->type == JSON_DOUBLE) writer_printf(&w, "%.17g", n->number.d);
    return writer_slice(&w);
}

static void compare_json_cell(struct lint *l, const struct report_folder *r, size_t row,
                              const struct json_document *d, const struct json_node *cell)
{
    uint8_t name_room[NAME_BYTES];
    char room[NUMBER_BYTES];
    const struct table *t = &r->cells->table;
    const struct json_node *said = json_member(d, cell, "cell");
    const struct json_node *count = json_member(d, cell, "count");
    if (count == NULL) count = json_member(d, cell, "value");
    const slice name = report_cell_name(t, row, name_room);
    const slice text = number_text(count, room);
    const struct number csv = number_read(table_cell(t, row, report_number_column(t)));
    const struct number json = number_read(text);
    if (said == NULL || !slice_equal(said->text, name)) {
        lint_say(l, 75, LINT_ERROR, (struct place){ r->cells, row, PLACE_ROW },
                 said == NULL ? slice_none() : said->text, "report.json has another cell here");
    } else if (!number_equal(&csv, &json)) {
        lint_say(l, 75, LINT_ERROR, number_place(r, row), text, "report.json says something else");
    }
}

static void compare_json(struct lint *l, const struct report_folder *r,
                         const struct json_document *d)
{
    const struct json_node *cells = json_member(d, &d->nodes[0], "cells");
    size_t row = 1;
    if (cells == NULL || cells->type != JSON_ARRAY) {
        lint_say(l, 75, LINT_ERROR, place_file(r->json), slice_none(), "it has no cells");
        return;
    }
    const size_t end = cells->end;
    for (size_t i = (size_t)(cells - d->nodes) + 1; i < end; i = d->nodes[i].end) {
        if (row < r->cells->table.rows) compare_json_cell(l, r, row, d, &d->nodes[i]);
        row++;
    }
    if (row == r->cells->table.rows) return;
    lint_say(l, 75, LINT_ERROR, place_file(r->json), slice_none(),
             "%zu cells, and cells.csv has %zu", row - 1, r->cells->table.rows - 1);
}

static status check_json(struct lint *l, const struct report_folder *r)
{
    struct json_document d = {};
    struct fault f = {};
    struct json_parser *parser = json_parser_new();
    if (parser == NULL) return FAIL(E_NOMEM);
    const status s = json_parse(parser, r->json->bytes, &d, &f);
    if (s.code == E_OK)
        compare_json(l, r, &d);
    else
        lint_say(l, 75, LINT_ERROR, place_file(r->json), slice_none(), "no JSON: %s", f.text);
    json_parser_free(parser);
    return s.code == E_NOMEM ? s : OK;
}

/* ---- the page ---- */

static const char number_cell[] = "<td class=\"n\">";

/* The text of the next number of the page; false behind the last. */
static bool next_number(slice *rest, slice *ret_text)
{
    const size_t len = sizeof number_cell - 1;
    const uint8_t *at = memmem(rest->at, rest->len, number_cell, len);
    if (at == NULL) return false;
    const slice text = slice_from(*rest, (size_t)(at - rest->at) + len);
    const uint8_t *end = memchr(text.at, '<', text.len);
    *ret_text = (slice){ text.at, end == NULL ? text.len : (size_t)(end - text.at) };
    *rest = slice_from(text, ret_text->len);
    return true;
}

static size_t count_numbers(slice rest)
{
    size_t count = 0;
    slice text = {};
    while (next_number(&rest, &text))
        count++;
    return count;
}

static void check_page(struct lint *l, const struct report_folder *r)
{
    const struct table *t = &r->cells->table;
    slice rest = r->page->bytes;
    slice text = {};
    if (count_numbers(rest) != t->rows - 1) return; /* a page that is laid out otherwise */
    for (size_t row = 1; row < t->rows && next_number(&rest, &text); row++) {
        const struct number csv = number_read(table_cell(t, row, report_number_column(t)));
        const struct number page = number_read(text);
        if (csv.blank || number_equal(&csv, &page)) continue;
        lint_say(l, 75, LINT_ERROR, number_place(r, row), text, "the page says something else");
    }
}

status check_agreement(struct lint *l, const struct report_folder *r)
{
    if (r->cells == NULL || report_number_column(&r->cells->table) == SIZE_MAX) return OK;
    if (r->page != NULL) check_page(l, r);
    return r->json == NULL ? OK : check_json(l, r);
}
