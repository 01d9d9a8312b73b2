/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each file is: by its content where that tells, else by its name.
 */
#include "intake/decision/dump.h"
#include "report/lint/check.h"
#include "report/lint/label.h"
#include "report/lint/number.h"
#include "report/lint/versions.h"
#include "report/template/template.h"
#include "base/banned.h"

static slice base_name(const struct lint_file *file)
{
    const size_t skip = file->folder.len == 0 ? 0 : file->folder.len + 1;
    return slice_from(slice_text(file->name), skip);
}

static bool ends_with(slice text, const char *end)
{
    const slice tail = slice_text(end);
    return text.len >= tail.len && label_same(slice_from(text, text.len - tail.len), tail);
}

/* ---- files of a report folder ---- */

static const char cells_name[] = "cells.csv";
static const char manifest_name[] = "manifest";

static bool is_manifest(const struct lint_file *file)
{
    return slice_is(base_name(file), manifest_name) &&
           slice_starts(file->bytes, slice_text("candor/report@"));
}

static bool has_manifest(const struct lint *l, const struct lint_file *file)
{
    for (size_t i = 0; i < l->file_count; i++) {
        const struct lint_file *other = &l->files[i];
        if (other->side == file->side && slice_equal(other->folder, file->folder) &&
            is_manifest(other)) {
            return true;
        }
    }
    return false;
}

static bool is_of_report(const struct lint *l, const struct lint_file *file)
{
    static const char *const names[] = { cells_name, "report.json", "report.html",
                                         "definitions.txt", manifest_name };
    bool named = false;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        named = named || slice_is(base_name(file), names[i]);
    return named && has_manifest(l, file);
}

/* ---- parts ---- */

/* How many columns of the part's template the header has. */
static size_t columns_found(const struct table *t, size_t part)
{
    size_t count = 0;
    size_t found = 0;
    const struct template_column *columns = template_columns(part, &count);
    for (size_t i = 0; i < count; i++)
        found += table_column(t, columns[i].name) != SIZE_MAX;
    return found;
}

/* The number in a name like "part_5_own_initiative_illegal.csv" or "5_own….csv"; 0 if none. */
static uint8_t number_in(slice name)
{
    const slice prefix = slice_text("part");
    unsigned number = 0;
    size_t digits = 0;
    if (name.len >= prefix.len && label_same((slice){ name.at, prefix.len }, prefix)) {
        name = slice_from(name, prefix.len);
        if (name.len > 0 && (name.at[0] == '_' || name.at[0] == '-' || name.at[0] == ' ')) {
            name = slice_from(name, 1);
        }
    }
    while (digits < name.len && digits < 3 && name.at[digits] >= '0' && name.at[digits] <= '9')
        number = number * 10 + (unsigned)(name.at[digits++] - '0');
    const bool ends = digits == name.len || name.at[digits] == '_' || name.at[digits] == '-' ||
                      name.at[digits] == ' ' || name.at[digits] == '.';
    return digits > 0 && ends && number <= TEMPLATE_PARTS ? (uint8_t)number : 0;
}

/* The part whose template has most of the header; the first of equals. A part needs half of it. */
static uint8_t part_of(const struct lint_file *file)
{
    const uint8_t named = number_in(base_name(file));
    uint8_t best = 0;
    size_t best_found = 0;
    for (uint8_t part = 1; part <= TEMPLATE_PARTS; part++) {
        size_t count = 0;
        template_columns(part, &count);
        const size_t found = columns_found(&file->table, part);
        if (found * 2 < count + 1 || found < best_found) continue;
        if (found == best_found && part != named) continue;
        best = part;
        best_found = found;
    }
    return best;
}

/* ---- all ---- */

static bool is_dump(slice bytes)
{
    struct dump d = {};
    struct fault f = {};
    size_t used = 0;
    return dump_begin(bytes, &d, &used, &f).code == E_OK;
}

static status recognise(struct lint *l, struct lint_file *file, struct fault *f)
{
    if (is_of_report(l, file)) {
        file->kind = LINT_REPORT;
        if (!slice_is(base_name(file), cells_name)) return OK;
        return check_table(l, file, f);
    }
    if (is_dump(file->bytes)) {
        file->kind = LINT_DUMP;
        return OK;
    }
    if (!ends_with(base_name(file), ".csv")) return OK;
    file->kind = LINT_TIDY;
    TRY(check_table(l, file, f));
    file->is_changes = is_changes(file);
    if (file->is_changes) return OK;
    file->part = part_of(file);
    file->named_part = number_in(base_name(file));
    if (file->part != 0) file->kind = LINT_PART;
    return OK;
}

status recognise_all(struct lint *l, struct fault *f)
{
    size_t known = 0;
    for (size_t i = 0; i < l->file_count; i++) {
        TRY(recognise(l, &l->files[i], f));
        known += l->files[i].kind != 0 && l->files[i].side == LINT_NEW;
    }
    if (known > 0) return OK;
    return fault_set(f, FAIL(E_SYNTAX), "no CSV file and no report that a rule is about");
}
