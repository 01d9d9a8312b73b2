/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"
#include "base/writer.h"
#include "report/report.h"
#include "report/template/template.h"

/*
 * cells: what each number of the harmonised report is (cells.def); for the files of this folder.
 */
struct harmonised_cell {
    uint8_t part;
    uint8_t how; /* enum report_how */
    const char *id;
    const char *meaning;
};

/* Of the nth column of numbers of a part, 3 to 6; and of an indicator of another part. */
const struct harmonised_cell *harmonised_measure(size_t part, size_t column);
const struct harmonised_cell *harmonised_figure(enum template_indicator indicator);
/* All of them; NULL behind the last. */
const struct harmonised_cell *harmonised_nth(size_t nth);
/* Appends "part10/recipients/AT": what a row's value is declared under. each: the language or
 * state, where the row's scope is SCOPE_EACH. */
void harmonised_cell_name(const struct template_row *row, const char *each, struct writer *w);
/* Appends "part4/notices", which the definition is called by. */
void harmonised_id(const struct harmonised_cell *cell, struct writer *w);
/* Appends the definition, the text whose SHA-256 names it. */
void harmonised_define(const struct harmonised_cell *cell, struct writer *w);
hash harmonised_hash(const struct harmonised_cell *cell);
