/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "judge/sigma/predicate.h"

/*
 * search: finds a segment of texts and '?' in a value, all alignments at once (Shift-And: bit i of
 * the state says that the last i + 1 symbols of the value match the first i + 1 of the segment).
 * Cost: O(value.len * ceil(symbols / 64)), whatever the value.
 */
struct pattern_search;

/* NULL if the arena is full. The segment has 1 to PATTERN_SEARCH_SYMBOLS_MAX symbols. */
struct pattern_search *search_new(struct arena *arena, const struct pattern_segment *segment);
/* The bytes up to and including the earliest stand of the segment in text, or 0 if there is none.
 */
size_t search_run(const struct pattern_search *search, slice text);
