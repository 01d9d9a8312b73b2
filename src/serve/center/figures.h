/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/center/page.h"

/*
 * figures: a page of live figures, as a table row says which (page_numbers.c).
 */
struct figures_page {
    const char *path;
    const char *title;
    const char *lead;
    const char *const *figures;    /* their ids, up to NULL */
    const char *const *not_proven; /* sentences, up to NULL */
};

/* Writes the page, or its file that rest names. */
void figures_page_write(struct page *p, const struct figures_page *page, slice rest);
