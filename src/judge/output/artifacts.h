/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/output/output.h"

/* Members of an evidence of OCSF that the event itself fills: device, process and actor, each where
 * the event has what the object must have. Values are cut as everywhere in the output. */
void artifacts_members(struct json_writer *j, const struct event *event);
