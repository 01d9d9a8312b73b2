/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/output/html.h"
#include "judge/sigma/ruleset.h"

/*
 * hunt_output: what becomes of the findings of candor hunt: a writer is chosen, findings are
 * counted, and at the end the summary or the report is printed. Everything goes to stdout.
 */
enum hunt_format {
    HUNT_OCSF,
    HUNT_BRIEF,
    HUNT_CSV,
    HUNT_NAVIGATOR,
    HUNT_HTML,
    HUNT_SUMMARY, /* for people, or with --json as JSON */
};

/* What the end of a hunt knows of its input. */
struct hunt_totals {
    uint64_t files, bytes, events, faults;
    const char *version; /* of candor */
};

struct hunt_output {
    enum hunt_format format;
    bool json;                /* of the summary */
    const struct ruleset *rs; /* borrowed */
    uint8_t *text;            /* owned, OUTPUT_BYTES_MAX */
    uint64_t *rule_findings;  /* owned: per rule, by its number */
    struct html_report *html; /* owned; NULL for other formats */
    uint64_t findings;
    uint64_t level_findings[LEVEL_CRITICAL + 1];
};

/* The format of a name ("ocsf", "csv" …). E_UNKNOWN. */
status hunt_format_parse(const char *name, enum hunt_format *ret_format);
/* E_NOMEM. format and json are the caller's to set before hunt_output_start. */
status hunt_output_init(struct hunt_output *o, const struct ruleset *rs);
void hunt_output_done(struct hunt_output *o);
/* Writes what stands before the first finding. E_IO, E_NOMEM. */
status hunt_output_start(struct hunt_output *o);
/* Counts a finding of that rule; true if hunt_output_finding wants to see it. */
bool hunt_output_count(struct hunt_output *o, const struct rule *rule);
/* Writes one finding. E_IO, E_NOMEM. */
status hunt_output_finding(struct hunt_output *o, const struct output_item *item);
/* Writes what stands behind the last finding, and flushes. E_IO, E_NOMEM. */
status hunt_output_end(struct hunt_output *o, const struct hunt_totals *totals);
