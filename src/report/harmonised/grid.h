/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/intern.h"
#include "report/harmonised/samples.h"

/*
 * grid: the numbers of one of the parts 3 to 6: a line for each category, sub-category and, in part
 * 3, state, with a count for each column; the times that medians are made of beside them.
 *
 * Every line of the template is there from the start. A sub-category that is not on the list has a
 * line of its own for each description; they differ if they differ in more than case and spaces.
 */
enum {
    GRID_COLUMNS = 16, /* the most numbers that a part has in a row */
    GRID_LINES_MAX = 1 << 20,
    GRID_DESCRIPTION_BYTES_MAX = 2048,
};

struct grid_line {
    uint64_t counts[GRID_COLUMNS];
    slice description; /* in the arena; empty for what nobody described */
    uint8_t scope;     /* 0: all; 1 + nth of template_states */
    uint8_t place;     /* nth of template_categories */
};

struct grid {
    struct arena *arena; /* borrowed */
    struct intern keys;  /* number n is line n */
    struct grid_line *lines;
    struct samples samples; /* of line and column */
    uint32_t *order;        /* owned; the lines as they are written, after grid_sort */
    uint32_t cap;
    uint8_t part;
};

/* Every line of the part, all zero. E_NOMEM, E_LIMIT. */
status grid_init(struct grid *g, uint8_t part, struct arena *arena);
void grid_done(struct grid *g);
static inline uint32_t grid_count(const struct grid *g)
{
    return g->keys.count;
}
/* The line of a scope, a place and, where the place is KEYWORD_OTHER, a description. E_NOMEM,
 * E_LIMIT. */
status grid_line(struct grid *g, uint8_t scope, uint8_t place, slice description,
                 uint32_t *ret_line);
/* Orders the lines as the template does, descriptions by their bytes, and the samples. E_NOMEM. */
status grid_sort(struct grid *g);
