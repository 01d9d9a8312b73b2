/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/output/output.h"

/*
 * evidence: why and where a finding arose, as members of a JSON object, the same in every JSON
 * output: "event": {"file", "line", "record", "element" (of a line that is an array), "offset"},
 * "matched": [{"field", "value", "selection", "item", "written"}], "matched_left", "explanation"
 * and for correlations "group": {field: value}, "window": {"start", "end"}, "measure", "events":
 * [{"file", "line", "record", "element"}], "event_count"; or "groups_given_up" where its state
 * reached its bound. A value that was cut has "cut": true beside it.
 */

/* Into the object that is open. */
void evidence_members(struct json_writer *j, const struct output_item *item);
