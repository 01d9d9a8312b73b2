/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/decimal.h"

/*
 * number: one text for all spellings of a number, so that equal numbers are found by a hash.
 */
enum { NUMBER_DIGITS_MAX = 40, NUMBER_TEXT_BYTES_MAX = NUMBER_DIGITS_MAX + 24 };

/* Whether the text is that one text already: an integer without sign but '-', without leading
 * zeros. */
bool number_is_plain(slice text);
/* The one text of a number; empty if it has more than NUMBER_DIGITS_MAX digits. Two numbers have
 * the same text exactly if they are equal. ret_bytes: NUMBER_TEXT_BYTES_MAX. */
slice number_text(const struct decimal *number, uint8_t *ret_bytes);
