/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts, columns and fixed labels: TR-01, TR-04, TR-05, TR-13.
 */
#include "report/lint/check_set.h"
#include "report/lint/label.h"
#include "base/banned.h"

/* ---- parts ---- */

/* "part 9": a reason for its absence names it. */
static bool is_excused(const struct set *s, uint8_t number)
{
    const struct part *texts = &s->parts[11];
    const int value = part_role(texts, ROLE_VALUE);
    uint8_t name[16];
    struct writer w = writer_of(name, sizeof name);
    writer_printf(&w, "part %u", number);
    writer_u8(&w, '\0');
    for (size_t i = 0; texts->file != NULL && i < texts->row_count; i++) {
        const slice text = part_cell(texts, &texts->rows[i], (size_t)value);
        if (label_has(text, (const char *)name)) return true;
    }
    return false;
}

static void check_missing(struct lint *l, const struct set *s, const struct lint_file *any)
{
    for (uint8_t n = 1; n <= TEMPLATE_PARTS; n++) {
        const bool due = template_parts[n - 1].tier <= s->tier && n != 2;
        if (!due || s->parts[n].file != NULL || is_excused(s, n)) continue;
        lint_say(l, 1, LINT_ERROR, place_file(any), slice_text(template_parts[n - 1].stem),
                 "part %u is missing, and no text gives a reason", n);
    }
}

static void check_file(struct lint *l, const struct set *s, const struct lint_file *file)
{
    if (file->is_changes) return;
    if (file->kind == LINT_TIDY) {
        lint_say(l, 1, LINT_WARNING, place_file(file), slice_none(),
                 "the file is no part of the harmonised report");
        return;
    }
    if (s->parts[file->part].file != file) {
        lint_say(l, 1, LINT_WARNING, place_file(file), slice_none(), "part %u is there twice",
                 file->part);
        return;
    }
    if (file->named_part == file->part) return;
    lint_say(l, 1, LINT_WARNING, place_file(file), slice_text(template_parts[file->part - 1].stem),
             "this is part %u by its columns, and the name does not say so", file->part);
}

static void check_parts(struct lint *l, const struct set *s)
{
    const struct lint_file *any = NULL;
    for (size_t i = 0; i < l->file_count; i++) {
        const struct lint_file *file = &l->files[i];
        const bool here = file->side == LINT_NEW && slice_equal(file->folder, s->folder);
        if (!here || (file->kind != LINT_PART && file->kind != LINT_TIDY)) continue;
        if (file->kind == LINT_PART && (any == NULL || file->part < any->part)) any = file;
        check_file(l, s, file);
    }
    if (any != NULL) check_missing(l, s, any);
}

/* ---- columns ---- */

static bool is_mapped(const struct part *p, size_t at)
{
    for (size_t i = 0; i < p->column_count; i++) {
        if (p->at[i] == (int32_t)at) return true;
    }
    return false;
}

static void check_added(struct lint *l, const struct part *p)
{
    const struct table *t = &p->file->table;
    for (size_t at = 0; at < t->columns; at++) {
        if (is_mapped(p, at)) continue;
        const bool empty = label_trim(table_cell(t, 0, at)).len == 0;
        lint_say(l, 4, LINT_WARNING, (struct place){ p->file, 0, at }, slice_none(), "%s",
                 empty ? "an empty column" : "a column that the template does not have");
    }
}

static void check_columns(struct lint *l, const struct part *p)
{
    const struct table *t = &p->file->table;
    int32_t last = NONE;
    for (size_t i = 0; i < p->column_count; i++) {
        const slice name = slice_text(p->columns[i].name);
        if (p->at[i] == NONE) {
            lint_say(l, 4, LINT_ERROR, (struct place){ p->file, 0, PLACE_ROW }, name,
                     "a column of the template is missing");
            continue;
        }
        const struct place place = { p->file, 0, (size_t)p->at[i] };
        if (!label_same(table_cell(t, 0, place.column), name)) {
            lint_say(l, 5, LINT_WARNING, place, name, "the header differs from the template");
        }
        if (p->at[i] < last) {
            lint_say(l, 4, LINT_WARNING, place, slice_none(),
                     "columns stand in another order than in the template");
            break;
        }
        last = p->at[i];
    }
    check_added(l, p);
}

/* ---- fixed labels ---- */

static void check_label(struct lint *l, const struct part *p, const struct part_row *row,
                        enum template_role role, const char *want)
{
    const int column = part_role(p, role);
    if (column == NONE || want[0] == '\0') return;
    const slice is = part_cell(p, row, (size_t)column);
    if (label_same(is, slice_text(want)) || p->at[column] == NONE) return;
    lint_say(l, 5, LINT_WARNING, part_place(p, row, (size_t)column), slice_text(want),
             "the label differs from the template");
}

static void check_list_row(struct lint *l, const struct part *p, const struct part_row *row)
{
    const int indicator = part_role(p, ROLE_INDICATOR);
    if (row->indicator == NONE) {
        lint_say(l, 5, LINT_WARNING, part_place(p, row, (size_t)indicator), slice_none(),
                 "no indicator of the template");
        return;
    }
    const enum template_indicator id = (enum template_indicator)row->indicator;
    check_label(l, p, row, ROLE_SECTION, template_section(id));
    check_label(l, p, row, ROLE_INDICATOR, template_indicator(id));
    if (row->scope == SCOPE_UNKNOWN || row->scope == SCOPE_TOTAL_NUMBER) return;
    check_label(l, p, row, ROLE_SCOPE, template_scope((enum template_scope)row->scope));
}

static void check_applicability(struct lint *l, const struct part *p, const struct part_row *row)
{
    const int column = part_role(p, ROLE_APPLICABILITY);
    const struct template_row *t = p->is_grid ? NULL : part_template(row);
    if (column == NONE || p->at[column] == NONE || (!p->is_grid && t == NULL)) return;
    const uint8_t tier = t == NULL ? template_parts[p->number - 1].tier : t->tier;
    const char *want = template_tier_name((enum template_tier)tier);
    if (label_is(part_cell(p, row, (size_t)column), want)) return;
    lint_say(l, 13, LINT_WARNING, part_place(p, row, (size_t)column), slice_text(want),
             "applicability differs from the template");
}

static void check_labels(struct lint *l, const struct part *p)
{
    for (size_t i = 0; i < p->row_count; i++) {
        if (p->rows[i].blank) continue;
        if (!p->is_grid) check_list_row(l, p, &p->rows[i]);
        check_applicability(l, p, &p->rows[i]);
    }
}

void check_shape(struct lint *l, const struct set *s)
{
    if (s->is_whole) check_parts(l, s);
    for (uint8_t n = 1; n <= TEMPLATE_PARTS; n++) {
        if (s->parts[n].file == NULL) continue;
        check_columns(l, &s->parts[n]);
        check_labels(l, &s->parts[n]);
    }
}
