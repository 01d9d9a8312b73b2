/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "report/lint/set.h"

/*
 * outcomes: what became of complaints or disputes.
 */
struct outcomes {
    uint64_t upheld, partially, reversed, omitted;
};

/* Those of an indicator; what is not there is 0. */
struct outcomes outcomes_of(const struct set *s, enum template_indicator indicator);
/* The part of the decisions that was reversed, in full or in part; 0 if there were none. */
double outcomes_reversal(const struct outcomes *o);
