/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * fold: how texts are compared without regard to case: Unicode simple case folding (CaseFolding,
 * status C and S), no normalisation. One code point folds to one code point; bytes that are not
 * UTF-8 stay as they are and match only themselves. And the dash form of windash, in which
 * - / U+2013 U+2014 U+2015 all read as '-'.
 */

/* A symbol is a code point, or SYMBOL_STRAY + the byte where the bytes are not UTF-8. */
enum { SYMBOL_STRAY = 0x110000 };

/* Whether no byte is outside ASCII. O(len). */
bool text_is_ascii(slice text);
/* The folded code point. */
uint32_t fold_code_point(uint32_t code_point);
/* The symbol at the start of text, which is not empty, and its length in bytes (1..4). */
uint32_t symbol_first(slice text, size_t *ret_len);
/* The length in bytes of the last symbol of text, which is not empty. */
size_t symbol_last_len(slice text);
/* The symbol in a form (enum text_form): folded, dashed, both or neither. */
uint32_t symbol_form(uint32_t symbol, uint8_t form);
/* The most bytes that text_form_write can make of len bytes. */
size_t text_form_bound(size_t len);
/* Writes the text in the form (enum text_form) and returns its length. ret_bytes has room for
 * text_form_bound(text.len). O(len). */
size_t text_form_write(slice text, uint8_t form, uint8_t *ret_bytes);
/* Whether the text in that form is the text itself, so that no copy is needed. O(len). */
bool text_form_is_same(slice text, uint8_t form);
