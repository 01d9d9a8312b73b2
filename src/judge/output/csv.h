/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/output/output.h"

/*
 * csv: findings as comma separated values (RFC 4180): a head line, CRLF at line ends, cells in
 * quotes where needed. A cell that a spreadsheet would take for a formula (=, +, -, @, a tab or a
 * carriage return at its start) gets an apostrophe before it. NUL and other control characters
 * become spaces (line feeds stay, in quotes), bytes that are no UTF-8 become U+FFFD.
 */

/* The head line. */
void csv_head(struct writer *w);
/* A finding as a line; matched fields (a correlation's group) are one cell, "field=value" a line.
 * Of a correlation, first_seen and last_seen are its window, events its events, one a line. */
void csv_write(struct writer *w, const struct output_item *item);
