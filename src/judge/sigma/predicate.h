/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"
#include "base/address.h"
#include "judge/sigma/decimal.h"

/*
 * predicate: one question about one field of an event, such as "Image ends with \cmd.exe". Each
 * distinct predicate exists once per rule set and has a number, so that an engine can answer it
 * once per event for all rules.
 *
 * A predicate is true if any member of the field (an event may hold a name several times) passes.
 * Only PREDICATE_NULL is true when the field is absent. Values longer than EVENT_VALUE_BYTES_MAX
 * come cut to that length (record/event.h).
 */
enum {
    PATTERN_SEARCH_SYMBOLS_MAX = 256, /* of a part between two '*' that holds a '?' */
    FIELDREF_MEMBERS_MAX = 32,        /* members compared on either side of a field reference */
};

/* The field number of keywords: every scalar of the event, or its raw line. */
#define FIELD_KEYWORD UINT32_MAX

/* A field as rules name it. The same name counts twice if rules with a category and rules without
 * one use it, because aliases are seen by the former only (record/event.h). */
struct rule_field {
    slice name;
    bool is_categorised;
};

enum predicate_kind {
    PREDICATE_TEXT,     /* pattern; with a keyword field: found anywhere in any scalar */
    PREDICATE_REGEX,    /* regex, unanchored */
    PREDICATE_NULL,     /* absent or null */
    PREDICATE_EXISTS,   /* present, whatever the value */
    PREDICATE_NUMBER,   /* compare with number */
    PREDICATE_TIME,     /* compare a part of a timestamp */
    PREDICATE_CIDR,     /* network */
    PREDICATE_FIELDREF, /* other_field of the same member list */
};

enum compare { COMPARE_EQ, COMPARE_LT, COMPARE_LTE, COMPARE_GT, COMPARE_GTE };
enum time_part { TIME_MINUTE, TIME_HOUR, TIME_DAY, TIME_WEEK, TIME_MONTH, TIME_YEAR };
enum affix { AFFIX_WHOLE, AFFIX_STARTS, AFFIX_ENDS, AFFIX_CONTAINS };

/* In which form value and pattern meet. */
enum text_form {
    FORM_FOLDED = 0,     /* Unicode simple folding */
    FORM_CASED = 1 << 0, /* as written */
    FORM_DASHED = 1 << 1 /* - / U+2013 U+2014 U+2015 all read as '-' (windash) */
};

enum pattern_shape {
    SHAPE_EXACT,    /* text */
    SHAPE_PREFIX,   /* text* */
    SHAPE_SUFFIX,   /* *text */
    SHAPE_CONTAINS, /* *text* */
    SHAPE_ANYTHING, /* * */
    SHAPE_GENERAL,  /* segments */
};

enum pattern_part_kind { PART_TEXT, PART_ONE, PART_ANY };

struct pattern_part {
    uint8_t kind; /* enum pattern_part_kind */
    slice text;   /* PART_TEXT, in the pattern's form */
};

struct pattern_search;

/* Parts between two '*' or between a '*' and an end. */
struct pattern_segment {
    const struct pattern_part *parts;
    uint32_t part_count;
    uint32_t symbols;                    /* code points (or stray bytes) it covers */
    const struct pattern_search *search; /* where it must be searched and holds a '?', else NULL */
};

struct pattern {
    uint8_t form;                     /* enum text_form */
    uint8_t shape;                    /* enum pattern_shape */
    slice text;                       /* of the first four shapes */
    const struct pattern_part *parts; /* all shapes; no two PART_ANY and no two PART_TEXT meet */
    uint32_t part_count;
    const struct pattern_segment *segments; /* SHAPE_GENERAL */
    uint32_t segment_count;
    bool is_open_start, is_open_end; /* a '*' before the first, behind the last segment */
};

struct scan_set;

struct predicate {
    uint32_t index;  /* its place in ruleset.predicates */
    uint32_t field;  /* place in ruleset.fields, or FIELD_KEYWORD */
    uint8_t kind;    /* enum predicate_kind */
    uint8_t compare; /* enum compare: PREDICATE_NUMBER, PREDICATE_TIME */
    slice written;   /* the value as the rule has it, for people */
    union {
        struct {
            struct pattern pattern;
            bool is_number;        /* the rule gave a number: numbers compare as numbers too */
            struct decimal number; /* then */
        } text;
        struct {
            slice expression;
            uint32_t flags;             /* enum scan_flags */
            const struct scan_set *set; /* owned by the rule set */
        } regex;
        struct decimal number;
        struct {
            uint8_t part; /* enum time_part */
            int32_t value;
        } time;
        struct network network;
        struct {
            uint32_t field;
            uint8_t affix; /* enum affix */
            uint8_t form;  /* enum text_form */
        } other;
    };
};
