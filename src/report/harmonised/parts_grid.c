/* SPDX-License-Identifier: Apache-2.0 */
#include "report/harmonised/parts.h"

#include <inttypes.h>
#include "base/bytes.h"
#include "report/harmonised/cells.h"
#include "base/banned.h"

enum { NOTE_BYTES_MAX = 256, DESCRIPTION_BYTES_MAX = GRID_DESCRIPTION_BYTES_MAX + 256 };

/* A name without the white space at its end. */
static slice trimmed(const char *name)
{
    slice text = slice_text(name);
    while (text.len > 0 && text.at[text.len - 1] == ' ')
        text.len--;
    return text;
}

/* What a sub-category that is not on the list is; with its category, so that no two of a part are
 * the same. */
static void write_description(const struct grid_line *line, struct csv_row *r)
{
    const struct template_category *place = &template_categories[line->place];
    uint8_t room[DESCRIPTION_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    size_t category = line->place;
    if (!place->is_keyword || strcmp(place->code, "KEYWORD_OTHER") != 0) {
        csv_blank(r);
        return;
    }
    while (template_categories[category].is_keyword)
        category--;
    writer_bytes(&w, trimmed(template_categories[category].name));
    writer_text(&w, ": ");
    if (line->description.len > 0) {
        writer_bytes(&w, line->description);
    } else {
        writer_text(&w, "no sub-category was recorded");
    }
    csv_text(r, writer_slice(&w));
}

/* Restrictions of a line of the parts 5 and 6. */
static uint64_t restrictions(const struct grid_line *line)
{
    uint64_t sum = 0;
    for (size_t i = 2; i < GRID_COLUMNS; i++)
        sum += line->counts[i];
    return sum;
}

/* A line of a grid that is being written. */
struct line {
    const struct grid *grid;
    const struct grid_line *at;
    uint32_t number;
    bool has; /* the service has such rows */
};

/* What there is to say about the count in a column. */
static void note_count(const struct parts *p, const struct line *l, size_t column, struct writer *w)
{
    const bool is_first = column == 0 && l->at->place == 0 && l->at->scope == 0;
    const bool is_measures = column == 0 && p->part >= 5;
    if (p->part == 3 && is_first && p->counted->abroad > 0) {
        writer_printf(w, "%" PRIu64 " orders of authorities outside the Union are not among them. ",
                      p->counted->abroad);
    }
    if (p->part == 5 && is_first && p->counted->unplaced > 0) {
        writer_printf(w, "%" PRIu64 " measures that fit no category here are not among them. ",
                      p->counted->unplaced);
    }
    if (is_measures && restrictions(l->at) > l->at->counts[0]) {
        writer_text(w, "One measure may carry several restrictions. ");
    }
    if (w->len > 0) w->len--; /* the space */
}

static void write_number(struct parts *p, const struct line *l, size_t column, bool is_median,
                         struct csv_row *r)
{
    const bool is_keyword = template_categories[l->at->place].is_keyword;
    const uint8_t how = harmonised_measure(p->part, column)->how;
    uint64_t median = 0;
    const bool found =
        !is_median || samples_median(&l->grid->samples, l->number, (uint32_t)column, &median);
    if (!l->has || !found) {
        csv_blank(r);
        return;
    }
    p->cells[is_keyword && how == REPORT_COUNTED ? REPORT_OPENED : how]++;
    if (is_median)
        parts_hundredths(r, median);
    else
        csv_number(r, l->at->counts[column]);
}

static void write_note(const struct parts *p, const struct line *l, size_t column, bool is_median,
                       struct csv_row *r)
{
    uint8_t room[NOTE_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    uint64_t median = 0;
    const bool none =
        is_median && !samples_median(&l->grid->samples, l->number, (uint32_t)column, &median);
    if (!l->has && column == 0) writer_text(&w, PARTS_NOT_HERE);
    if (l->has && none) writer_text(&w, "There is none to take the median of.");
    if (l->has && !is_median) note_count(p, l, column, &w);
    csv_text(r, writer_slice(&w));
}

static void write_label(const struct parts *p, const struct line *l, uint8_t role,
                        struct csv_row *r)
{
    const uint8_t scope = l->at->scope;
    if (role == ROLE_CATEGORY) csv_label(r, template_categories[l->at->place].code);
    if (role == ROLE_DESCRIPTION) write_description(l->at, r);
    if (role == ROLE_SCOPE) csv_label(r, scope == 0 ? "TOTAL" : template_states[scope - 1]);
    parts_common(p, r, role, template_parts[p->part - 1].tier);
}

static void write_line(struct parts *p, const struct line *l)
{
    size_t count = 0;
    size_t column = 0;
    size_t note = 0;
    size_t first = 0;
    const struct template_column *columns = template_columns(p->part, &count);
    struct csv_row r = csv_row_of(p->out);
    while (columns[first].role != ROLE_COUNT)
        first++;
    for (size_t i = 0; i < count; i++) {
        const uint8_t role = columns[i].role;
        if (role == ROLE_COUNT || role == ROLE_MEDIAN) {
            write_number(p, l, column++, role == ROLE_MEDIAN, &r);
        } else if (role == ROLE_CONTEXT) {
            write_note(p, l, note, columns[first + note].role == ROLE_MEDIAN, &r);
            note++;
        } else {
            write_label(p, l, role, &r);
        }
    }
    csv_end(&r);
}

/* The template leaves this one out of the states: it is there where something was counted, or the
 * states would not add up. */
static bool is_left_out(const struct grid_line *line)
{
    static const char left_out[] = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE";
    if (line->scope == 0 || strcmp(template_categories[line->place].code, left_out) != 0) {
        return false;
    }
    for (size_t i = 0; i < GRID_COLUMNS; i++) {
        if (line->counts[i] != 0) return false;
    }
    return true;
}

void parts_grid(struct parts *p)
{
    const struct grid *g = counted_grid(p->counted, p->part);
    const bool has = parts_have(p, template_parts[p->part - 1].tier);
    for (uint32_t i = 0; i < grid_count(g); i++) {
        const uint32_t number = g->order[i];
        const struct line line = { g, &g->lines[number], number, has };
        if (!is_left_out(line.at)) write_line(p, &line);
    }
}
