/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lint/check_report.h"

#include "base/num.h"
#include "base/sha256.h"
#include "report/lint/keys.h"
#include "report/lint/label.h"
#include "report/lint/number.h"
#include "report/report.h"
#include "base/banned.h"

enum { NAME_BYTES = 1024 };

/* ---- cells.csv ---- */

slice report_cell_name(const struct table *t, size_t row, uint8_t *room)
{
    static const char *const columns[] = { "figure", "value_1", "value_2" };
    struct writer w = writer_of(room, NAME_BYTES);
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        const slice part = table_cell(t, row, table_column(t, columns[i]));
        if (i > 0 && part.len > 0) writer_text(&w, "/");
        writer_bytes(&w, part);
    }
    return writer_slice(&w);
}

size_t report_number_column(const struct table *t)
{
    const size_t value = table_column(t, "value");
    return value != SIZE_MAX ? value : table_column(t, "count");
}

/* ---- the manifest ---- */

/* The words behind a key of a manifest's line; false if the line has another. */
static bool line_has(slice line, const char *key, slice *ret_name, slice *ret_hash)
{
    const slice prefix = slice_text(key);
    if (!slice_starts(line, prefix)) return false;
    const slice rest = slice_from(line, prefix.len);
    const uint8_t *space = memchr(rest.at, ' ', rest.len);
    if (space == NULL) return false;
    *ret_name = (slice){ rest.at, (size_t)(space - rest.at) };
    *ret_hash = slice_from(rest, ret_name->len + 1);
    return true;
}

static slice next_line(slice *rest)
{
    const uint8_t *end = memchr(rest->at, '\n', rest->len);
    const slice line = { rest->at, end == NULL ? rest->len : (size_t)(end - rest->at) };
    *rest = slice_from(*rest, line.len + (end != NULL));
    return line;
}

/* The hash that a manifest has of a definition; empty if it has none. */
static slice definition_of(const struct lint_file *manifest, slice id)
{
    slice name = {};
    slice hex = {};
    for (slice rest = manifest->bytes; rest.len > 0;) {
        const slice line = next_line(&rest);
        if (line_has(line, "definition ", &name, &hex) && slice_equal(name, id)) return hex;
    }
    return slice_none();
}

static const struct lint_file *file_of(const struct lint *l, const struct lint_file *manifest,
                                       slice name)
{
    for (size_t i = 0; i < l->file_count; i++) {
        const struct lint_file *file = &l->files[i];
        const slice own = slice_text(file->name);
        const size_t skip = file->folder.len == 0 ? 0 : file->folder.len + 1;
        if (file->side == manifest->side && slice_equal(file->folder, manifest->folder) &&
            slice_equal(slice_from(own, skip), name)) {
            return file;
        }
    }
    return NULL;
}

/* ---- TR-66 ---- */

static void check_file(struct lint *l, const struct lint_file *manifest, slice name, slice hex)
{
    uint8_t room[2 * sizeof(hash)];
    struct writer w = writer_of(room, sizeof room);
    const struct lint_file *file = file_of(l, manifest, name);
    if (file == NULL) {
        lint_say(l, 66, LINT_ERROR, place_file(manifest), name,
                 "the manifest names a file that is not there");
        return;
    }
    const hash h = sha256(file->bytes);
    writer_hex(&w, (slice){ h.bytes, sizeof h.bytes });
    if (slice_equal(writer_slice(&w), hex)) return;
    lint_say(l, 66, LINT_ERROR, place_file(file), hex,
             "its SHA-256 is not the one that the manifest names");
}

static void check_files(struct lint *l, const struct lint_file *manifest)
{
    slice name = {};
    slice hex = {};
    for (slice rest = manifest->bytes; rest.len > 0;) {
        const slice line = next_line(&rest);
        if (line_has(line, "file ", &name, &hex)) check_file(l, manifest, name, hex);
    }
}

/* ---- TR-76 ---- */

static status check_provenance(struct lint *l, const struct report_folder *r)
{
    struct report_input in = {};
    struct fault f = {};
    struct keys told = {};
    status s = OK;
    if (report_manifest_read(r->manifest->bytes, &in, &f).code != E_OK) {
        lint_say(l, 76, LINT_ERROR, place_file(r->manifest), slice_none(),
                 "it does not say which period and which entries of which log were counted");
    }
    if (r->cells == NULL) return OK;
    const size_t figure = table_column(&r->cells->table, "figure");
    TRY(keys_init(&told));
    for (size_t row = 1; s.code == E_OK && row < r->cells->table.rows; row++) {
        bool is_new = false;
        size_t first = 0;
        const slice id = table_cell(&r->cells->table, row, figure);
        s = keys_add(&told, id, row, &is_new, &first);
        if (s.code != E_OK || !is_new || definition_of(r->manifest, id).len > 0) continue;
        lint_say(l, 76, LINT_ERROR, (struct place){ r->cells, row, figure }, slice_none(),
                 "the manifest has no definition of the figure");
    }
    keys_done(&told);
    return s;
}

/* ---- TR-73 ---- */

static bool is_suppressed(const struct table *t, size_t row)
{
    return label_is(table_cell(t, row, table_column(t, "mark")), "suppressed");
}

/* How many columns a cell is split by. */
static size_t depth_of(const struct table *t, size_t row)
{
    const bool first = table_cell(t, row, table_column(t, "by_1")).len > 0;
    return (size_t)first + (table_cell(t, row, table_column(t, "by_2")).len > 0);
}

/* The suppressed parts of the whole at a row: wholes stand before their parts. */
static void check_recoverable(struct lint *l, const struct report_folder *r, size_t whole)
{
    const struct table *t = &r->cells->table;
    const size_t depth = depth_of(t, whole);
    const size_t unit = table_column(t, "unit");
    size_t suppressed = 0;
    size_t last = 0;
    if (is_suppressed(t, whole) || !label_is(table_cell(t, whole, unit), "count")) return;
    for (size_t row = whole + 1; row < t->rows && depth_of(t, row) > depth; row++) {
        if (depth_of(t, row) != depth + 1 || !is_suppressed(t, row)) continue;
        suppressed++;
        last = row;
    }
    if (suppressed != 1) return;
    lint_say(l, 73, LINT_ERROR, (struct place){ r->cells, last, report_number_column(t) },
             slice_none(), "it follows from row %zu and the other parts of it", whole + 1);
}

static void check_suppressed(struct lint *l, const struct report_folder *r)
{
    const struct table *t = &r->cells->table;
    if (table_column(t, "mark") == SIZE_MAX) return;
    for (size_t row = 1; row < t->rows; row++) {
        const size_t column = report_number_column(t);
        if (is_suppressed(t, row) && !number_read(table_cell(t, row, column)).blank) {
            lint_say(l, 73, LINT_ERROR, (struct place){ r->cells, row, column }, slice_none(),
                     "a suppressed number is printed");
        }
        if (depth_of(t, row) < 2) check_recoverable(l, r, row);
    }
}

/* ---- TR-64 ---- */

/* A figure about change, and not one like for like. */
static bool is_growth(slice id)
{
    const bool growth = label_has(id, "growth") || label_has(id, "change");
    return growth && !label_has(id, "like for like");
}

static bool definitions_differ(const struct lint_file *older, const struct lint_file *newer)
{
    slice name = {};
    slice hex = {};
    for (slice rest = older->bytes; rest.len > 0;) {
        const slice line = next_line(&rest);
        if (!line_has(line, "definition ", &name, &hex)) continue;
        const slice now = definition_of(newer, name);
        if (now.len > 0 && !slice_equal(now, hex)) return true;
    }
    return false;
}

static void check_growth(struct lint *l, const struct report_folder *r,
                         const struct lint_file *older)
{
    if (r->cells == NULL || older == NULL || !definitions_differ(older, r->manifest)) return;
    const struct table *t = &r->cells->table;
    const size_t figure = table_column(t, "figure");
    for (size_t row = 1; row < t->rows; row++) {
        if (!is_growth(table_cell(t, row, figure))) continue;
        lint_say(l, 64, LINT_ERROR, (struct place){ r->cells, row, figure }, slice_none(),
                 "definitions have changed: growth has to be told like for like");
        return;
    }
}

/* ---- all ---- */

static bool is_manifest(const struct lint_file *file, enum lint_side side)
{
    const slice name = slice_text("manifest");
    const slice own = slice_text(file->name);
    return file->kind == LINT_REPORT && file->side == side && own.len >= name.len &&
           slice_equal(slice_from(own, own.len - name.len), name);
}

static const struct lint_file *older_manifest(const struct lint *l)
{
    for (size_t i = 0; i < l->file_count; i++) {
        if (is_manifest(&l->files[i], LINT_OLD)) return &l->files[i];
    }
    return NULL;
}

status check_reports(struct lint *l, struct fault *f)
{
    for (size_t i = 0; i < l->file_count; i++) {
        const struct lint_file *file = &l->files[i];
        if (!is_manifest(file, LINT_NEW)) continue;
        const struct report_folder r = {
            .manifest = file,
            .cells = file_of(l, file, slice_text("cells.csv")),
            .json = file_of(l, file, slice_text("report.json")),
            .page = file_of(l, file, slice_text("report.html")),
        };
        check_files(l, file);
        if (r.cells != NULL) check_suppressed(l, &r);
        check_growth(l, &r, older_manifest(l));
        status s = check_provenance(l, &r);
        if (s.code == E_OK) s = check_agreement(l, &r);
        if (s.code != E_OK) return fault_set(f, s, "%s", status_text(s));
    }
    return OK;
}
