/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/page_cell.h"

#include "base/bytes.h"
#include "serve/center/cells_file.h"
#include "base/banned.h"

static bool find_cell(slice cells, slice name, struct cells_line *ret_line)
{
    struct cells_file file = {};
    const slice figure = report_part(&name);
    const slice value_1 = report_part(&name);
    if (cells_file_open(cells, &file).code != E_OK) return false;
    while (cells_file_next(&file, ret_line)) {
        if (slice_equal(ret_line->figure, figure) && slice_equal(ret_line->value_1, value_1) &&
            slice_equal(ret_line->value_2, name)) {
            return true;
        }
    }
    return false;
}

/* The definition of that figure: from its first line to an empty one. */
static slice definition_of(slice definitions, slice id)
{
    static const char between[] = "\n\n";
    slice rest = definitions;
    while (rest.len > 0) {
        size_t len = 0;
        while (len < rest.len && !slice_starts(slice_from(rest, len), slice_text(between)))
            len++;
        const slice one = { rest.at, len };
        slice lines = one;
        slice value = {};
        if (manifest_next(&lines, "id ", &value) && slice_equal(value, id)) return one;
        rest = slice_from(rest, len + 2 < rest.len ? len + 2 : rest.len);
    }
    return slice_none();
}

static void put_definition(struct page *p, const struct report_view *r, slice manifest, slice id)
{
    const slice definitions = report_load(p, r, "definitions.txt", REPORT_TEXT_BYTES_MAX);
    slice rest = manifest;
    slice value = {};
    page_put(p, "<h2 id=\"definition\">What it counts</h2>\n<pre>");
    page_text(p, definition_of(definitions, id));
    page_put(p, "</pre>\n");
    while (manifest_next(&rest, "definition ", &value)) {
        slice digest = {};
        if (!slice_equal(manifest_split(value, &digest), id)) continue;
        page_put(p, "<div>The SHA-256 of this definition is part of the manifest: ");
        page_hash_text(p, digest);
        page_put(p, "</div>\n");
    }
    report_drop(definitions);
}

static void put_how(struct page *p, slice how)
{
    static const struct {
        const char *how;
        const char *means;
    } rows[] = {
        { "counted", "Anybody can count it again from public entries of the log." },
        { "opened", "An auditor who may open private values can recompute it." },
        { "declared", "It is somebody's word: a record in the log says whose, and how they came to "
                      "it." },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_is(how, rows[i].how)) page_printf(p, "<b>%s.</b> %s", rows[i].how, rows[i].means);
    }
}

static void put_cell_facts(struct page *p, const struct report_view *r, slice manifest, slice name,
                           const struct cells_line *l)
{
    page_put(p, "<dl class=\"facts\"><div><dt>Number</dt><dd class=\"big\">");
    report_put_value(p, l->value);
    page_put(p, "</dd></div></dl>\n<dl class=\"rows\">\n");
    page_fact(p, "Name of the cell");
    page_put(p, "<code>");
    page_text(p, name);
    page_put(p, "</code>");
    page_fact_end(p);
    page_fact(p, "Range");
    page_put(p, "entries 0 to ");
    report_put_value(p, manifest_value(manifest, "size "));
    page_put(p, " of the log, those of the period ");
    page_text(p, r->period);
    page_fact_end(p);
    page_fact(p, "How it is proved");
    put_how(p, l->how);
    page_fact_end(p);
    if (l->late.len > 0) {
        page_fact(p, "Came late");
        report_put_value(p, l->late);
        page_fact_end(p);
    }
    page_put(p, "</dl>\n");
}

void page_cell(struct page *p, const struct report_view *r, slice name)
{
    const slice cells = report_load(p, r, "cells.csv", REPORT_CELLS_BYTES_MAX);
    const slice manifest = report_load(p, r, "manifest", REPORT_TEXT_BYTES_MAX);
    struct cells_line line = {};
    if (find_cell(cells, name, &line)) {
        report_begin(p, r, "One number");
        put_cell_facts(p, r, manifest, name, &line);
        put_definition(p, r, manifest, line.figure);
        page_put(p, "<h2 id=\"check\">Check it</h2>\n");
        report_put_check(p, r, name, line.value);
        page_put(p,
                 "<p>Count it again: fetch the published entries, as <a href=\"/log\">the log</a> "
                 "says, and run <code>candor report verify</code>.</p>\n");
        page_end(p, report_not_proven);
    } else {
        page_refuse(p, 404, "There is no such number", "This report has none of that name.");
    }
    report_drop(cells);
    report_drop(manifest);
}
