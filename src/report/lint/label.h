/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * label: texts in cells as they are compared: without white space at the ends, runs of it as one
 * space, '_' as a space, ASCII letters small, curly quotes straight.
 */
enum { LABEL_BYTES_MAX = 8192 }; /* of a text that is compared; what is behind is not */

/* Without white space (no-break space too) at both ends. */
slice label_trim(slice text);
/* The folded text in room, of LABEL_BYTES_MAX bytes. */
slice label_fold(slice text, uint8_t *room);
/* Whether both are the same folded. */
bool label_same(slice a, slice b);
/* As label_same, of a NUL-terminated text. */
bool label_is(slice a, const char *text);
/* Whether the folded text has those words, which are folded already, anywhere. */
bool label_has(slice text, const char *words);
