/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/fault.h"

/*
 * stated: the cells of a report as one of its files states them: cells.csv, report.json or a page.
 * Each is read for what a reader of that file learns; that all say the same is for others to hold
 * against each other. Texts are views into the file or the arena.
 * Source: docs/formats/report.md section 2.
 */
enum { STATED_CELLS_MAX = 1 << 20, STATED_BY_MAX = 2 };

struct stated_cell {
    slice name;              /* "figure/value/value" */
    slice figure;            /* what it begins with */
    slice by[STATED_BY_MAX]; /* the columns that it is split by; a page does not say it here */
    slice count;
    slice late; /* a page does not say it */
    slice how;  /* "counted", "opened", "declared" */
};

struct stated {
    struct arena *arena;
    const char *file; /* static: "cells.csv" */
    struct stated_cell *at;
    size_t count;
    size_t cap;
};

/* Each reads the cells of a whole file, in their order. E_SYNTAX, E_LIMIT, E_NOMEM; the fault names
 * the line. */
status stated_csv(slice text, struct arena *arena, struct stated *ret_stated, struct fault *fault);
/* head is what the first line must be. */
status stated_json(slice text, slice head, struct arena *arena, struct stated *ret_stated,
                   struct fault *fault);
status stated_html(slice text, struct arena *arena, struct stated *ret_stated, struct fault *fault);

/* An empty list with room for that many. E_LIMIT, E_NOMEM. */
status stated_room(struct stated *s, const char *file, size_t cap, struct arena *arena);
/* The next cell, empty but for its figure; NULL if there is no room. */
struct stated_cell *stated_add(struct stated *s, slice figure);
/* Goes one value deeper: the name of the cell gets "/value". E_NOMEM. */
status stated_deepen(struct stated *s, struct stated_cell *c, slice value);
