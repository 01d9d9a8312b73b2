/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/output/output.h"

/*
 * brief: a finding as a short JSON object in candor's own words, for eyes and small scripts:
 *   {"time", "uid", "rule", "title", "level", "author", "tags": [], then evidence.h's members,
 *    "logsource_unknown": true and "clipped": true where they hold}
 */

/* Appends the object and a line feed, at most OUTPUT_BYTES_MAX bytes. */
void brief_write(struct writer *w, const struct output_item *item);
