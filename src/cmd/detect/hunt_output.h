/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/output/html.h"
#include "judge/sigma/correlate/correlator.h"
#include "judge/sigma/ruleset.h"

/*
 * hunt_output: what becomes of the findings of candor hunt. Each thread counts and renders by
 * itself; what it rendered is taken over in the order of the input. All of it goes to a stream, or
 * nowhere.
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
    struct correlator_counts correlations;
    bool is_interrupted;
};

/* Findings of one thread, or of all. */
struct hunt_tally {
    uint64_t findings;
    uint64_t level_findings[LEVEL_CRITICAL + 1];
    uint64_t *rule_findings; /* owned: per rule, by its number */
    struct output_digest digest;
};

struct hunt_output {
    enum hunt_format format;
    bool json;                /* of the summary */
    const struct ruleset *rs; /* borrowed */
    void *stream;             /* FILE, borrowed; NULL: nothing is printed */
    int unwritten;            /* why it took no more, an errno; 0: it took all */
    struct html_report *html; /* owned; NULL for other formats */
};

/* E_NOMEM. */
status hunt_tally_init(struct hunt_tally *t, const struct ruleset *rs);
void hunt_tally_done(struct hunt_tally *t);
/* Counts a finding of that rule. */
void hunt_tally_count(struct hunt_tally *t, const struct rule *rule);
/* Adds another's counts over the same rules. */
void hunt_tally_add(struct hunt_tally *t, const struct hunt_tally *other, const struct ruleset *rs);

/* The format of a name ("ocsf", "csv" …). E_UNKNOWN. */
status hunt_format_parse(const char *name, enum hunt_format *ret_format);
/* Writes what stands before the first finding; the members above html are set. E_IO, E_NOMEM. */
status hunt_output_start(struct hunt_output *o);
void hunt_output_done(struct hunt_output *o);
/* Whether findings are rendered at all, or only counted. */
bool hunt_output_renders(const struct hunt_output *o);
/* Appends a finding, at most OUTPUT_BYTES_MAX bytes. Any thread. */
void hunt_output_render(const struct hunt_output *o, struct writer *w,
                        const struct output_item *item);
/* Prints or keeps what was rendered. E_IO, E_NOMEM. */
status hunt_output_take(struct hunt_output *o, slice rendered);
/* Writes what stands behind the last finding, and flushes. E_IO, E_NOMEM. */
status hunt_output_end(struct hunt_output *o, const struct hunt_totals *totals,
                       const struct hunt_tally *tally);
