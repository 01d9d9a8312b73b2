/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/writer.h"
#include "record/schema.h"

/*
 * words: the closed lists of the Digital Services Act's statements of reasons (Regulation (EU)
 * 2022/2065, article 17; schema in force since 2025-07-01) beside those of record/choices.def.
 */

/* The number of a value in a list of choices.def, from the DSA's own word
 * (STATEMENT_CATEGORY_SELF_HARM) or candor's (self_harm); 0 if it is none of either. */
uint8_t words_number(const struct choice *list, slice word);

/* Appends the DSA's own word for a value of a list that it has words for; nothing for a number that
 * is no value. */
void words_spell(const struct choice *list, uint8_t number, struct writer *w);

/* Words that are committed as they are. */
struct words {
    const char *name; /* for people: "keyword" */
    const char *const *at;
    size_t count;
};

extern const struct words words_keywords;      /* KEYWORD_…, of section 2 of the report */
extern const struct words words_content_types; /* CONTENT_TYPE_… */
extern const struct words words_territories;   /* the 30 states of the EEA */
extern const struct words words_languages;     /* ISO 639-1 in capitals */
extern const struct words words_account_types; /* ACCOUNT_TYPE_… */

/* The list's own copy of a word, in *ret_position its place; false if it is none. */
bool words_find(const struct words *w, slice word, size_t *ret_position);
