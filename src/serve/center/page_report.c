/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One version of a published report: its figures, a page for each number with definition, range and
 * proof, and its files as they were published.
 */
#include "serve/center/page_report.h"

#include "base/bytes.h"
#include "base/num.h"
#include "report/report.h"
#include "serve/center/cells_file.h"
#include "serve/center/page_cell.h"
#include "serve/center/pages.h"
#include "serve/center/report_view.h"
#include "base/banned.h"

enum {
    ROWS_MAX = 400, /* of one page; the rest is in cells.csv */
    VERSION_MAX = 9999,
};

/* ---- its files ---- */

/* Lower-case words with dots, at most one folder deep; so no path leads out. */
static bool is_file_name(slice name)
{
    size_t slashes = 0;
    if (name.len == 0 || name.len > 64) return false;
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.at[i];
        const bool starts = i == 0 || name.at[i - 1] == '/';
        const bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (c == '/' && !starts && ++slashes == 1) continue;
        if (!is_word && (starts || (c != '.' && c != '-'))) return false;
    }
    return name.at[name.len - 1] != '/';
}

static const char *type_of(slice name)
{
    static const struct {
        const char *end;
        const char *type;
    } types[] = {
        { ".csv", "text/csv; charset=utf-8" },   { ".json", "application/json" },
        { ".jsonld", "application/ld+json" },    { ".html", "text/html; charset=utf-8" },
        { "entry", "application/octet-stream" },
    };
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        const slice end = slice_text(types[i].end);
        if (name.len >= end.len && slice_equal(slice_from(name, name.len - end.len), end)) {
            return types[i].type;
        }
    }
    return "text/plain; charset=utf-8";
}

static void send_file(struct page *p, const struct report_view *r, slice name)
{
    char path[128];
    struct fault unused;
    struct file_identity is = {};
    const bool can = p->view->folder != NULL && is_file_name(name) &&
                     report_path(r, name, path, sizeof path) &&
                     file_open(p->view->folder, path, FILE_READ, &p->file, &unused).code == E_OK;
    if (!can) {
        page_refuse(p, 404, "There is no such file", "This report has no file of that name.");
        return;
    }
    p->has_file = file_identify(&p->file, &is, &unused).code == E_OK && is.is_regular;
    p->file_bytes = is.size;
    p->file_tag = (uint64_t)is.mtime_ns ^ is.inode;
    p->type = type_of(name);
    p->cache = "public, max-age=31536000, immutable"; /* a version is never changed */
    if (p->has_file) return;
    file_close(&p->file);
    page_refuse(p, 404, "There is no such file", "This report has no file of that name.");
}

static void put_verify(struct page *p, const struct report_view *r)
{
    page_put(p, "<h2 id=\"check\">Check it</h2>\n");
    report_put_check(p, r, slice_none(), slice_none());
    page_put(p, "<p>With the published entries of the log, on a machine of your own:</p>\n<pre>"
                "candor report verify OUT --vkey ");
    page_text(p, p->view->log_key.len > 0 ? p->view->log_key : slice_text("KEY"));
    page_put(p, " --recount PUBLIC</pre>\n<p>OUT holds the files below, PUBLIC the log as <a "
                "href=\"/log\">its page</a> says. Every number is counted again, and the first one "
                "that differs is named.</p>\n");
}

static void put_files(struct page *p, const struct report_view *r, slice manifest)
{
    static const char *const heads[] = { "File", "SHA-256", NULL };
    static const char *const beside[] = { "manifest", "checkpoint", "proof", "entry" };
    slice rest = manifest;
    slice value = {};
    page_put(p, "<h2 id=\"files\">Files</h2>\n");
    page_table(p, "As they were published", heads);
    while (manifest_next(&rest, "file ", &value)) {
        slice digest = {};
        const slice name = manifest_split(value, &digest);
        page_put(p, "<tr><th scope=\"row\"><a href=\"");
        report_put_base(p, r);
        page_text(p, name);
        page_put(p, "\">");
        page_text(p, name);
        page_put(p, "</a></th><td>");
        page_hash_text(p, digest);
        page_put(p, "</td></tr>\n");
    }
    for (size_t i = 0; i < COUNT_OF(beside); i++) {
        page_printf(p, "<tr><th scope=\"row\"><a href=\"");
        report_put_base(p, r);
        page_printf(p, "%s\">%s</a></th><td>%s</td></tr>\n", beside[i], beside[i],
                    i == 0 ? "named by the record in the log" : "");
    }
    page_table_end(p);
}

static void put_summary(struct page *p, const struct report_view *r, slice manifest)
{
    static const struct {
        const char *word;
        const char *name;
    } rows[] = {
        { "size ", "Entries counted" },          { "counted ", "Numbers anybody can recount" },
        { "opened ", "Numbers an auditor can" }, { "declared ", "Numbers on somebody's word" },
        { "late ", "Entries that came late" },
    };
    page_put(p, "<dl class=\"facts\">\n");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t number = 0;
        const slice value = manifest_value(manifest, rows[i].word);
        if (num_parse_u64(value, &number).code != E_OK) continue;
        page_printf(p, "<div><dt>%s</dt><dd class=\"big\">", rows[i].name);
        page_number(p, number);
        page_put(p, "</dd></div>\n");
    }
    page_put(p, "</dl>\n<dl class=\"rows\">\n");
    page_fact(p, "Root of the log");
    page_hash_text(p, manifest_value(manifest, "root "));
    page_fact_end(p);
    if (r->entry != NULL) {
        page_fact(p, "Published");
        page_time(p, r->entry->entry.time_s);
        page_put(p, ", ");
        page_entry(p, r->entry);
        page_fact_end(p);
        page_fact(p, "Manifest");
        page_hash(p, facts_field(r->entry, FIELD_report_manifest));
        page_fact_end(p);
    }
    page_put(p, "</dl>\n");
}

/* ---- restatements ---- */

static void put_changes(struct page *p, const struct report_view *r)
{
    const slice changes = report_load(p, r, "changes.csv", REPORT_TEXT_BYTES_MAX);
    if (r->version < 2 || r->entry == NULL) return;
    page_put(p, "<h2 id=\"changes\">What changed</h2>\n<p>This version replaces the one before it. "
                "Reason: ");
    page_text(p, facts_field(r->entry, FIELD_report_reason));
    page_put(p, "</p>\n");
    if (changes.len > 0) {
        page_put(p, "<details class=\"more\" open><summary>Each changed number, old and new"
                    "</summary><pre>");
        page_text(p, changes);
        page_put(p, "</pre></details>\n<p><a href=\"");
        report_put_base(p, r);
        page_put(p, "changes.csv\">changes.csv</a></p>\n");
    }
    report_drop(changes);
}

/* ---- numbers ---- */

static void put_line(struct page *p, const struct report_view *r, const struct cells_line *l)
{
    const bool is_whole = l->value_1.len == 0;
    page_put(p, is_whole ? "<tr class=\"all\"><th scope=\"row\">" : "<tr><th scope=\"row\">");
    if (is_whole) page_put(p, "All");
    if (!is_whole) report_put_words(p, l->value_1);
    if (l->value_2.len > 0) {
        page_put(p, " · ");
        report_put_words(p, l->value_2);
    }
    page_put(p, "</th><td class=\"n\"><a href=\"");
    report_put_base(p, r);
    page_put(p, "cells/");
    page_text(p, l->figure);
    if (!is_whole) page_put(p, "/");
    page_text(p, l->value_1);
    if (l->value_2.len > 0) page_put(p, "/");
    page_text(p, l->value_2);
    page_put(p, "\">");
    report_put_value(p, l->value);
    page_put(p, "</a></td><td>");
    page_text(p, l->how);
    page_put(p, "</td></tr>\n");
}

static void put_figure_head(struct page *p, const struct report_view *r, slice id)
{
    static const char *const heads[] = { "Of these", "#Number", "How it is proved", NULL };
    const struct figure *figure = NULL;
    for (size_t i = 0; i < figure_count; i++) {
        if (slice_is(id, figures[i].id)) figure = &figures[i];
    }
    page_put(p, "<h3 id=\"");
    page_text(p, id);
    page_put(p, "\"><a href=\"");
    report_put_base(p, r);
    page_put(p, "figures/");
    page_text(p, id);
    page_put(p, "\">");
    page_text(p, figure != NULL ? slice_text(figure->title) : id);
    page_put(p, "</a></h3>\n");
    page_table(p, figure != NULL ? figure->title : "Numbers", heads);
}

/* The lines of one figure, or (of empty) of all with one column at most. */
static void put_lines(struct page *p, const struct report_view *r, slice cells, slice only)
{
    struct cells_file file = {};
    struct cells_line line = {};
    slice last = slice_none();
    size_t rows = 0;
    if (cells_file_open(cells, &file).code != E_OK) {
        page_empty(p, "The numbers of this version are in its files.");
        return;
    }
    while (rows < ROWS_MAX && cells_file_next(&file, &line)) {
        const bool wanted = only.len > 0 ? slice_equal(line.figure, only) : line.value_2.len == 0;
        if (!wanted) continue;
        if (rows == 0 || !slice_equal(line.figure, last)) {
            if (rows > 0) page_table_end(p);
            put_figure_head(p, r, line.figure);
        }
        last = line.figure;
        put_line(p, r, &line);
        rows++;
    }
    if (rows > 0) page_table_end(p);
    if (rows == ROWS_MAX) page_put(p, "<p>More are in <code>cells.csv</code>.</p>\n");
}

static void write_version(struct page *p, const struct report_view *r)
{
    const slice manifest = report_load(p, r, "manifest", REPORT_TEXT_BYTES_MAX);
    const slice cells = report_load(p, r, "cells.csv", REPORT_CELLS_BYTES_MAX);
    report_begin(p, r, "");
    put_summary(p, r, manifest);
    put_changes(p, r);
    page_put(p,
             "<h2 id=\"numbers\">Numbers</h2>\n<p>Each number leads to its definition, its range "
             "and its proof.</p>\n");
    put_lines(p, r, cells, slice_none());
    put_verify(p, r);
    put_files(p, r, manifest);
    page_end(p, report_not_proven);
    report_drop(manifest);
    report_drop(cells);
}

static void write_figure(struct page *p, const struct report_view *r, slice id)
{
    const slice cells = report_load(p, r, "cells.csv", REPORT_CELLS_BYTES_MAX);
    report_begin(p, r, "One figure");
    page_put(p, "<h2 id=\"numbers\">Numbers</h2>\n");
    const size_t start = p->w.len;
    put_lines(p, r, cells, id);
    const bool has_any = p->w.len > start;
    if (has_any) page_end(p, report_not_proven);
    report_drop(cells);
    if (!has_any)
        page_refuse(p, 404, "There is no such figure", "This report has none of that name.");
}

/* ---- which page ---- */

static bool find_report(const struct facts *facts, struct report_view *r)
{
    size_t at = facts->entry_count;
    for (const struct facts_entry *e = facts_before(facts, KIND_report, &at); e != NULL;
         e = facts_before(facts, KIND_report, &at)) {
        if (!slice_equal(facts_field(e, FIELD_report_period), r->period)) continue;
        const uint64_t version = facts_number(e, FIELD_report_version);
        if (version > r->newest) r->newest = version;
        if (version == r->version || r->version == 0) r->entry = e;
        if (r->version == 0) r->version = version;
    }
    return r->entry != NULL;
}

void page_report(struct page *p, slice rest)
{
    static const char figures_word[] = "figures/";
    static const char cells_word[] = "cells/";
    struct report_period unused;
    struct report_view r = { .period = report_part(&rest) };
    const slice version = report_part(&rest);
    const bool fits = report_period_parse(r.period, &unused).code == E_OK &&
                      (version.len == 0 || (num_parse_u64(version, &r.version).code == E_OK &&
                                            r.version > 0 && r.version <= VERSION_MAX));
    if (!fits || !find_report(p->view->facts, &r)) {
        page_refuse(p, 404, "There is no such report",
                    "No report of that period and version was "
                    "published here.");
    } else if (rest.len == 0) {
        write_version(p, &r);
    } else if (slice_starts(rest, slice_text(figures_word))) {
        write_figure(p, &r, slice_from(rest, sizeof figures_word - 1));
    } else if (slice_starts(rest, slice_text(cells_word))) {
        page_cell(p, &r, slice_from(rest, sizeof cells_word - 1));
    } else {
        send_file(p, &r, rest);
    }
}
