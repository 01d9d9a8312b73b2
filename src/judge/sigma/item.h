/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/compile.h"

/*
 * item: one "field|modifier|modifier: values" while it is compiled. Values become lists of parts
 * (texts and wildcards) at first; modifiers, from left to right, change the parts or say how they
 * are compared; in the end each becomes a predicate.
 */
enum { ALTERNATIVES_MAX = 16384, DASH_PERMUTATIONS_MAX = 625 };

enum item_operation {
    OPERATION_TEXT,
    OPERATION_REGEX,
    OPERATION_CIDR,
    OPERATION_NUMBER,
    OPERATION_TIME,
    OPERATION_EXISTS,
    OPERATION_FIELDREF,
};

/* Beside the kinds of predicate.h: the name of a value list, until expand replaces it. */
enum { PART_LIST = PART_ANY + 1 };

/* One spelling of a value; a value has several after base64offset or expand, any of which matches.
 */
struct alternative {
    struct pattern_part *parts; /* in the scratch arena */
    size_t count;
};

struct item_value {
    const struct yaml_node *node;
    struct alternative *alternatives; /* none for null */
    size_t count;
};

struct modifier;

struct item {
    struct document *document;
    const struct yaml_node *key; /* the place for messages; the list node for plain keywords */
    slice name;                  /* the key as written; empty for plain keywords */
    slice field;                 /* empty for keywords */
    bool is_keyword;
    const struct modifier *modifier; /* the one being applied */

    struct item_value *values;
    size_t count;

    uint8_t operation; /* enum item_operation */
    bool is_all, is_negated, is_cased, is_dashed;
    bool is_expanded; /* expand is one of the modifiers */
    bool is_changed;  /* a modifier has changed the values already */
    uint8_t affix;    /* enum affix */
    bool has_affix, has_compare, has_part;
    uint8_t compare; /* enum compare */
    uint8_t part;    /* enum time_part */
    uint32_t regex_flags;
};

/* Compiles one item of a map. False after a diagnostic; else ret_node is one node, its children in
 * the set's arena. */
bool item_compile(struct document *d, const struct yaml_node *key, const struct yaml_node *values,
                  struct rule_node *ret_node);
/* Compiles a list of scalars, or one scalar, as keywords. */
bool keywords_compile(struct document *d, const struct yaml_node *values,
                      struct rule_node *ret_node);

/* Cuts a text into parts by the escape rules of the language; with lists, %name% becomes a
 * PART_LIST and "\\%" a plain percent sign. E_LIMIT if the arena is full. */
status value_parse(struct arena *arena, slice text, bool lists, struct alternative *ret_value);
/* The one text of a value without wildcards (empty for an empty value). E_VALUE if it has any. */
status value_plain(const struct alternative *value, slice *ret_text);
/* Turns the finished item into a node. */
bool item_finish(struct item *item, struct rule_node *ret_node);
/* An error at the item's key, or at one value's place. */
#define item_error(item_, at_, code_, ...)                                                         \
    document_error((item_)->document, (at_) == NULL ? (item_)->key : (at_), code_, __VA_ARGS__)
