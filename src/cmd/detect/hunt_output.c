/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of the formats that are one text per finding, the rendered bytes are printed as they are. For the
 * HTML page each finding is: rule number u32, time u64, 1 if that is assumed u8, text vec32.
 */
#include "cmd/detect/hunt_output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/arena.h"
#include "base/bytes.h"
#include "base/cursor.h"
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

status hunt_tally_init(struct hunt_tally *t, const struct ruleset *rs)
{
    *t = (struct hunt_tally){ .rule_findings =
                                  calloc(rs->rule_count + 1, sizeof *t->rule_findings) };
    return t->rule_findings == NULL ? FAIL(E_NOMEM) : OK;
}

void hunt_tally_done(struct hunt_tally *t)
{
    free(t->rule_findings);
    *t = (struct hunt_tally){};
}

void hunt_tally_count(struct hunt_tally *t, const struct rule *rule)
{
    t->findings++;
    t->rule_findings[rule->number]++;
    if (rule->level <= LEVEL_CRITICAL) t->level_findings[rule->level]++;
}

void hunt_tally_add(struct hunt_tally *t, const struct hunt_tally *other, const struct ruleset *rs)
{
    t->findings += other->findings;
    for (size_t i = 0; i < COUNT_OF(t->level_findings); i++)
        t->level_findings[i] += other->level_findings[i];
    for (size_t i = 0; i < rs->rule_count; i++)
        t->rule_findings[i] += other->rule_findings[i];
    output_digest_join(&t->digest, &other->digest);
}

status hunt_format_parse(const char *name, enum hunt_format *ret_format)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        if (strcmp(name, formats[i].name) != 0) continue;
        *ret_format = (enum hunt_format)i;
        return OK;
    }
    return FAIL(E_UNKNOWN);
}

static status written(struct hunt_output *o, bool is_written)
{
    if (is_written) return OK;
    o->unwritten = errno;
    return FAIL(E_IO);
}

static status put(void *with, slice piece)
{
    struct hunt_output *o = with;
    if (o->stream == NULL || piece.len == 0) return OK;
    return written(o, fwrite(piece.at, 1, piece.len, o->stream) == piece.len);
}

static status flush(struct hunt_output *o)
{
    return o->stream == NULL ? OK : written(o, fflush(o->stream) == 0);
}

void hunt_output_done(struct hunt_output *o)
{
    html_report_free(o->html);
    o->html = NULL;
}

status hunt_output_start(struct hunt_output *o)
{
    enum { HEAD_BYTES = 4096 };
    uint8_t head[HEAD_BYTES];
    struct writer w = writer_of(head, sizeof head);
    if (o->format == HUNT_CSV) csv_head(&w);
    if (o->format == HUNT_HTML) {
        o->html = html_report_new(o->rs);
        if (o->html == NULL) return FAIL(E_NOMEM);
    }
    TRY(writer_end(&w));
    return put(o, writer_slice(&w));
}

bool hunt_output_renders(const struct hunt_output *o)
{
    return formats[o->format].write != NULL || o->html != NULL;
}

static void render_html(const struct hunt_output *o, struct writer *w,
                        const struct output_item *item)
{
    const struct finding *f = item->finding;
    writer_u32(w, f->rule->number);
    writer_u64(w, (uint64_t)f->time_ns);
    writer_u8(w, f->is_time_assumed);
    uint8_t *len = writer_room(w, 4);
    const size_t start = w->len;
    if (html_report_wants(o->html, f->rule)) html_finding_write(w, item);
    if (len != NULL) put_u32(len, (uint32_t)(w->len - start));
}

void hunt_output_render(const struct hunt_output *o, struct writer *w,
                        const struct output_item *item)
{
    if (o->html != NULL) {
        render_html(o, w, item);
    } else if (formats[o->format].write != NULL) {
        formats[o->format].write(w, item);
    }
}

static status take_html(struct hunt_output *o, slice rendered)
{
    struct cursor c = cursor_of(rendered);
    while (cursor_left(&c) > 0) {
        uint32_t number = 0;
        uint64_t time_ns = 0;
        uint8_t is_assumed = 0;
        slice text = slice_none();
        TRY(cursor_u32(&c, &number));
        TRY(cursor_u64(&c, &time_ns));
        TRY(cursor_u8(&c, &is_assumed));
        TRY(cursor_vec32(&c, OUTPUT_BYTES_MAX, &text));
        assert(number < o->rs->rule_count);
        TRY(html_report_add(o->html, o->rs->rules[number], (int64_t)time_ns, is_assumed != 0,
                            text));
    }
    return OK;
}

status hunt_output_take(struct hunt_output *o, slice rendered)
{
    if (o->html != NULL) return take_html(o, rendered);
    TRY(put(o, rendered));
    return rendered.len == 0 ? OK : flush(o);
}

static status put_navigator(const struct hunt_output *o, const struct hunt_tally *tally,
                            struct writer *w)
{
    struct arena arena = arena_of(NAVIGATOR_ARENA_BYTES);
    const status s = navigator_write(w, o->rs, tally->rule_findings, &arena);
    arena_done(&arena);
    return s;
}

static status put_html(struct hunt_output *o, const struct hunt_totals *totals, uint8_t *room)
{
    const struct html_totals told = { .files = totals->files,
                                      .bytes = totals->bytes,
                                      .events = totals->events,
                                      .faults = totals->faults,
                                      .version = CANDOR_VERSION };
    return html_report_write(o->html, &told, room, put, o);
}

status hunt_output_end(struct hunt_output *o, const struct hunt_totals *totals,
                       const struct hunt_tally *tally)
{
    uint8_t *room = malloc(OUTPUT_BYTES_MAX); /* pages that are not written cost nothing */
    if (room == NULL) return FAIL(E_NOMEM);
    struct writer w = writer_of(room, OUTPUT_BYTES_MAX);
    status s = OK;
    if (o->format == HUNT_SUMMARY) s = hunt_summary_write(&w, o, totals, tally);
    if (o->format == HUNT_NAVIGATOR) s = put_navigator(o, tally, &w);
    if (o->format == HUNT_HTML) s = put_html(o, totals, room);
    if (s.code == E_OK) s = writer_end(&w);
    if (s.code == E_OK && o->html == NULL) s = put(o, writer_slice(&w));
    free(room);
    return s.code == E_OK ? flush(o) : s;
}
