/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/fault.h"
#include "judge/sigma/predicate.h"

/*
 * pattern: texts with the wildcards '*' (any run, newlines included) and '?' (exactly one code
 * point, or one byte where the bytes are not UTF-8). Matching is linear in the value.
 */

/*
 * Builds a pattern from parts in any order and any number; texts are folded or dashed as the form
 * says and copied into the arena. E_LIMIT: a part that must be searched holds a '?' and is longer
 * than PATTERN_SEARCH_SYMBOLS_MAX, or the arena is full. E_NOMEM.
 */
status pattern_build(struct arena *arena, const struct pattern_part *parts, size_t count,
                     uint8_t form, struct pattern *ret_pattern, struct fault *fault);
/* The same from the parts of a pattern that was built before: in its form already, and in memory
 * that lives as long as the arena. */
status pattern_restore(struct arena *arena, struct pattern_part *parts, size_t count, uint8_t form,
                       struct pattern *ret_pattern, struct fault *fault);
/* Whether the whole value matches. The value is in the pattern's form already (text_form_write).
 * O(value.len), times at most PATTERN_SEARCH_SYMBOLS_MAX / 64 where '?' is searched. */
bool pattern_match(const struct pattern *pattern, slice value);
/* The same question answered symbol by symbol on a value as it stands in the event: short, slow for
 * hostile values (quadratic), and the reference that pattern_match must agree with. */
bool pattern_match_naive(const struct pattern *pattern, slice value);
