/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a set: which file is which part, which column and row is which of the template.
 */
#include "report/lint/label.h"
#include "report/lint/scope.h"
#include "report/lint/set.h"
#include "base/banned.h"

/* ---- columns ---- */

/* By name; then those that are left by their place. */
static void map_columns(struct part *p)
{
    const struct table *t = &p->file->table;
    bool taken[SET_COLUMNS_MAX] = {};
    for (size_t i = 0; i < p->column_count; i++) {
        const size_t at = table_column(t, p->columns[i].name);
        p->at[i] = at == SIZE_MAX ? NONE : (int32_t)at;
        if (at < SET_COLUMNS_MAX) taken[at] = true;
    }
    for (size_t i = 0; i < p->column_count; i++) {
        if (p->at[i] != NONE || i >= t->columns || taken[i]) continue;
        if (t->columns != p->column_count) continue;
        p->at[i] = (int32_t)i;
    }
}

/* ---- rows of grids ---- */

static int category_of(slice code)
{
    code = label_trim(code);
    for (int i = 0; i < TEMPLATE_CATEGORIES; i++) {
        if (slice_is(code, template_categories[i].code)) return i;
    }
    return NONE;
}

/* A keyword below the category at parent: KEYWORD_OTHER is one of each. */
static int keyword_under(int category, int parent)
{
    const bool other = slice_is(slice_text(template_categories[category].code), "KEYWORD_OTHER");
    if (!other || parent == NONE) return other ? NONE : category;
    for (int i = parent + 1; i < TEMPLATE_CATEGORIES && template_categories[i].is_keyword; i++) {
        if (slice_is(slice_text(template_categories[i].code), "KEYWORD_OTHER")) return i;
    }
    return NONE;
}

static void read_grid_scope(const struct part *p, struct part_row *row)
{
    const int column = part_role(p, ROLE_SCOPE);
    row->scope = SCOPE_ALL;
    row->code = NONE;
    if (column == NONE) return;
    const slice text = label_trim(part_cell(p, row, (size_t)column));
    row->code = (int16_t)scope_state(text);
    if (row->code == NONE && !label_is(text, "TOTAL")) row->scope = SCOPE_UNKNOWN;
    if (row->code != NONE) row->scope = SCOPE_EACH;
}

static void read_grid_row(const struct part *p, struct part_row *row, int *parent)
{
    const int column = part_role(p, ROLE_CATEGORY);
    row->category = (int16_t)category_of(part_cell(p, row, (size_t)column));
    row->indicator = NONE;
    read_grid_scope(p, row);
    if (row->category != NONE && !template_categories[row->category].is_keyword) {
        *parent = row->category;
    } else if (row->category != NONE) {
        row->category = (int16_t)keyword_under(row->category, *parent);
    }
    row->parent = (int16_t)*parent;
}

bool part_is_placed(const struct part_row *row)
{
    if (row->category == NONE || row->scope == SCOPE_UNKNOWN) return false;
    if (!template_categories[row->category].is_keyword) return true;
    return row->parent != NONE &&
           template_categories[row->parent].number == template_categories[row->category].number;
}

static status index_grid(struct lint *l, struct part *p)
{
    p->grid = arena_array(&l->arena, TEMPLATE_STATES + 1, sizeof *p->grid);
    if (p->grid == NULL) return FAIL(E_NOMEM);
    for (size_t i = 0; i <= TEMPLATE_STATES; i++) {
        for (size_t k = 0; k < TEMPLATE_CATEGORIES; k++)
            p->grid[i][k] = NONE;
    }
    for (size_t i = p->row_count; i-- > 0;) { /* so that the first comes first */
        struct part_row *row = &p->rows[i];
        row->next = NONE;
        if (row->blank || !part_is_placed(row)) continue;
        int32_t *first = &p->grid[row->code + 1][row->category];
        row->next = *first;
        *first = (int32_t)i;
    }
    return OK;
}

/* ---- rows of lists ---- */

static int indicator_of(uint8_t part, slice text)
{
    for (int i = 0; i < INDICATORS; i++) {
        if (template_part_of((enum template_indicator)i) != part) continue;
        if (label_is(text, template_indicator((enum template_indicator)i))) return i;
    }
    return NONE;
}

static void read_list_scope(uint8_t part, slice text, struct part_row *row)
{
    text = label_trim(text);
    row->scope = SCOPE_UNKNOWN;
    row->code = (int16_t)(part == 10 ? scope_state(text) : scope_language(text));
    if (part == 7) row->code = NONE;
    if (row->code != NONE) {
        row->scope = SCOPE_EACH;
        return;
    }
    for (int i = 0; i <= SCOPE_ALL; i++) {
        if (i != SCOPE_EACH && label_is(text, template_scope((enum template_scope)i))) {
            row->scope = (int16_t)i;
        }
    }
    const bool total = label_is(text, "total") && part != 10;
    if (total) row->scope = SCOPE_TOTAL_NUMBER;
}

/* The nth row of the part in the template, those for each code not counted. */
static const struct template_row *template_at(uint8_t part, size_t nth)
{
    for (size_t i = 0; i < template_row_count; i++) {
        if (template_part_of(template_rows[i].indicator) != part) continue;
        if (nth-- == 0) return &template_rows[i];
    }
    return NULL;
}

static size_t template_rows_of(uint8_t part)
{
    size_t count = 0;
    while (template_at(part, count) != NULL)
        count++;
    return count;
}

/* A list whose labels are in another language has the rows of the template at their places. */
static void read_list_row(const struct part *p, struct part_row *row, size_t nth)
{
    const int indicator = part_role(p, ROLE_INDICATOR);
    const int scope = part_role(p, ROLE_SCOPE);
    row->category = row->parent = NONE;
    row->indicator = (int16_t)indicator_of(p->number, part_cell(p, row, (size_t)indicator));
    row->scope = SCOPE_NONE;
    row->code = NONE;
    if (scope != NONE) read_list_scope(p->number, part_cell(p, row, (size_t)scope), row);
    const bool by_place = p->number != 8 && p->number != 9 && p->number != 10 &&
                          p->row_count == template_rows_of(p->number);
    if (!by_place || (row->indicator != NONE && row->scope != SCOPE_UNKNOWN)) return;
    const struct template_row *t = template_at(p->number, nth);
    row->indicator = t->indicator;
    row->scope = t->scope;
}

static void index_list(struct set *s, struct part *p)
{
    for (size_t i = p->row_count; i-- > 0;) {
        struct part_row *row = &p->rows[i];
        row->next = NONE;
        if (row->blank || row->indicator == NONE || row->scope == SCOPE_UNKNOWN) continue;
        int32_t *first = row->scope == SCOPE_EACH ? &s->each[row->indicator][row->code]
                                                  : &s->list[row->indicator][row->scope];
        row->next = *first;
        *first = (int32_t)i;
    }
}

/* ---- parts ---- */

static bool is_blank(const struct table *t, size_t row)
{
    for (size_t c = 0; c < table_width(t, row); c++) {
        if (label_trim(table_cell(t, row, c)).len > 0) return false;
    }
    return true;
}

static status read_part(struct lint *l, struct set *s, const struct lint_file *file)
{
    struct part *p = &s->parts[file->part];
    const struct table *t = &file->table;
    if (p->file != NULL) return OK; /* there twice: check_shape says so */
    int parent = NONE;
    p->file = file;
    map_columns(p);
    p->row_count = t->rows - 1;
    p->rows = arena_array(&l->arena, p->row_count + 1, sizeof *p->rows);
    if (p->rows == NULL) return FAIL(E_NOMEM);
    for (size_t i = 0; i < p->row_count; i++) {
        struct part_row *row = &p->rows[i];
        row->at = i + 1;
        row->blank = is_blank(t, i + 1);
        if (p->is_grid)
            read_grid_row(p, row, &parent);
        else
            read_list_row(p, row, i);
    }
    if (p->is_grid) return index_grid(l, p);
    index_list(s, p);
    return OK;
}

/* ---- sets ---- */

static void set_start(struct set *s, slice folder)
{
    s->folder = folder;
    for (uint8_t n = 1; n <= TEMPLATE_PARTS; n++) {
        struct part *p = &s->parts[n];
        p->number = n;
        p->is_grid = n >= 2 && n <= 6;
        p->columns = template_columns(n, &p->column_count);
        assert(p->column_count <= SET_COLUMNS_MAX);
    }
    for (size_t i = 0; i < INDICATORS; i++) {
        for (size_t k = 0; k <= SCOPE_ALL; k++)
            s->list[i][k] = NONE;
        for (size_t k = 0; k < SET_CODES_MAX; k++)
            s->each[i][k] = NONE;
    }
}

/* VLOP: parts for them alone; platform: part 7 says more than the number of complaints. */
static void guess_tier(struct set *s)
{
    s->tier = s->parts[4].file != NULL ? TIER_HOSTING : TIER_ALL;
    for (size_t i = 0; s->parts[7].file != NULL && i < s->parts[7].row_count; i++) {
        const struct part_row *row = &s->parts[7].rows[i];
        const int value = part_role(&s->parts[7], ROLE_VALUE);
        const bool first = row->indicator == INDICATOR_COMPLAINTS && //
                           row->scope == SCOPE_TOTAL_NUMBER;
        if (first || label_trim(part_cell(&s->parts[7], row, (size_t)value)).len == 0) continue;
        s->tier = TIER_PLATFORM;
    }
    if (s->parts[9].file != NULL || s->parts[10].file != NULL) s->tier = TIER_VLOSE;
}

static bool begins_set(const struct lint *l, size_t nth)
{
    const struct lint_file *file = &l->files[nth];
    for (size_t i = 0; i < nth; i++) {
        const struct lint_file *other = &l->files[i];
        if (other->kind == LINT_PART && other->side == file->side &&
            slice_equal(other->folder, file->folder)) {
            return false;
        }
    }
    return true;
}

static status read_set(struct lint *l, enum lint_side side, struct set *s)
{
    size_t parts = 0;
    for (size_t i = 0; i < l->file_count; i++) {
        const struct lint_file *file = &l->files[i];
        if (file->kind != LINT_PART || file->side != side) continue;
        if (!slice_equal(file->folder, s->folder)) continue;
        TRY(read_part(l, s, file));
        parts++;
    }
    s->is_whole = parts > 1;
    guess_tier(s);
    return OK;
}

status set_find(struct lint *l, enum lint_side side, struct set **ret_sets, size_t *ret_count)
{
    size_t count = 0;
    for (size_t i = 0; i < l->file_count; i++) {
        const struct lint_file *file = &l->files[i];
        count += file->kind == LINT_PART && file->side == side && begins_set(l, i);
    }
    struct set *sets = arena_array(&l->arena, count + 1, sizeof *sets);
    if (sets == NULL) return FAIL(E_NOMEM);
    size_t made = 0;
    for (size_t i = 0; i < l->file_count; i++) {
        const struct lint_file *file = &l->files[i];
        if (file->kind != LINT_PART || file->side != side || !begins_set(l, i)) continue;
        set_start(&sets[made], file->folder);
        TRY(read_set(l, side, &sets[made++]));
    }
    *ret_sets = sets;
    *ret_count = count;
    return OK;
}
