/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/item.h"

/*
 * modifier: one row per modifier of the language. Parsing, the list in docs/sigma.md and the
 * coverage test of the conformance vectors come from the same rows.
 */
struct modifier {
    const char *name;
    const char *about;                /* one line */
    bool (*apply)(struct item *item); /* false after a diagnostic */
};

/* Ends with an empty row. */
extern const struct modifier modifiers[];

/* The row of a name; NULL if the language has none. */
const struct modifier *modifier_find(slice name);

/* encode.c: what base64, base64offset and the utf16 family do to the values. */
bool encode_base64(struct item *item);
bool encode_base64offset(struct item *item);
bool encode_wide(struct item *item);
bool encode_utf16(struct item *item);
bool encode_utf16be(struct item *item);
/* expand.c: lists of values. */
bool expand_lists(struct item *item);
