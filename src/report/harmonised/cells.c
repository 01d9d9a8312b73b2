/* SPDX-License-Identifier: Apache-2.0 */
#include "report/harmonised/cells.h"

#include "base/bytes.h"

enum { DEFINITION_BYTES_MAX = 2048 };

/* clang-format off */
#define MEASURE(part, id, how, meaning) { part, REPORT_##how, #id, meaning },
static const struct harmonised_cell measures[] = {
#include "report/harmonised/cells.def"
};
#define FIGURE(indicator, id, how, meaning) \
    [INDICATOR_##indicator] = { 0, REPORT_##how, #id, meaning },
static const struct harmonised_cell figure_cells[INDICATORS] = {
#include "report/harmonised/cells.def"
};
/* clang-format on */

const struct harmonised_cell *harmonised_measure(size_t part, size_t column)
{
    size_t first = 0;
    while (measures[first].part < part)
        first++;
    assert(first + column < COUNT_OF(measures) && measures[first + column].part == part);
    return &measures[first + column];
}

const struct harmonised_cell *harmonised_figure(enum template_indicator indicator)
{
    return &figure_cells[indicator];
}

const struct harmonised_cell *harmonised_nth(size_t nth)
{
    if (nth < COUNT_OF(measures)) return &measures[nth];
    nth -= COUNT_OF(measures);
    return nth < INDICATORS ? &figure_cells[nth] : NULL;
}

/* The part of a definition: a measure has its own, an indicator that of the template. */
static size_t part_of(const struct harmonised_cell *cell)
{
    if (cell->part != 0) return cell->part;
    return template_part_of((enum template_indicator)(cell - figure_cells));
}

void harmonised_cell_name(const struct template_row *row, const char *each, struct writer *w)
{
    static const char *const scopes[] = {
        [SCOPE_TOTAL_NUMBER] = "total",
        [SCOPE_ALL] = "total",
        [SCOPE_OWN] = "own_initiative",
        [SCOPE_NOTICES] = "notices",
        [SCOPE_NOTICES_FLAGGER] = "trusted_flagger",
        [SCOPE_EACH] = NULL,
    };
    const enum template_indicator indicator = row->indicator;
    const char *scope = row->scope == SCOPE_EACH ? each : scopes[row->scope];
    writer_printf(w, "part%zu/%s", template_part_of(indicator), harmonised_figure(indicator)->id);
    if (scope != NULL) writer_printf(w, "/%s", scope);
}

void harmonised_id(const struct harmonised_cell *cell, struct writer *w)
{
    writer_printf(w, "part%zu/%s", part_of(cell), cell->id);
}

void harmonised_define(const struct harmonised_cell *cell, struct writer *w)
{
    static const char *const hows[] = { "counted", "opened", "declared" };
    writer_text(w, "candor/harmonised-definition@v1\nid ");
    harmonised_id(cell, w);
    writer_printf(w, "\nhow %s\nmeaning %s\n", hows[cell->how], cell->meaning);
}

hash harmonised_hash(const struct harmonised_cell *cell)
{
    uint8_t room[DEFINITION_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    harmonised_define(cell, &w);
    assert(w.error == E_OK); /* a row of the table that is too long shows in every test */
    return sha256(writer_slice(&w));
}
#include "base/banned.h"
