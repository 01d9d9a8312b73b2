/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/schema.h"

/*
 * schema_table: the rows of schema.def and choices.def as constants. Only schema.c reads them; all
 * others ask record/schema.h.
 */
extern const struct schema schema_table[KIND_LAST + 1]; /* by number; name is NULL where unused */
extern const struct choice *const choice_table[];
extern const size_t choice_table_count;
