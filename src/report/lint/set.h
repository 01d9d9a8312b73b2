/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/lint/check.h"
#include "report/lint/number.h"
#include "report/template/template.h"

/*
 * set: the parts of one harmonised report, with columns and rows resolved to those of the template,
 * so that rules name cells by what they mean.
 */
enum {
    SET_COLUMNS_MAX = 40, /* of a part of the template */
    SET_CODES_MAX = TEMPLATE_STATES,
    SCOPE_UNKNOWN = -1, /* no scope of the template and no code */
    NONE = -1,
};

/* Columns of the grids in the template. */
enum order_column {
    ORDERS = 6,
    ORDER_ITEMS,
    ORDERS_INFORM,
    ORDERS_EFFECT,
    INFORMATION_ORDERS,
    INFORMATION_INFORM,
    INFORMATION_EFFECT,
};

/* Each with that of trusted flaggers behind it. */
enum notice_column {
    NOTICES = 5,
    NOTICE_ITEMS = 7,
    NOTICE_MEDIAN = 9,
    ACTIONS_BY_LAW = 11,
    ACTIONS_BY_TERMS = 13,
    NOTICE_COLUMNS_END = 15,
};

enum measure_column {
    MEASURES = 5,
    MEASURES_DETECTED, /* solely by automated means */
    RESTRICTIONS_FIRST,
    RESTRICTIONS_END = RESTRICTIONS_FIRST + 14,
};

/* A row below the header. */
struct part_row {
    size_t at;         /* in the table */
    int16_t category;  /* parts 2 to 6: in template_categories; NONE */
    int16_t parent;    /* the category that it stands under, itself for a category; NONE */
    int16_t indicator; /* lists: enum template_indicator; NONE */
    int16_t scope;     /* lists: enum template_scope; SCOPE_UNKNOWN */
    int16_t code;      /* a state or language by its place in the template; NONE */
    int32_t next;      /* the next row with the same key, or NONE */
    bool blank;        /* every cell is */
};

struct part {
    const struct lint_file *file; /* NULL: the part is not there */
    uint8_t number;
    bool is_grid;
    size_t column_count; /* of the template */
    const struct template_column *columns;
    int32_t at[SET_COLUMNS_MAX]; /* the table's column of each, or NONE */
    struct part_row *rows;
    size_t row_count;
    int32_t (*grid)[TEMPLATE_CATEGORIES]; /* by code + 1 (0: TOTAL) and category: first row */
};

/* A number of a list: where and what. */
struct listed {
    const struct part_row *row; /* NULL: there is none */
    struct number number;
    struct place place;
};

struct set {
    struct part parts[TEMPLATE_PARTS + 1]; /* by number */
    bool is_whole; /* a folder, so that a part that is not there is missing */
    uint8_t tier;  /* guessed from the parts */
    slice folder;
    int32_t list[INDICATORS][SCOPE_ALL + 1]; /* first row; SCOPE_EACH: see each */
    int32_t each[INDICATORS][SET_CODES_MAX];
};

/* Every set of a side, in the order of their folders. Arrays are the arena's. E_NOMEM. */
status set_find(struct lint *l, enum lint_side side, struct set **ret_sets, size_t *ret_count);

/* The cell of a row in a column of the template; empty if the table has no such column. */
slice part_cell(const struct part *p, const struct part_row *row, size_t column);
/* The first column with that role; NONE. */
int part_role(const struct part *p, enum template_role role);
struct number part_number(const struct part *p, const struct part_row *row, size_t column);
struct place part_place(const struct part *p, const struct part_row *row, size_t column);
/* The contextual information on a value; empty if there is none. */
slice part_context(const struct part *p, const struct part_row *row, size_t column);
/* Whether the column holds a value that rules look at: a count, a median or a list's. */
bool part_is_value(const struct part *p, size_t column);
/* What a value of the row is, by column or, in a list, by row: enum template_kind. */
enum template_kind part_kind(const struct part *p, const struct part_row *row, size_t column);
/* Whether a grid's row can be part of sums: code and scope are known, and a keyword stands under
 * its own category. */
bool part_is_placed(const struct part_row *row);
/* The template's row that a list's row is; NULL. */
const struct template_row *part_template(const struct part_row *row);

/* The first row of a grid with that key: code NONE is the scope TOTAL. */
const struct part_row *grid_row(const struct part *p, int code, int category);
/* The next with the same key, NULL behind the last. */
const struct part_row *part_next(const struct part *p, const struct part_row *row);
/* Numbers of lists. */
struct listed set_listed(const struct set *s, enum template_indicator indicator,
                         enum template_scope scope);
struct listed set_each(const struct set *s, enum template_indicator indicator, int code);
/* The column with the number of events that a median of a grid is about. */
size_t set_count_of(const struct part *p, size_t median);
/* A row of part 11, and its text; empty if it is not there. */
slice set_text(const struct set *s, enum template_indicator indicator);
/* Whether a text of the template was left in. */
bool is_left_in(slice cell);
