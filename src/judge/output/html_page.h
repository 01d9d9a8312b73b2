/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/output/html.h"

/* The parts of the page of html.h. Each appends and leaves errors to the writer. */

/* All up to the heading, style included. */
void html_page_head(struct writer *w);
/* What was read and found. levels: findings per level. */
void html_page_totals(struct writer *w, const struct html_totals *totals,
                      const uint64_t levels[TIMELINE_LEVELS], uint64_t findings, size_t rules);
/* The picture and its table. */
void html_page_timeline(struct writer *w, const struct timeline *t);
/* The head of a rule with that many findings, up to the open list of them. */
void html_page_rule(struct writer *w, const struct rule *rule, uint64_t findings);
