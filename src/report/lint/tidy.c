/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lint/tidy.h"

#include <stdlib.h>
#include "report/lint/keys.h"
#include "report/lint/label.h"
#include "report/lint/number.h"
#include "base/banned.h"

/* Four digits before the point: where a separator would stand. */
static const double GROUPED_FROM = 1000;

static bool is_named(slice header, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (label_is(header, names[i])) return true;
    }
    return false;
}

/* Numbers that name something rather than count it. */
static bool is_name_of_number(slice header)
{
    static const char *const words[] = { "year", "period", "date", "quarter", "month", "id" };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (label_has(header, words[i])) return true;
    }
    return false;
}

static bool has_only_numbers(const struct table *t, size_t column)
{
    size_t numbers = 0;
    for (size_t r = 1; r < t->rows; r++) {
        const struct number n = number_read(table_cell(t, r, column));
        if (!n.blank && !n.valid) return false;
        numbers += n.valid;
    }
    return numbers > 0;
}

struct tidy tidy_of(const struct lint_file *file)
{
    static const char *const names[] = { "result", "value" };
    const struct table *t = &file->table;
    struct tidy tidy = { .file = file, .columns = t->columns };
    for (size_t c = 0; c < t->columns; c++) {
        tidy.is_value[c] = is_named(table_cell(t, 0, c), names, COUNT_OF(names));
        tidy.values += tidy.is_value[c];
    }
    for (size_t c = 0; tidy.values == 0 && c < t->columns; c++) {
        tidy.is_value[c] = !is_name_of_number(table_cell(t, 0, c)) && has_only_numbers(t, c);
    }
    for (size_t c = 0; tidy.values == 0 && c < t->columns; c++) {
        if (tidy.is_value[c]) tidy.values = 1;
    }
    return tidy;
}

slice tidy_key(const struct tidy *t, size_t row, uint8_t *room)
{
    struct writer w = writer_of(room, TIDY_KEY_BYTES_MAX);
    for (size_t c = 0; c < t->columns; c++) {
        if (t->is_value[c]) continue;
        if (w.len > 0) writer_text(&w, "/");
        writer_bytes(&w, label_trim(table_cell(&t->file->table, row, c)));
    }
    return writer_slice(&w);
}

/* ---- TR-08 ---- */

static void check_styles(struct lint *l, const struct tidy *t)
{
    size_t counts[2] = {};
    struct place first[2] = {};
    const struct table *table = &t->file->table;
    for (size_t r = 1; r < table->rows; r++) {
        for (size_t c = 0; c < t->columns; c++) {
            if (!t->is_value[c]) continue;
            const struct number n = number_read(table_cell(table, r, c));
            if (!n.valid || (!n.grouped && n.value < GROUPED_FROM)) continue;
            if (counts[n.grouped]++ == 0) first[n.grouped] = (struct place){ t->file, r, c };
        }
    }
    if (counts[0] == 0 || counts[1] == 0) return;
    const bool rarer = counts[1] <= counts[0];
    lint_say(l, 8, LINT_WARNING, first[rarer], slice_none(),
             "%zu numbers have thousands separators and %zu have none", counts[1], counts[0]);
}

/* ---- TR-09 ---- */

/* Whether the word stands in the text by itself. */
static bool has_word(slice folded, const char *word)
{
    const size_t len = strlen(word);
    for (size_t i = 0; i + len <= folded.len; i++) {
        const bool starts = i == 0 || folded.at[i - 1] == ' ' || folded.at[i - 1] == '/';
        const bool ends = i + len == folded.len || folded.at[i + len] == ' ' ||
                          folded.at[i + len] == '/' || folded.at[i + len] == ':';
        if (starts && ends && bytes_equal(folded.at + i, word, len)) return true;
    }
    return false;
}

static bool is_ratio(slice name)
{
    static const char *const words[] = { "rate", "share", "percentage", "proportion", "ratio" };
    UNSET uint8_t room[LABEL_BYTES_MAX];
    const slice folded = label_fold(name, room);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (has_word(folded, words[i])) return true;
    }
    return false;
}

/* What a number of the row is called: its column, or where all are in one the row's own name. */
static slice metric_of(const struct tidy *t, size_t row, size_t column)
{
    const struct table *table = &t->file->table;
    const size_t metric = table_column(table, "metric");
    if (metric != SIZE_MAX) return table_cell(table, row, metric);
    return table_cell(table, 0, column);
}

static void check_ratios(struct lint *l, const struct tidy *t)
{
    const struct table *table = &t->file->table;
    for (size_t r = 1; r < table->rows; r++) {
        for (size_t c = 0; c < t->columns; c++) {
            if (!t->is_value[c]) continue;
            const struct number n = number_read(table_cell(table, r, c));
            const bool inside = !n.percent && n.value >= 0 && n.value <= 1;
            if (!n.valid || inside || !is_ratio(metric_of(t, r, c))) continue;
            lint_say(l, 9, LINT_ERROR, (struct place){ t->file, r, c }, slice_none(),
                     "a ratio is a number from 0 to 1");
        }
    }
}

/* ---- TR-26 ---- */

static status check_key(struct lint *l, const struct tidy *t, size_t row, struct keys *keys)
{
    UNSET uint8_t raw[TIDY_KEY_BYTES_MAX];
    UNSET uint8_t folded[LABEL_BYTES_MAX];
    bool is_new = false;
    size_t first = 0;
    const slice key = tidy_key(t, row, raw);
    TRY(keys_add(keys, label_fold(key, folded), row, &is_new, &first));
    if (is_new) return OK;
    size_t value = 0;
    while (value < t->columns && !t->is_value[value])
        value++;
    const slice was = table_cell(&t->file->table, first, value);
    lint_say(l, 26, LINT_ERROR, (struct place){ t->file, row, value }, slice_none(),
             "the same key as row %zu, which says \"%.*s\"", first + 1,
             (int)(was.len < 64 ? was.len : 64), (const char *)was.at);
    return OK;
}

static status check_keys(struct lint *l, const struct tidy *t)
{
    struct keys keys = {};
    TRY(keys_init(&keys));
    status s = OK;
    for (size_t r = 1; s.code == E_OK && r < t->file->table.rows; r++)
        s = check_key(l, t, r, &keys);
    keys_done(&keys);
    return s;
}

/* ---- TR-73 ---- */

/* A cell beside the number that says it was left out. */
static bool says_suppressed(const struct tidy *t, size_t row)
{
    for (size_t c = 0; c < t->columns; c++) {
        const slice cell = table_cell(&t->file->table, row, c);
        if (!t->is_value[c] && label_is(cell, "suppressed")) return true;
    }
    return false;
}

static void check_suppressed(struct lint *l, const struct tidy *t)
{
    const struct table *table = &t->file->table;
    for (size_t r = 1; r < table->rows; r++) {
        if (!says_suppressed(t, r)) continue;
        for (size_t c = 0; c < t->columns; c++) {
            const struct number n = number_read(table_cell(table, r, c));
            if (!t->is_value[c] || !n.valid) continue;
            lint_say(l, 73, LINT_ERROR, (struct place){ t->file, r, c }, slice_none(),
                     n.value == 0 ? "a suppressed number looks like 0"
                                  : "a suppressed number is printed");
        }
    }
}

status check_tidy(struct lint *l, const struct lint_file *file, struct fault *f)
{
    struct tidy *t = malloc(sizeof *t);
    if (t == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    *t = tidy_of(file);
    status s = OK;
    if (t->values > 0) {
        check_styles(l, t);
        check_ratios(l, t);
        check_suppressed(l, t);
        s = check_keys(l, t);
    }
    free(t);
    return s.code == E_OK ? OK : fault_set(f, s, "%s", status_text(s));
}
