/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/intake.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "intake/evtx/evtx.h"
#include "intake/plan.h"
#include "intake/reader.h"
#include "intake/route.h"
#include "base/banned.h"

static const struct format *const formats[INTAKE_FORMAT_COUNT] = {
    [INTAKE_EVTX] = &intake_evtx_format,     [INTAKE_JSON] = &intake_json_format,
    [INTAKE_AUDITD] = &intake_auditd_format, [INTAKE_JOURNAL] = &intake_journal_format,
    [INTAKE_SYSLOG] = &intake_syslog_format, [INTAKE_CSV] = &intake_csv_format,
    [INTAKE_TEXT] = &intake_text_format,
};

const struct format *reader_format(enum intake_format format)
{
    return formats[format];
}

const char *intake_format_name(enum intake_format format)
{
    return format < INTAKE_FORMAT_COUNT && formats[format] != NULL ? formats[format]->name : "auto";
}

status intake_format_parse(slice name, enum intake_format *ret_format)
{
    for (enum intake_format f = INTAKE_AUTO; f < INTAKE_FORMAT_COUNT; f++) {
        if (!slice_is(name, intake_format_name(f))) continue;
        *ret_format = f;
        return OK;
    }
    return FAIL(E_UNKNOWN);
}

struct intake *intake_new(const struct routes *routes)
{
    struct intake *in = calloc(1, sizeof *in);
    if (in == NULL) return NULL;
    in->own_routes = routes == NULL ? routes_new() : NULL;
    in->routes = routes == NULL ? in->own_routes : routes;
    in->json = json_parser_new();
    if (in->routes == NULL || in->json == NULL || build_init(&in->build).code != E_OK) {
        intake_free(in);
        return NULL;
    }
    intake_begin(in, INTAKE_AUTO, 0);
    return in;
}

void intake_free(struct intake *in)
{
    if (in == NULL) return;
    build_done(&in->build);
    json_parser_free(in->json);
    routes_free(in->own_routes);
    evtx_free(in->evtx);
    free(in);
}

void intake_begin_at(struct intake *in, const struct intake_plan *plan, int32_t year,
                     const struct intake_position *before)
{
    in->data = slice_none();
    in->pos = 0;
    in->last = false;
    in->skipping = false;
    in->base = before->offset;
    in->line = before->line;
    in->record = before->record;
    in->year = year;
    in->has_broken = false;
    in->cut_reported = false;
    in->plan = *plan;
    in->format = formats[plan->format];
    in->wanted = plan->format;
    build_reset(&in->build);
    if (in->format == NULL) return; /* not told yet */
    in->marked = before->offset > 0;
    if (in->format->begin != NULL) in->format->begin(in);
}

void intake_begin(struct intake *in, enum intake_format format, int32_t year)
{
    const struct intake_plan plan = { .format = INTAKE_AUTO };
    const struct intake_position start = {};
    intake_begin_at(in, &plan, year, &start);
    in->wanted = format;
}

void intake_data(struct intake *in, slice data, bool last)
{
    in->base += in->pos;
    in->pos = 0;
    in->data = data;
    in->last = last;
}

size_t intake_taken(const struct intake *in)
{
    return in->pos;
}

enum intake_format intake_format(const struct intake *in)
{
    return in->plan.format;
}

/* Chooses the format by the start of the input; false if more bytes are needed to tell. */
static bool detect(struct intake *in)
{
    struct intake_plan plan = {};
    const struct intake_position start = {};
    const slice data = in->data;
    const bool last = in->last;
    if (!intake_plan_of(data, last, in->wanted, &plan)) return false;
    intake_begin_at(in, &plan, in->year, &start);
    in->data = data;
    in->last = last;
    return true;
}

/* The byte order mark is no part of the first record. */
static void pass_mark(struct intake *in)
{
    const size_t bytes = in->plan.mark_bytes;
    if (!in->marked && in->data.len >= bytes) in->pos = bytes;
    in->marked = true;
}

static enum intake_answer hand_out_broken(struct intake *in, struct event *ret_event)
{
    in->has_broken = false;
    build_reset(&in->build);
    *ret_event = (struct event){
        .fields = in->build.fields,
        .raw = in->broken,
        .logsource = { .product = slice_none(), .service = slice_none() },
    };
    return INTAKE_EVENT;
}

static enum intake_answer hand_out(struct intake *in, struct event *ret_event)
{
    *ret_event = (struct event){
        .raw = in->raw,
        .parsed = in->parsed,
        .cut = in->build.cut,
        .logsource = in->stated,
    };
    routes_apply(in->routes, &in->build, ret_event);
    ret_event->fields = in->build.fields;
    ret_event->field_count = in->build.count;
    return INTAKE_EVENT;
}

enum intake_answer intake_next(struct intake *in, struct event *ret_event,
                               struct intake_position *ret_at, struct fault *ret_fault)
{
    *ret_at = in->at;
    if (in->has_broken) return hand_out_broken(in, ret_event);
    if (in->cut_reported) {
        in->cut_reported = false;
        return hand_out(in, ret_event);
    }
    if (in->format == NULL && !detect(in)) return INTAKE_MORE;
    if (!in->marked) pass_mark(in);
    build_reset(&in->build);
    in->stated = (struct logsource){ .product = slice_none(), .service = slice_none() };
    const enum intake_answer answer = in->format->next(in, ret_fault);
    *ret_at = in->at;
    if (answer != INTAKE_EVENT) return answer;
    if (in->build.cut) {
        in->cut_reported = true;
        ignore(fault_set(ret_fault, FAIL(E_LIMIT),
                         "the event is above a limit (1,024 fields, 64 KiB a value); the rest of "
                         "it is left out"),
               "the answer says so");
        return INTAKE_FAULT;
    }
    return hand_out(in, ret_event);
}
