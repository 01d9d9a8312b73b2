/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/plan.h"

#include "base/bytes.h"
#include "intake/evtx/evtx.h"
#include "intake/reader.h"
#include "base/banned.h"

/* In the order of detection: each is more forgiving than the one before. */
static const enum intake_format detected[] = {
    INTAKE_EVTX, INTAKE_JSON, INTAKE_AUDITD, INTAKE_JOURNAL, INTAKE_SYSLOG, INTAKE_CSV, INTAKE_TEXT,
};

static enum intake_format detect(slice start, bool all)
{
    for (size_t i = 0; i < COUNT_OF(detected); i++) {
        if (reader_format(detected[i])->detect(start, all)) return detected[i];
    }
    return INTAKE_TEXT;
}

static enum intake_cut cut_of(enum intake_format format, slice start)
{
    switch (format) {
    case INTAKE_EVTX:
        return INTAKE_CUT_CHUNKS;
    case INTAKE_JSON:
        return json_is_lines(start) ? INTAKE_CUT_LINES : INTAKE_CUT_NOWHERE;
    case INTAKE_SYSLOG:
    case INTAKE_TEXT:
        return INTAKE_CUT_LINES;
    case INTAKE_AUTO:
    case INTAKE_AUDITD:
    case INTAKE_JOURNAL:
    case INTAKE_CSV:
    case INTAKE_FORMAT_COUNT:
        return INTAKE_CUT_NOWHERE;
    }
    return INTAKE_CUT_NOWHERE;
}

bool intake_plan_of(slice start, bool all, enum intake_format wanted, struct intake_plan *ret_plan)
{
    struct intake_plan plan = { .format = wanted };
    if (start.len < INTAKE_DETECT_BYTES && !all) return false;
    if (slice_starts(start, slice_text("\xef\xbb\xbf"))) {
        plan.mark_bytes = 3;
        start = slice_from(start, plan.mark_bytes);
    }
    const bool cut = start.len > INTAKE_DETECT_BYTES;
    if (cut) start.len = INTAKE_DETECT_BYTES;
    if (wanted == INTAKE_AUTO) plan.format = detect(start, all && !cut);
    plan.cut = cut_of(plan.format, start);
    *ret_plan = plan;
    return true;
}

size_t intake_cut_at(const struct intake_plan *plan, uint64_t offset, slice data)
{
    switch (plan->cut) {
    case INTAKE_CUT_LINES: {
        const uint8_t *newline = data.len == 0 ? NULL : memrchr(data.at, '\n', data.len);
        return newline == NULL ? 0 : (size_t)(newline - data.at) + 1;
    }
    case INTAKE_CUT_CHUNKS:
        return evtx_cut_at(offset, data.len);
    case INTAKE_CUT_NOWHERE:
        return 0;
    }
    return 0;
}

/* As reader_line: a blank line is no record, unless it is too long to be looked at. */
static void count_lines(slice piece, struct intake_position *before)
{
    while (piece.len > 0) {
        const uint8_t *newline = memchr(piece.at, '\n', piece.len);
        const size_t len = newline == NULL ? piece.len : (size_t)(newline - piece.at);
        const bool blank = len <= EVENT_BYTES_MAX && reader_trim((slice){ piece.at, len }).len == 0;
        before->record += !blank;
        before->line += newline != NULL;
        piece = slice_from(piece, len + (newline != NULL));
    }
}

void intake_count(const struct intake_plan *plan, slice piece, struct intake_position *before)
{
    if (plan->cut == INTAKE_CUT_CHUNKS) {
        before->record += evtx_count(before->offset, piece);
    } else {
        const size_t mark = before->offset == 0 ? plan->mark_bytes : 0;
        count_lines(slice_from(piece, mark), before);
    }
    before->offset += piece.len;
}
