/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include "report/lint/check_report.h"
#include "report/lint/compare.h"
#include "report/lint/tidy.h"
#include "base/banned.h"

struct pair {
    struct tidy older;
    struct tidy newer;
    bool is_key[TABLE_COLUMNS_MAX];
};

static slice key_of(const void *with, size_t row, uint8_t *room)
{
    return tidy_key(with, row, room);
}

static slice base_name(const struct lint_file *file)
{
    return slice_from(slice_text(file->name), file->folder.len == 0 ? 0 : file->folder.len + 1);
}

static bool is_comparable(const struct lint_file *file, enum lint_side side)
{
    return file->side == side && file->table.rows > 0 && !file->is_changes &&
           (file->kind == LINT_TIDY || file->kind == LINT_REPORT);
}

static size_t count_of(const struct lint *l, enum lint_side side)
{
    size_t count = 0;
    for (size_t i = 0; i < l->file_count; i++)
        count += is_comparable(&l->files[i], side);
    return count;
}

/* The older file of that name, or the only one where there is one on each side. */
static const struct lint_file *older_of(const struct lint *l, const struct lint_file *newer)
{
    const bool only = count_of(l, LINT_NEW) == 1 && count_of(l, LINT_OLD) == 1;
    for (size_t i = 0; i < l->file_count; i++) {
        const struct lint_file *file = &l->files[i];
        if (!is_comparable(file, LINT_OLD)) continue;
        if (only || slice_equal(base_name(file), base_name(newer))) return file;
    }
    return NULL;
}

static slice cell_of(const void *with, size_t row, uint8_t *room)
{
    return report_cell_name(with, row, room);
}

/* Two cells.csv: a cell has a name of its own, and one number. */
static status compare_cells(struct lint *l, const struct restatements *r,
                            const struct lint_file *older, const struct lint_file *newer)
{
    bool is_value[TABLE_COLUMNS_MAX] = {};
    const size_t number = report_number_column(&older->table);
    if (number == SIZE_MAX) return OK;
    is_value[number] = true;
    const struct version was = { older, &older->table, cell_of, is_value, NULL };
    const struct version is = { newer, &newer->table, cell_of, is_value, NULL };
    return versions_compare(l, r, &was, &is);
}

static status compare_pair(struct lint *l, const struct restatements *r,
                           const struct lint_file *older, const struct lint_file *newer)
{
    struct pair *p = malloc(sizeof *p);
    if (p == NULL) return FAIL(E_NOMEM);
    p->older = tidy_of(older);
    p->newer = tidy_of(newer);
    for (size_t c = 0; c < TABLE_COLUMNS_MAX; c++)
        p->is_key[c] = !p->older.is_value[c];
    const struct version was = { older, &p->older, key_of, p->older.is_value, p->is_key };
    const struct version is = { newer, &p->newer, key_of, p->newer.is_value, NULL };
    const status s = versions_compare(l, r, &was, &is);
    free(p);
    return s;
}

status compare_tidy(struct lint *l, const struct restatements *r)
{
    for (size_t i = 0; i < l->file_count; i++) {
        const struct lint_file *newer = &l->files[i];
        if (!is_comparable(newer, LINT_NEW)) continue;
        const struct lint_file *older = older_of(l, newer);
        if (older == NULL || older->kind != newer->kind) continue;
        if (newer->kind == LINT_REPORT)
            TRY(compare_cells(l, r, older, newer));
        else
            TRY(compare_pair(l, r, older, newer));
    }
    return OK;
}
