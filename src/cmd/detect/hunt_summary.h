/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/detect/hunt_output.h"

/* The counts of a hunt by rule and level, for people or as JSON, whichever o says. E_NOMEM. */
status hunt_summary_write(struct writer *w, const struct hunt_output *o,
                          const struct hunt_totals *totals, const struct hunt_tally *tally);
