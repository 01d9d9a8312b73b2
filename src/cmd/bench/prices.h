/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "judge/sigma/ruleset.h"

/* The price rows (judge/sigma/fast/prices.h) of the events of the paths, each of which is a source
 * that counts by itself. *ret_rows is the caller's to free. E_NOT_FOUND, E_NOMEM. */
status prices_learn(const struct ruleset *rs, const char *const *paths, size_t count,
                    uint64_t **ret_rows, size_t *ret_count, struct fault *fault);
