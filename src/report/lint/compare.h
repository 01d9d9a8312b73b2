/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/lint/set.h"
#include "report/lint/versions.h"

/*
 * compare: a report held against an older version or the previous period, by what it is.
 */

/* Tidy files and cells of report folders: TR-61 to TR-63. E_NOMEM. */
status compare_tidy(struct lint *l, const struct restatements *r);
/* Harmonised sets: TR-14, TR-18, TR-52, TR-60 to TR-63, TR-65. E_NOMEM. */
status compare_sets(struct lint *l, const struct restatements *r, const struct set *older,
                    const struct set *newer);
