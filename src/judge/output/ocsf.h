/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/output/output.h"

/*
 * ocsf: a finding as an OCSF 1.8.0 Detection Finding (class 2004), one JSON object.
 *
 *   class_uid 2004, category_uid 2, activity_id 1 (Create), type_uid 200401
 *   severity_id        the rule's level: 1 informational … 5 critical; 0 where it states none
 *   time               of the event, milliseconds since 1970; 0 where the event has none, which
 *                      unmapped.time_unknown then says
 *   finding_info       uid (output_uid), title, desc, analytic (the rule), attacks (from the
 *                      attack.* tags), tags: "author" and "license" of the rule, "sigma" its tags
 *   evidences[0].data  event {file, line, record, offset}, matched [{field, value, selection,
 *                      item, written}], for correlations group, window and records
 */

/* Appends the object and a line feed, at most OUTPUT_BYTES_MAX bytes. */
void ocsf_write(struct writer *w, const struct output_item *item);
