/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/hunt_output.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/detect/hunt_summary.h"
#include "judge/output/brief.h"
#include "judge/output/csv.h"
#include "judge/output/navigator.h"
#include "judge/output/ocsf.h"
#include "base/banned.h"

enum { NAVIGATOR_ARENA_BYTES = 256 * 1024 * 1024 };

/* The formats that write each finding where it arises. */
static const struct {
    const char *name;
    void (*write)(struct writer *w, const struct output_item *item);
} formats[] = {
    [HUNT_OCSF] = { "ocsf", ocsf_write }, [HUNT_BRIEF] = { "brief", brief_write },
    [HUNT_CSV] = { "csv", csv_write },    [HUNT_NAVIGATOR] = { "navigator", NULL },
    [HUNT_HTML] = { "html", NULL },       [HUNT_SUMMARY] = { "summary", NULL },
};

status hunt_format_parse(const char *name, enum hunt_format *ret_format)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        if (strcmp(name, formats[i].name) != 0) continue;
        *ret_format = (enum hunt_format)i;
        return OK;
    }
    return FAIL(E_UNKNOWN);
}

status hunt_output_init(struct hunt_output *o, const struct ruleset *rs)
{
    *o = (struct hunt_output){
        .rs = rs,
        .text = malloc(OUTPUT_BYTES_MAX),
        .rule_findings = calloc(rs->rule_count + 1, sizeof *o->rule_findings),
    };
    if (o->text != NULL && o->rule_findings != NULL) return OK;
    hunt_output_done(o);
    return FAIL(E_NOMEM);
}

void hunt_output_done(struct hunt_output *o)
{
    free(o->text);
    free(o->rule_findings);
    html_report_free(o->html);
    *o = (struct hunt_output){};
}

static status put(const struct writer *w)
{
    TRY(writer_end(w));
    return fwrite(w->at, 1, w->len, stdout) == w->len ? OK : FAIL(E_IO);
}

status hunt_output_start(struct hunt_output *o)
{
    struct writer w = writer_of(o->text, OUTPUT_BYTES_MAX);
    if (o->format == HUNT_CSV) csv_head(&w);
    if (o->format == HUNT_HTML) {
        o->html = html_report_new(o->rs);
        if (o->html == NULL) return FAIL(E_NOMEM);
    }
    return put(&w);
}

bool hunt_output_count(struct hunt_output *o, const struct rule *rule)
{
    o->findings++;
    o->rule_findings[rule->number]++;
    if (rule->level <= LEVEL_CRITICAL) o->level_findings[rule->level]++;
    return formats[o->format].write != NULL || o->html != NULL;
}

status hunt_output_finding(struct hunt_output *o, const struct output_item *item)
{
    struct writer w = writer_of(o->text, OUTPUT_BYTES_MAX);
    if (o->html != NULL) return html_report_add(o->html, item);
    formats[o->format].write(&w, item);
    return put(&w);
}

static status put_piece(void *, slice piece)
{
    return fwrite(piece.at, 1, piece.len, stdout) == piece.len ? OK : FAIL(E_IO);
}

static status put_html(struct hunt_output *o, const struct hunt_totals *totals)
{
    const struct html_totals told = { .files = totals->files,
                                      .bytes = totals->bytes,
                                      .events = totals->events,
                                      .faults = totals->faults,
                                      .version = totals->version };
    return html_report_write(o->html, &told, o->text, put_piece, NULL);
}

static status put_navigator(struct hunt_output *o, struct writer *w)
{
    struct arena arena = arena_of(NAVIGATOR_ARENA_BYTES);
    const status s = navigator_write(w, o->rs, o->rule_findings, &arena);
    arena_done(&arena);
    return s;
}

status hunt_output_end(struct hunt_output *o, const struct hunt_totals *totals)
{
    struct writer w = writer_of(o->text, OUTPUT_BYTES_MAX);
    if (o->format == HUNT_SUMMARY) TRY(hunt_summary_write(&w, o, totals));
    if (o->format == HUNT_NAVIGATOR) TRY(put_navigator(o, &w));
    if (o->format == HUNT_HTML) TRY(put_html(o, totals));
    TRY(put(&w));
    return fflush(stdout) == 0 ? OK : FAIL(E_IO);
}
