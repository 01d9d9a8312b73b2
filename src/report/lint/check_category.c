/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Codes, descriptions and keys of the grids: TR-19 to TR-23, TR-25 to TR-28.
 */
#include "report/lint/check_set.h"
#include "report/lint/keys.h"
#include "report/lint/label.h"
#include "base/banned.h"

enum { KEY_BYTES_MAX = LABEL_BYTES_MAX + 64, DESCRIPTION_BYTES_MIN = 3 };

static const char other[] = "KEYWORD_OTHER";

static slice code_of(const struct part *p, const struct part_row *row)
{
    return label_trim(part_cell(p, row, (size_t)part_role(p, ROLE_CATEGORY)));
}

static struct place code_place(const struct part *p, const struct part_row *row)
{
    return part_place(p, row, (size_t)part_role(p, ROLE_CATEGORY));
}

/* ---- codes ---- */

static bool is_code(slice code)
{
    for (size_t i = 0; i < TEMPLATE_CATEGORIES; i++) {
        if (slice_is(code, template_categories[i].code)) return true;
    }
    return false;
}

/* Whether it was meant as a keyword: by its prefix, or as a keyword without it. */
static bool is_like_keyword(slice code)
{
    const slice prefix = slice_text("KEYWORD_");
    if (code.len >= 7 && label_same((slice){ code.at, 7 }, slice_text("KEYWORD"))) return true;
    for (size_t i = 0; i < TEMPLATE_CATEGORIES; i++) {
        const slice name = slice_text(template_categories[i].code);
        if (!slice_starts(name, prefix)) continue;
        if (label_same(code, slice_from(name, prefix.len))) return true;
    }
    return false;
}

static void check_code(struct lint *l, const struct part *p, const struct part_row *row)
{
    const slice code = code_of(p, row);
    if (is_left_in(code)) return;
    if (!is_code(code)) {
        const bool keyword = is_like_keyword(code);
        lint_say(l, keyword ? 20 : 19, LINT_ERROR, code_place(p, row), slice_none(),
                 keyword ? "no keyword of the template" : "no category of the template");
        return;
    }
    const bool orphan = row->category == NONE; /* KEYWORD_OTHER under none that has it */
    const struct template_category *c = orphan ? NULL : &template_categories[row->category];
    if (c != NULL && !c->is_keyword) {
        if (p->number == 2 || template_has_category(p->number, c->number)) return;
        lint_say(l, 25, LINT_ERROR, code_place(p, row), slice_none(),
                 "this category does not belong in part %u", p->number);
        return;
    }
    const struct template_category *over =
        row->parent == NONE ? NULL : &template_categories[row->parent];
    if (c != NULL && over != NULL && over->number == c->number) return;
    lint_say(l, 21, LINT_ERROR, code_place(p, row),
             c == NULL ? slice_none() : slice_text(template_categories[row->category].code),
             "the keyword stands under %s, which is not its category",
             over == NULL ? "nothing" : over->code);
}

/* ---- descriptions ---- */

static slice description_of(const struct part *p, const struct part_row *row)
{
    const int column = part_role(p, ROLE_DESCRIPTION);
    return column == NONE ? slice_none() : label_trim(part_cell(p, row, (size_t)column));
}

static bool has_number(const struct part *p, const struct part_row *row)
{
    for (size_t i = 0; i < p->column_count; i++) {
        if (!part_is_value(p, i)) continue;
        const struct number n = part_number(p, row, i);
        if (number_is_some(&n)) return true;
    }
    return false;
}

static bool is_without_content(slice text)
{
    return text.len < DESCRIPTION_BYTES_MIN || text.at[text.len - 1] == ':' ||
           label_is(text, "other");
}

static void check_other(struct lint *l, const struct part *p, const struct part_row *row)
{
    const int column = part_role(p, ROLE_DESCRIPTION);
    const slice text = description_of(p, row);
    if (column == NONE || !slice_is(code_of(p, row), other) || is_left_in(text)) return;
    if (!is_without_content(text) || !has_number(p, row)) return;
    lint_say(l, 22, LINT_ERROR, part_place(p, row, (size_t)column), slice_none(),
             "it has numbers, and nothing says of what");
}

/* The code whose official name is the text; NULL. */
static const struct template_category *named(slice text)
{
    for (size_t i = 0; text.len > 0 && i < TEMPLATE_CATEGORIES; i++) {
        const struct template_category *c = &template_categories[i];
        if (strcmp(c->code, other) != 0 && label_is(text, c->name)) return c;
    }
    return NULL;
}

static void check_name(struct lint *l, const struct part *p, const struct part_row *row)
{
    const int column = part_role(p, p->number == 2 ? ROLE_NAME : ROLE_DESCRIPTION);
    if (column == NONE) return;
    const struct template_category *c = named(part_cell(p, row, (size_t)column));
    if (c == NULL || slice_is(code_of(p, row), c->code)) return;
    lint_say(l, 28, LINT_WARNING, part_place(p, row, (size_t)column), slice_text(c->code),
             "the description is the official name of another code");
}

/* ---- keys ---- */

static slice key_of(const struct part *p, const struct part_row *row, bool with_category,
                    uint8_t *room)
{
    uint8_t folded[LABEL_BYTES_MAX];
    struct writer w = writer_of(room, KEY_BYTES_MAX);
    writer_printf(&w, "%d/%d/", row->code, with_category ? row->category : 0);
    writer_bytes(&w, label_fold(description_of(p, row), folded));
    return writer_slice(&w);
}

/* The first row with a key that is already there; NULL if it is new. */
static status seen_before(struct keys *keys, const struct part *p, const struct part_row *row,
                          bool with_category, const struct part_row **ret_first)
{
    uint8_t room[KEY_BYTES_MAX];
    bool is_new = false;
    size_t first = 0;
    TRY(keys_add(keys, key_of(p, row, with_category, room), (size_t)(row - p->rows), &is_new,
                 &first));
    *ret_first = is_new ? NULL : &p->rows[first];
    return OK;
}

static void say_twice(struct lint *l, const struct part *p, const struct part_row *row,
                      const struct part_row *first)
{
    size_t value = 0;
    while (value < p->column_count && !part_is_value(p, value))
        value++;
    const slice is = value == p->column_count ? slice_none() : part_cell(p, row, value);
    const slice was = value == p->column_count ? slice_none() : part_cell(p, first, value);
    lint_say(l, 26, LINT_ERROR, code_place(p, row), slice_none(),
             "the same key as row %zu, which says \"%.*s\"; this one \"%.*s\"", first->at + 1,
             (int)was.len, (const char *)was.at, (int)is.len, (const char *)is.at);
}

static status check_key(struct lint *l, const struct part *p, const struct part_row *row,
                        struct keys *rows, struct keys *texts)
{
    const struct part_row *first = NULL;
    if (row->category == 0 || !part_is_placed(row)) return OK; /* 0 is TOTAL: TR-27 */
    TRY(seen_before(rows, p, row, true, &first));
    if (first != NULL) {
        say_twice(l, p, row, first);
        return OK;
    }
    const slice text = description_of(p, row);
    if (!slice_is(code_of(p, row), other) || text.len == 0 || is_left_in(text)) return OK;
    TRY(seen_before(texts, p, row, false, &first));
    if (first == NULL) return OK;
    lint_say(l, 23, LINT_ERROR, part_place(p, row, (size_t)part_role(p, ROLE_DESCRIPTION)),
             slice_none(), "row %zu has the same description", first->at + 1);
    return OK;
}

static status check_keys(struct lint *l, const struct part *p)
{
    struct keys rows = {};
    struct keys texts = {};
    TRY(keys_init(&rows));
    TRY(keys_init(&texts));
    status s = OK;
    for (size_t i = 0; s.code == E_OK && i < p->row_count; i++) {
        if (!p->rows[i].blank) s = check_key(l, p, &p->rows[i], &rows, &texts);
    }
    keys_done(&rows);
    keys_done(&texts);
    return s;
}

/* ---- totals ---- */

static void check_total(struct lint *l, const struct part *p, int code)
{
    const struct part_row *total = grid_row(p, code, 0);
    const char *scope = code == NONE ? "TOTAL" : template_states[code];
    if (total == NULL) {
        lint_say(l, 27, LINT_ERROR, place_file(p->file), slice_text("TOTAL"),
                 "the row TOTAL of the scope %s is missing", scope);
        return;
    }
    const struct part_row *again = part_next(p, total);
    if (again == NULL) return;
    const size_t value = (size_t)part_role(p, ROLE_COUNT);
    const slice is = part_cell(p, total, value);
    const slice was = part_cell(p, again, value);
    lint_say(l, 27, LINT_ERROR, code_place(p, again), slice_none(),
             "a second row TOTAL of the scope %s: \"%.*s\" and \"%.*s\"", scope, (int)is.len,
             (const char *)is.at, (int)was.len, (const char *)was.at);
}

static void check_totals(struct lint *l, const struct part *p)
{
    bool has_scope[TEMPLATE_STATES] = {};
    for (size_t i = 0; i < p->row_count; i++) {
        if (p->rows[i].code != NONE) has_scope[p->rows[i].code] = true;
    }
    check_total(l, p, NONE);
    for (int code = 0; code < TEMPLATE_STATES; code++) {
        if (has_scope[code]) check_total(l, p, code);
    }
    for (int i = 1; i < TEMPLATE_CATEGORIES; i++) {
        const struct template_category *c = &template_categories[i];
        if (c->is_keyword || !template_has_category(p->number, c->number)) continue;
        if (grid_row(p, NONE, i) != NULL) continue;
        lint_say(l, 27, LINT_WARNING, place_file(p->file), slice_text(c->code),
                 "a category of the template is missing");
    }
}

status check_categories(struct lint *l, const struct set *s, struct fault *f)
{
    for (uint8_t n = 2; n <= 6; n++) {
        const struct part *p = &s->parts[n];
        for (size_t i = 0; p->file != NULL && i < p->row_count; i++) {
            if (p->rows[i].blank) continue;
            check_code(l, p, &p->rows[i]);
            check_other(l, p, &p->rows[i]);
            check_name(l, p, &p->rows[i]);
        }
        if (p->file == NULL || n == 2) continue;
        const status done = check_keys(l, p);
        if (done.code != E_OK) return fault_set(f, done, "%s", status_text(done));
        check_totals(l, p);
    }
    return OK;
}
