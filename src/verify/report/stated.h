/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/arena.h"
#include "base/fault.h"

/*
 * stated: the cells of a report as one of its files states them: cells.csv or report.json; and the
 * numbers of its pages. That all say the same is for others to hold against each other. Texts are
 * views into the file or the arena. Source: docs/formats/report.md section 2.
 */
enum { STATED_CELLS_MAX = 1 << 20, STATED_BY_MAX = 2 };

/* What is said of a cell; empty where it is not said. */
enum stated_word {
    STATED_VALUE,      /* the number */
    STATED_UNIT,       /* "count", "hours", "share" */
    STATED_LATE,       /* of a count: what came after its month was closed */
    STATED_OF,         /* what a share or a median is of */
    STATED_UNKNOWN,    /* decisions whose hours are not known */
    STATED_MARK,       /* "suppressed", "not_applicable": there is no number */
    STATED_HOW,        /* "counted", "opened", "declared" */
    STATED_COMMITMENT, /* to a suppressed number */
    STATED_WORDS,
};

struct stated_cell {
    slice name;              /* "figure/value/value" */
    slice figure;            /* what it begins with */
    slice by[STATED_BY_MAX]; /* the columns that it is split by */
    slice words[STATED_WORDS];
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

/* "late", as in a message. */
const char *stated_word_name(enum stated_word word);

/* The next number in the tables of a page, from *rest on, which moves behind it: its text as it is
 * shown, digits in groups too. E_NOT_FOUND behind the last; E_SYNTAX. */
status stated_page_number(slice *rest, slice *ret_number);
/* Whether a page shows that number of the cell: "1,234", "12.50 h", "12.34 %", "suppressed" or
 * "none". */
bool stated_is_shown(const struct stated_cell *c, slice shown);

/* An empty list with room for that many. E_LIMIT, E_NOMEM. */
status stated_room(struct stated *s, const char *file, size_t cap, struct arena *arena);
/* The next cell, empty but for its figure; NULL if there is no room. */
struct stated_cell *stated_add(struct stated *s, slice figure);
/* Goes one value deeper: the name of the cell gets "/value". E_NOMEM. */
status stated_deepen(struct stated *s, struct stated_cell *c, slice value);
