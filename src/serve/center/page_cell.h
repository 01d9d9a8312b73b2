/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/center/report_view.h"

/*
 * page_cell: one number of a report, with its definition, its range and its proof.
 */

/* name: "FIGURE", "FIGURE/VALUE" or "FIGURE/VALUE/VALUE", as in cells.csv. */
void page_cell(struct page *p, const struct report_view *r, slice name);
