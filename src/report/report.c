/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "report/cells.h"
#include "base/banned.h"

enum {
    CELL_BYTES_MAX = 1024, /* of one cell in one file */
    REST_BYTES_MAX = 256 * 1024,
    LINE_BYTES_MAX = 160,
};

struct report {
    struct report_input in; /* its slices and table are dead after report_build */
    struct cells cells;
    struct writer files[REPORT_FILES]; /* owned */
    size_t *marks[REPORT_FILES];       /* owned; where each cell begins; NULL: it has none */
};

static const char *const names[REPORT_FILES] = { "cells.csv", "report.json", "report.html",
                                                 "definitions.txt", "manifest" };

const char *report_file_name(enum report_file file)
{
    return names[file];
}

slice report_file_bytes(const struct report *r, enum report_file file)
{
    return writer_slice(&r->files[file]);
}

uint64_t report_cells(const struct report *r, enum report_how how)
{
    return how == REPORT_COUNTED ? r->cells.count : 0;
}

status report_period_parse(slice text, struct report_period *ret_period)
{
    struct report_period p = {};
    uint8_t january[REPORT_PERIOD_BYTES_MAX];
    const bool half = text.len == 7 && text.at[4] == '-' && text.at[5] == 'H' &&
                      (text.at[6] == '1' || text.at[6] == '2');
    if (text.len != 4 && !half) return FAIL(E_SYNTAX);
    struct writer w = writer_of(january, sizeof january);
    writer_bytes(&w, (slice){ text.at, 4 });
    writer_text(&w, "-01");
    TRY(month_parse(writer_slice(&w), &p.month_first));
    if (half && text.at[6] == '2') p.month_first = (uint16_t)(p.month_first + 6);
    p.month_last = (uint16_t)(p.month_first + (half ? 5 : 11));
    bytes_copy(p.name, sizeof p.name - 1, text);
    *ret_period = p;
    return OK;
}

/* ---- the files ---- */

static void write_by(const struct cell *c, size_t nth, struct writer *w)
{
    const struct schema_column *column = c->plan->by[nth];
    if (nth < c->depth) writer_text(w, column->name);
    writer_text(w, ",");
    if (nth < c->depth) figure_value_print(column, c->by[nth], w);
    writer_text(w, ",");
}

static void write_csv(const struct cell *c, struct writer *w)
{
    writer_printf(w, "%s,", c->figure->id);
    for (size_t i = 0; i < FIGURE_BY_MAX; i++)
        write_by(c, i, w);
    writer_printf(w, "%" PRIu64 ",%" PRIu64 ",counted\n", c->count, c->late);
}

static void write_json(const struct cell *c, struct writer *w)
{
    writer_text(w, "{\"cell\":\"");
    cell_name(c, w);
    writer_printf(w, "\",\"figure\":\"%s\"", c->figure->id);
    for (size_t i = 0; i < c->depth; i++) {
        writer_printf(w, ",\"%s\":\"", c->plan->by[i]->name);
        figure_value_print(c->plan->by[i], c->by[i], w);
        writer_text(w, "\"");
    }
    writer_printf(w, ",\"count\":%" PRIu64 ",\"late\":%" PRIu64 ",\"how\":\"counted\"}", c->count,
                  c->late);
}

static void write_html(const struct cell *c, struct writer *w)
{
    writer_text(w, "<tr><th scope=\"row\">");
    if (c->depth == 0) writer_text(w, "All");
    if (c->depth > 0) figure_value_print(c->plan->by[0], c->by[0], w);
    writer_text(w, "</th><td>");
    if (c->depth > 1) figure_value_print(c->plan->by[1], c->by[1], w);
    writer_printf(w, "</td><td class=\"n\">%" PRIu64 "</td><td>counted</td></tr>\n", c->count);
}

/* A list of cells between a head and a tail. */
static void write_cells(struct report *r, enum report_file file,
                        void (*write)(const struct cell *c, struct writer *w), const char *between)
{
    struct writer *w = &r->files[file];
    for (size_t i = 0; i < r->cells.count; i++) {
        if (i > 0) writer_text(w, between);
        r->marks[file][i] = w->len;
        write(&r->cells.at[i], w);
    }
}

static void write_json_file(struct report *r)
{
    struct writer *w = &r->files[REPORT_JSON];
    writer_printf(w, "{\"format\":\"candor/report@v1\",\"period\":\"%s\",\"origin\":\"%.*s\",",
                  r->in.period.name, (int)r->in.origin.len, (const char *)r->in.origin.at);
    writer_printf(w, "\"size\":%" PRIu64 ",\"cells\":[\n", r->in.size);
    write_cells(r, REPORT_JSON, write_json, ",\n");
    writer_text(w, "\n]}\n");
}

static void write_table_head(const struct cell *c, struct writer *w)
{
    writer_printf(w, "<h2 id=\"%s\">%s</h2>\n<p>%s</p>\n<table>\n<thead><tr>", c->figure->id,
                  c->figure->title, c->figure->meaning);
    for (size_t i = 0; i < FIGURE_BY_MAX; i++)
        writer_printf(w, "<th scope=\"col\">%s</th>",
                      c->plan->by[i] != NULL ? c->plan->by[i]->name : "");
    writer_text(w,
                "<th scope=\"col\">count</th><th scope=\"col\">how</th></tr></thead>\n<tbody>\n");
}

static void write_html_file(struct report *r)
{
    struct writer *w = &r->files[REPORT_HTML];
    writer_printf(w,
                  "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width\">\n"
                  "<title>Transparency report %s</title>\n"
                  "<style>:root{color-scheme:light dark}"
                  "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:auto;"
                  "padding:1rem}table{border-collapse:collapse}th,td{padding:.2rem .8rem;"
                  "text-align:left;border-bottom:1px solid}[scope=row]{overflow-wrap:anywhere}"
                  ".n{text-align:right;"
                  "font-variant-numeric:tabular-nums}</style>\n<h1>Transparency report %s</h1>\n",
                  r->in.period.name, r->in.period.name);
    writer_printf(w,
                  "<p>From the log %.*s, its first %" PRIu64 " entries. Every number is counted "
                  "from public entries: <code>candor report verify</code> counts them again. "
                  "It does not prove that everything that happened was recorded, nor that "
                  "what was recorded is true.</p>\n",
                  (int)r->in.origin.len, (const char *)r->in.origin.at, r->in.size);
    for (size_t i = 0; i < r->cells.count; i++) {
        if (r->cells.at[i].depth == 0) {
            if (i > 0) writer_text(w, "</tbody>\n</table>\n");
            write_table_head(&r->cells.at[i], w);
        }
        r->marks[REPORT_HTML][i] = w->len;
        write_html(&r->cells.at[i], w);
    }
    writer_text(w, "</tbody>\n</table>\n</html>\n");
}

static void write_hash(struct writer *w, const hash *h)
{
    writer_hex(w, (slice){ h->bytes, sizeof h->bytes });
    writer_text(w, "\n");
}

static void write_manifest(struct report *r)
{
    struct writer *w = &r->files[REPORT_MANIFEST];
    writer_printf(w, "candor/report@v1\nperiod %s\norigin %.*s\nsize %" PRIu64 "\nroot ",
                  r->in.period.name, (int)r->in.origin.len, (const char *)r->in.origin.at,
                  r->in.size);
    write_hash(w, &r->in.root);
    writer_printf(w, "counted %zu\nopened 0\ndeclared 0\nlate %" PRIu64 "\nuncounted %" PRIu64 "\n",
                  r->cells.count, r->cells.late, r->cells.uncounted);
    for (size_t i = 0; i < figure_count; i++) {
        const hash h = figure_hash(&figures[i]);
        writer_printf(w, "definition %s ", figures[i].id);
        write_hash(w, &h);
    }
    for (size_t i = 0; i < REPORT_MANIFEST; i++) {
        const hash h = sha256(writer_slice(&r->files[i]));
        writer_printf(w, "file %s ", names[i]);
        write_hash(w, &h);
    }
}

static status write_all(struct report *r, struct fault *f)
{
    writer_text(&r->files[REPORT_CELLS], "figure,by_1,value_1,by_2,value_2,count,late,how\n");
    write_cells(r, REPORT_CELLS, write_csv, "");
    write_json_file(r);
    write_html_file(r);
    for (size_t i = 0; i < figure_count; i++) {
        if (i > 0) writer_text(&r->files[REPORT_DEFINITIONS], "\n");
        figure_define(&figures[i], &r->files[REPORT_DEFINITIONS]);
    }
    write_manifest(r);
    for (size_t i = 0; i < REPORT_FILES; i++) {
        const status s = writer_end(&r->files[i]);
        if (s.code != E_OK) return fault_set(f, s, "%s: too long", names[i]);
    }
    return OK;
}

static status make(struct report *r, struct fault *f)
{
    TRY(report_cells_count(&r->in, &r->cells, f));
    const size_t cap = REST_BYTES_MAX + r->cells.count * CELL_BYTES_MAX;
    for (size_t i = 0; i < REPORT_FILES; i++) {
        r->files[i] = writer_of(malloc(cap), cap);
        r->marks[i] = i <= REPORT_HTML ? calloc(r->cells.count + 1, sizeof *r->marks[i]) : NULL;
        if (r->files[i].at == NULL || (i <= REPORT_HTML && r->marks[i] == NULL)) {
            return fault_set(f, FAIL(E_NOMEM), "out of memory");
        }
    }
    return write_all(r, f);
}

status report_build(const struct report_input *in, struct report **ret_report, struct fault *f)
{
    struct report *r = calloc(1, sizeof *r);
    if (r == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    r->in = *in;
    const status s = make(r, f);
    if (s.code != E_OK) {
        report_free(r);
        return s;
    }
    *ret_report = r;
    return OK;
}

void report_free(struct report *r)
{
    if (r == NULL) return;
    report_cells_done(&r->cells);
    for (size_t i = 0; i < REPORT_FILES; i++) {
        free(r->files[i].at);
        free(r->marks[i]);
    }
    free(r);
}

/* ---- comparing ---- */

/* The line that a place is in. */
static slice line_at(slice text, size_t at)
{
    size_t start = at < text.len ? at : text.len;
    while (start > 0 && text.at[start - 1] != '\n')
        start--;
    const slice rest = slice_from(text, start);
    const uint8_t *end = memchr(rest.at, '\n', rest.len);
    const size_t len = end == NULL ? rest.len : (size_t)(end - rest.at);
    return (slice){ rest.at, len < LINE_BYTES_MAX ? len : LINE_BYTES_MAX };
}

/* The cell that a place of a file belongs to; NULL before the first. */
static const struct cell *cell_at(const struct report *r, enum report_file file, size_t at)
{
    const struct cell *found = NULL;
    for (size_t i = 0; r->marks[file] != NULL && i < r->cells.count; i++) {
        if (r->marks[file][i] > at) break;
        found = &r->cells.at[i];
    }
    return found;
}

status report_compare(const struct report *r, enum report_file file, slice said, struct fault *f)
{
    const slice is = report_file_bytes(r, file);
    uint8_t name[LINE_BYTES_MAX];
    struct writer w = writer_of(name, sizeof name);
    size_t at = 0;
    if (slice_equal(said, is)) return OK;
    while (at < said.len && at < is.len && said.at[at] == is.at[at])
        at++;
    const struct cell *cell = cell_at(r, file, at);
    if (cell != NULL) cell_name(cell, &w);
    const slice says = line_at(said, at);
    const slice should = line_at(is, at);
    return fault_set(f, FAIL(E_INVALID), "%s: %s%.*s: it says \"%.*s\", the log gives \"%.*s\"",
                     names[file], cell != NULL ? "cell " : "line", (int)w.len, (const char *)w.at,
                     (int)says.len, (const char *)says.at, (int)should.len,
                     (const char *)should.at);
}

/* The rest of the line that begins with the key, and what follows the line. */
static bool take_line(slice *rest, const char *key, slice *ret_value)
{
    const slice prefix = slice_text(key);
    const uint8_t *end = memchr(rest->at, '\n', rest->len);
    if (end == NULL || !slice_starts(*rest, prefix)) return false;
    const size_t len = (size_t)(end - rest->at);
    if (len < prefix.len) return false;
    *ret_value = (slice){ rest->at + prefix.len, len - prefix.len };
    *rest = slice_from(*rest, len + 1);
    return true;
}

status report_manifest_read(slice manifest, struct report_input *ret_input, struct fault *f)
{
    struct report_input in = {};
    slice rest = manifest;
    slice first = {};
    slice period = {};
    slice size = {};
    slice root = {};
    const bool fits = take_line(&rest, "candor/report@v1", &first) && first.len == 0 &&
                      take_line(&rest, "period ", &period) &&
                      take_line(&rest, "origin ", &in.origin) && take_line(&rest, "size ", &size) &&
                      take_line(&rest, "root ", &root) &&
                      report_period_parse(period, &in.period).code == E_OK &&
                      num_parse_u64(size, &in.size).code == E_OK &&
                      num_parse_hex(root, in.root.bytes, sizeof in.root.bytes).code == E_OK;
    if (!fits) return fault_set(f, FAIL(E_SYNTAX), "manifest: it is none of candor/report@v1");
    *ret_input = in;
    return OK;
}
