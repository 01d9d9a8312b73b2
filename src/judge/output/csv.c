/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/output/csv.h"

#include "base/bytes.h"
#include "base/csv.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "base/banned.h"

/* A cell is written in parts between the two; all cells of texts are quoted. */
static void cell_open(struct writer *w, slice start)
{
    writer_u8(w, '"');
    if (csv_is_formula(start)) writer_u8(w, '\'');
}

static void cell_text(struct writer *w, slice text, size_t max)
{
    slice rest = text_cut(text, max);
    while (rest.len > 0) {
        uint32_t code_point = 0;
        size_t len = 1;
        if (text_code_point(rest, &code_point, &len).code != E_OK) {
            writer_text(w, "\xef\xbf\xbd");
        } else if (code_point == '"') {
            writer_text(w, "\"\"");
        } else if ((code_point < 0x20 && code_point != '\n') || code_point == 0x7f) {
            writer_u8(w, ' ');
        } else {
            writer_bytes(w, (slice){ rest.at, len });
        }
        rest = slice_from(rest, len);
    }
    if (text.len > max) writer_text(w, "…");
}

static void cell_close(struct writer *w, bool is_last)
{
    writer_text(w, is_last ? "\"\r\n" : "\",");
}

static void cell(struct writer *w, slice text)
{
    cell_open(w, text);
    cell_text(w, text, OUTPUT_VALUE_BYTES_MAX);
    cell_close(w, false);
}

static void number(struct writer *w, uint64_t value)
{
    writer_dec(w, value);
    writer_u8(w, ',');
}

static void cell_tags(struct writer *w, const struct rule_texts *tags)
{
    cell_open(w, tags->count > 0 ? tags->at[0] : slice_none());
    for (size_t i = 0; i < tags->count && i < OUTPUT_TAGS_MAX; i++) {
        if (i > 0) writer_u8(w, ' ');
        cell_text(w, tags->at[i], OUTPUT_NAME_BYTES_MAX);
    }
    cell_close(w, false);
}

static void cell_selections(struct writer *w, const struct finding *f)
{
    cell_open(w, f->field_count > 0 ? f->fields[0].selection : slice_none());
    for (size_t i = 0; i < f->field_count; i++) {
        const slice selection = f->fields[i].selection;
        if (i > 0 && slice_equal(selection, f->fields[i - 1].selection)) continue;
        if (i > 0) writer_u8(w, ' ');
        cell_text(w, selection, OUTPUT_NAME_BYTES_MAX);
    }
    cell_close(w, false);
}

static void cell_matched(struct writer *w, const struct finding *f)
{
    cell_open(w, f->field_count > 0 ? f->fields[0].name : slice_none());
    for (size_t i = 0; i < f->field_count; i++) {
        if (i > 0) writer_u8(w, '\n');
        cell_text(w, f->fields[i].name, OUTPUT_NAME_BYTES_MAX);
        writer_u8(w, '=');
        cell_text(w, f->fields[i].value, OUTPUT_VALUE_BYTES_MAX);
    }
    for (size_t i = 0; i < f->group_count && i < OUTPUT_TAGS_MAX; i++) {
        if (i > 0) writer_u8(w, '\n');
        cell_text(w, f->groups[i].field, OUTPUT_NAME_BYTES_MAX);
        writer_u8(w, '=');
        cell_text(w, f->groups[i].value, OUTPUT_VALUE_BYTES_MAX);
    }
    cell_close(w, false);
}

static void cell_time(struct writer *w, const struct finding *f, int64_t ns)
{
    uint8_t time[TIMESTAMP_BYTES_MAX];
    const bool known = f->kind == FINDING_CORRELATION;
    cell(w, known ? (slice){ time, timestamp_write(ns, time) } : slice_none());
}

/* The events of a correlation's window, one a line. */
static void cell_events(struct writer *w, const struct output_item *item)
{
    cell_open(w, item->event_count > 0 ? item->events[0].file : slice_none());
    for (size_t i = 0; i < item->event_count; i++) {
        const struct output_event *e = &item->events[i];
        const bool has_line = e->line > 0;
        if (i > 0) writer_u8(w, '\n');
        cell_text(w, e->file, OUTPUT_VALUE_BYTES_MAX);
        writer_printf(w, has_line ? " line %llu" : " record %llu",
                      (unsigned long long)(has_line ? e->line : e->record));
        if (e->element > 0) writer_printf(w, " element %u", e->element);
    }
    if (item->finding->kind == FINDING_CORRELATION && output_events_left(item) > 0) {
        writer_printf(w, "\nand %llu more", (unsigned long long)output_events_left(item));
    }
    cell_close(w, true);
}

void csv_head(struct writer *w)
{
    writer_text(w, "time,level,rule,title,author,tags,file,line,record,offset,uid,selections,"
                   "matched,first_seen,last_seen,events\r\n");
}

void csv_write(struct writer *w, const struct output_item *item)
{
    const struct finding *f = item->finding;
    uint8_t time[TIMESTAMP_BYTES_MAX];
    char uid[OUTPUT_UID_CHARS + 1];
    output_uid(item, uid);
    cell(w, f->is_time_assumed ? slice_none() : (slice){ time, timestamp_write(f->time_ns, time) });
    cell(w, slice_text(rule_level_name(f->rule->level)));
    cell(w, rule_reference(f->rule));
    cell(w, output_title(f->rule));
    cell(w, f->rule->author);
    cell_tags(w, &f->rule->tags);
    cell(w, item->file);
    number(w, item->line);
    number(w, item->record);
    number(w, item->offset);
    cell(w, slice_text(uid));
    cell_selections(w, f);
    cell_matched(w, f);
    cell_time(w, f, f->window_start_ns);
    cell_time(w, f, f->window_end_ns);
    cell_events(w, item);
}
