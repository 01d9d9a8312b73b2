/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/facts.h"

/*
 * facts_table: the rows of facts.def as constants. Only facts.c reads them; all others ask
 * record/facts.h.
 */
extern const struct fact fact_table[FACT_LAST + 1]; /* by number; name is NULL where unused */
