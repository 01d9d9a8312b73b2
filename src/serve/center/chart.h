/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/center/page.h"

/*
 * chart: inline SVG without scale: widths are shares of what there is, text stays as large as that
 * of the page, so a chart reads on a narrow screen and in print. The same numbers give the same
 * bytes. Each stands beside a table with its numbers, which is what it is said to be.
 */
enum { CHART_BARS_MAX = 40 };

struct chart_bar {
    char label[64]; /* plain ASCII; "" between labels that would touch */
    uint64_t value;
};

/* Bars that stand: one for each month. */
void chart_months(struct page *p, const char *title, const struct chart_bar *bars, size_t count);
/* Bars that lie, each with its label and number. */
void chart_shares(struct page *p, const char *title, const struct chart_bar *bars, size_t count);
