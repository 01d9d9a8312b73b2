/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/lint/set.h"

/*
 * check_set: the rules about one harmonised set, in groups.
 */
/* TR-01, TR-04, TR-05, TR-13. */
void check_shape(struct lint *l, const struct set *s);
/* TR-06, TR-07, TR-09 to TR-12, TR-74. */
void check_cells(struct lint *l, const struct set *s);
/* TR-14 to TR-17. */
void check_period(struct lint *l, const struct set *s);
/* TR-19 to TR-23, TR-25 to TR-28. E_NOMEM. */
status check_categories(struct lint *l, const struct set *s, struct fault *f);
/* TR-24, TR-29 to TR-33, TR-40, TR-46. */
void check_sums(struct lint *l, const struct set *s);
/* TR-34 to TR-39, TR-45, TR-47, TR-48. */
void check_measures(struct lint *l, const struct set *s);
/* TR-41 to TR-44, TR-53, TR-54. */
void check_automated(struct lint *l, const struct set *s);
/* TR-49 to TR-52. */
void check_appeals(struct lint *l, const struct set *s);
/* TR-26 of lists, TR-55 to TR-57. */
void check_scopes(struct lint *l, const struct set *s);
/* TR-58 to TR-60. */
void check_people(struct lint *l, const struct set *s);
