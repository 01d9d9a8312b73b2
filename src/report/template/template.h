/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * template: the eleven CSV parts of the harmonised transparency report as the official templates
 * have them (Regulation (EU) 2024/2835, Annex I): categories.def, columns.def, rows.def.
 *
 * Parts 3 to 6 are grids: a row for each category (part 3: and member state), a column for each
 * number. Parts 7 to 10 are lists: a row for each indicator and scope, the number in one column.
 * Labels are spelt as in the templates, with the white space at their ends.
 */
enum { TEMPLATE_PARTS = 11, TEMPLATE_CATEGORIES = 100 };

/* Who must fill in a row; each tier is one of those before it too. */
enum template_tier { TIER_ALL, TIER_HOSTING, TIER_PLATFORM, TIER_VLOP, TIER_VLOSE };

enum template_role {
    ROLE_APPLICABILITY,
    ROLE_SERVICE,
    ROLE_PERIOD,
    ROLE_LABEL, /* part 2: "Category 1a" */
    ROLE_NAME,  /* part 2: the official name */
    ROLE_CATEGORY,
    ROLE_DESCRIPTION, /* of a sub-category that is not on the list */
    ROLE_SECTION,
    ROLE_INDICATOR,
    ROLE_SCOPE,
    ROLE_COUNT,
    ROLE_MEDIAN,  /* hours */
    ROLE_VALUE,   /* of a list: what its row says it is */
    ROLE_CONTEXT, /* what there is to say about a value */
};

enum template_kind {
    TEMPLATE_COUNT,
    TEMPLATE_MEDIAN,
    TEMPLATE_RATIO,
    TEMPLATE_DATE,
    TEMPLATE_TEXT
};

/* clang-format off */
#define SCOPE(id, name) SCOPE_##id,
enum template_scope {
#include "report/template/rows.def"
};
#define INDICATOR(id, part, section, name) INDICATOR_##id,
enum template_indicator {
#include "report/template/rows.def"
    INDICATORS,
};
/* clang-format on */

/* A category, or a sub-category of the last one with number > 0 before it. */
struct template_category {
    const char *code;
    const char *name;
    uint8_t number; /* 1 to 17; 0: the total */
    bool is_keyword;
};

struct template_column {
    const char *name;
    uint8_t part;
    uint8_t role; /* enum template_role */
};

struct template_row {
    uint8_t indicator; /* enum template_indicator */
    uint8_t tier;      /* enum template_tier */
    uint8_t kind;      /* enum template_kind */
    uint8_t scope;     /* SCOPE_EACH: a row for each language or member state */
};

struct template_part {
    const char *stem; /* of the file's name, behind "part_N_" */
    uint8_t tier;     /* of the file; single rows may be for fewer */
};

extern const struct template_category template_categories[TEMPLATE_CATEGORIES];
extern const struct template_row template_rows[];
extern const size_t template_row_count;
/* Of the Union, two capitals; and its official languages, two small letters. */
enum { TEMPLATE_STATES = 27, TEMPLATE_LANGUAGES = 24 };
extern const char *const template_states[TEMPLATE_STATES];
extern const char *const template_languages[TEMPLATE_LANGUAGES];

/* By number - 1. */
extern const struct template_part template_parts[TEMPLATE_PARTS];

/* The columns of a part, 1 to 11, and how many there are. */
const struct template_column *template_columns(size_t part, size_t *ret_count);
/* Which column one with ROLE_CONTEXT of the part is about. */
size_t template_about(size_t part, size_t column);
/* "All", "Only for VLOPs" …: what the column Applicability says. */
const char *template_tier_name(enum template_tier tier);
/* What the columns Section, Indicator and Scope say; SCOPE_EACH says nothing. */
const char *template_section(enum template_indicator indicator);
const char *template_indicator(enum template_indicator indicator);
const char *template_scope(enum template_scope scope);
/* The part that an indicator belongs to. */
size_t template_part_of(enum template_indicator indicator);
/* Whether a part has rows of that category: 15, 16 and 17 belong to one part each. */
bool template_has_category(size_t part, uint8_t category);
