/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/cursor.h"

/*
 * lines: reads a text file of lines, each of words with one space between them: the form of bundles
 * and count proofs. There is one spelling: no empty word, no space at either end of a line.
 * Ownership: the text is borrowed; lines and words are views into it.
 */
struct lines {
    struct cursor rest; /* at the next line */
    slice line;         /* what is left of the line in hand */
    size_t number;      /* of the line in hand, from 1; 0 before the first */
};

/* Before the first line of the text. */
struct lines lines_of(slice text);
/* Takes the next line in hand, whatever was left of the last one. E_SHORT if there is none that
 * ends. */
status lines_next(struct lines *l);
/* The next word of the line in hand. E_SYNTAX if there is none or a space stands where none may. */
status lines_word(struct lines *l, slice *ret_word);
/* Takes the next word, which must be this one. E_SYNTAX. */
status lines_expect(struct lines *l, const char *word);
/* Whether the line in hand is used up. E_TRAILING. */
status lines_end(const struct lines *l);
