/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/output/output.h"
#include "judge/output/timeline.h"
#include "judge/sigma/ruleset.h"

/*
 * html: a hunt as one HTML page: no script, no request, its own style for light and dark, a
 * timeline as SVG with its table, findings grouped by rule. Everything foreign is text: escaped,
 * control and direction characters shown by number ([U+001B]), bytes that are no UTF-8 as U+FFFD.
 */
enum {
    HTML_SHOWN_MAX = 50,                       /* findings shown of a rule; more are counted */
    HTML_VALUE_BYTES_MAX = 600,                /* of a value; more is cut */
    HTML_EVENTS_MAX = 20,                      /* of a correlation; more are counted */
    HTML_FIELDS_MAX = 24,                      /* matched fields of a finding; more are counted */
    HTML_STORED_BYTES_MAX = 256 * 1024 * 1024, /* findings kept for the page; more are counted */
};

struct html_report;

struct html_totals {
    uint64_t files, bytes, events, faults;
    const char *version; /* of candor */
};

/* Where the page goes, piece by piece; its error ends the writing. */
typedef status (*html_put)(void *with, slice piece);

/* A report over a finished rule set, which is borrowed. NULL if memory is out. */
struct html_report *html_report_new(const struct ruleset *rs);
void html_report_free(struct html_report *r);
/* Whether a finding of the rule would still be shown and so is to be written. Other threads may be
 * in html_report_add. */
bool html_report_wants(const struct html_report *r, const struct rule *rule);
/* Appends one finding as it stands on the page. Any thread. */
void html_finding_write(struct writer *w, const struct output_item *item);
/* Takes in a finding of the rule. text: from html_finding_write; empty: it is only counted.
 * E_NOMEM.
 */
status html_report_add(struct html_report *r, const struct rule *rule, int64_t time_ns,
                       bool is_time_assumed, slice text);
/* Writes the page, with text as room for OUTPUT_BYTES_MAX bytes. What put returns. */
status html_report_write(struct html_report *r, const struct html_totals *totals, uint8_t *text,
                         html_put put, void *with);
