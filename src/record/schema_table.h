/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/schema.h"

/*
 * schema_table: the rows of choices.def as constants. Only schema.c reads them; all others ask
 * record/schema.h, where the rows of schema.def are.
 */
extern const struct choice *const choice_table[];
extern const size_t choice_table_count;
