/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services and periods: TR-14 to TR-17.
 */
#include "report/lint/period.h"

#include "base/num.h"
#include "base/timestamp.h"
#include "report/lint/check_set.h"
#include "report/lint/label.h"
#include "base/banned.h"

enum { DAY_BYTES = 10, MONTHS_TO_PUBLISH = 2 };
static const int64_t DAY_NS = INT64_C(86400) * 1000000000;

bool period_day(slice text, int64_t *ret_day)
{
    int64_t ns = 0;
    text = label_trim(text);
    if (text.len != DAY_BYTES || text.at[4] != '-' || text.at[7] != '-') return false;
    const struct writer whole = writer_of((uint8_t[DAY_BYTES + 10]){}, DAY_BYTES + 10);
    struct writer w = whole;
    writer_bytes(&w, text);
    writer_text(&w, "T00:00:00Z");
    if (timestamp_parse_iso(writer_slice(&w), &ns).code != E_OK) return false;
    *ret_day = ns / DAY_NS;
    return true;
}

bool period_days(slice text, int64_t *ret_start, int64_t *ret_end)
{
    text = label_trim(text);
    if (text.len != 2 * DAY_BYTES + 1 || text.at[DAY_BYTES] != '/') return false;
    return period_day((slice){ text.at, DAY_BYTES }, ret_start) &&
           period_day(slice_from(text, DAY_BYTES + 1), ret_end);
}

static bool day_of(const struct set *s, enum template_indicator indicator, int64_t *ret_day)
{
    const struct listed of = set_listed(s, indicator, SCOPE_NONE);
    if (of.row == NULL) return false;
    return period_day(table_cell(&of.place.file->table, of.place.row, of.place.column), ret_day);
}

/* The first period that a part behind the first one states. */
static void from_rows(const struct set *s, struct set_period *p)
{
    for (uint8_t n = 3; n <= TEMPLATE_PARTS; n++) {
        const struct part *part = &s->parts[n];
        const int column = part_role(part, ROLE_PERIOD);
        if (part->file == NULL || part->row_count == 0) continue;
        p->has_start = p->has_end =
            period_days(part_cell(part, &part->rows[0], (size_t)column), &p->start, &p->end);
        if (p->has_start) return;
    }
}

struct set_period period_of(const struct set *s)
{
    struct set_period p = {};
    p.has_start = day_of(s, INDICATOR_PERIOD_START, &p.start);
    p.has_end = day_of(s, INDICATOR_PERIOD_END, &p.end);
    p.has_published = day_of(s, INDICATOR_PUBLISHED, &p.published);
    p.has_before = day_of(s, INDICATOR_PUBLISHED_BEFORE, &p.before);
    if (!p.has_start && !p.has_end) from_rows(s, &p);
    return p;
}

/* ---- TR-14 ---- */

/* The first service that is named. */
static slice service_of(const struct set *s)
{
    for (uint8_t n = 1; n <= TEMPLATE_PARTS; n++) {
        const struct part *p = &s->parts[n];
        const int column = part_role(p, ROLE_SERVICE);
        for (size_t i = 0; p->file != NULL && column != NONE && i < p->row_count; i++) {
            const slice service = label_trim(part_cell(p, &p->rows[i], (size_t)column));
            if (service.len > 0) return service;
        }
    }
    return slice_none();
}

static void check_service(struct lint *l, const struct part *p, slice service)
{
    const int column = part_role(p, ROLE_SERVICE);
    if (column == NONE || p->at[column] == NONE) return;
    for (size_t i = 0; i < p->row_count; i++) {
        const slice is = label_trim(part_cell(p, &p->rows[i], (size_t)column));
        if (p->rows[i].blank || slice_equal(is, service)) continue;
        lint_say(l, 14, LINT_ERROR, part_place(p, &p->rows[i], (size_t)column), service,
                 "another service than in the parts before");
        return;
    }
}

/* ---- TR-15 ---- */

static void check_part_period(struct lint *l, const struct part *p, const struct set_period *want)
{
    const int column = part_role(p, ROLE_PERIOD);
    if (column == NONE || p->at[column] == NONE) return;
    for (size_t i = 0; i < p->row_count; i++) {
        const slice cell = part_cell(p, &p->rows[i], (size_t)column);
        int64_t start = 0;
        int64_t end = 0;
        if (p->rows[i].blank || is_left_in(cell)) continue;
        const bool fits = period_days(cell, &start, &end);
        const bool same = fits && start <= end && (!want->has_start || start == want->start) &&
                          (!want->has_end || end == want->end);
        if (same) continue;
        lint_say(l, 15, LINT_ERROR, part_place(p, &p->rows[i], (size_t)column), slice_none(), "%s",
                 !fits         ? "a period is YYYY-MM-DD/YYYY-MM-DD"
                 : start > end ? "the period starts after its end"
                               : "another period than in the parts before");
        return;
    }
}

static void check_day(struct lint *l, const struct set *s, enum template_indicator indicator,
                      unsigned rule, bool has_day)
{
    const struct listed of = set_listed(s, indicator, SCOPE_NONE);
    if (has_day || of.row == NULL) return;
    const slice cell = table_cell(&of.place.file->table, of.place.row, of.place.column);
    if (is_left_in(cell) || label_trim(cell).len == 0) return;
    lint_say(l, rule, LINT_ERROR, of.place, slice_none(), "a day is YYYY-MM-DD");
}

/* ---- TR-16 ---- */

static struct civil civil_of(int64_t day)
{
    return timestamp_to_civil(day * DAY_NS);
}

/* The day of a date; month 13 is January of the next year. */
static int64_t day_number(int32_t year, int month, int day)
{
    int64_t ns = 0;
    const struct civil c = { .year = year + (month - 1) / 12,
                             .month = (uint8_t)((month - 1) % 12 + 1),
                             .day = (uint8_t)day };
    ignore(timestamp_from_civil(&c, &ns), "the years of reports are in range");
    return ns / DAY_NS;
}

static bool is_calendar(int64_t start, int64_t end, bool half)
{
    const struct civil s = civil_of(start);
    const int months = half ? 6 : 12;
    const bool begins = s.day == 1 && (s.month == 1 || (half && s.month == 7));
    return begins && end == day_number(s.year, s.month + months, 1) - 1;
}

static void check_length(struct lint *l, const struct set *s, const struct set_period *p)
{
    const struct listed end = set_listed(s, INDICATOR_PERIOD_END, SCOPE_NONE);
    if (!p->has_start || !p->has_end || p->start > p->end || end.row == NULL) return;
    const bool vlop = s->tier >= TIER_VLOP;
    const bool transition = p->start == day_number(2025, 7, 1) && //
                            p->end == day_number(2025, 12, 31);
    if (transition || is_calendar(p->start, p->end, vlop)) return;
    lint_say(l, 16, LINT_ERROR, end.place, slice_none(), "the period is no calendar %s",
             vlop ? "half-year" : "year");
}

/* ---- TR-17 ---- */

static void check_publication(struct lint *l, const struct set *s, const struct set_period *p)
{
    const struct listed published = set_listed(s, INDICATOR_PUBLISHED, SCOPE_NONE);
    const struct listed before = set_listed(s, INDICATOR_PUBLISHED_BEFORE, SCOPE_NONE);
    if (!p->has_published) return;
    if (p->has_end && p->published <= p->end) {
        lint_say(l, 17, LINT_ERROR, published.place, slice_none(),
                 "published before the period has ended");
    } else if (p->has_end) {
        const struct civil c = civil_of(p->end);
        const int64_t last = day_number(c.year, c.month + MONTHS_TO_PUBLISH + 1, 1) - 1;
        if (p->published > last) {
            lint_say(l, 17, LINT_ERROR, published.place, slice_none(),
                     "published more than two months after the period");
        }
    }
    if (p->has_before && p->before >= p->published) {
        lint_say(l, 17, LINT_ERROR, before.place, slice_none(),
                 "the previous report is not older than this one");
    }
}

void check_period(struct lint *l, const struct set *s)
{
    const struct set_period p = period_of(s);
    const slice service = service_of(s);
    for (uint8_t n = 1; n <= TEMPLATE_PARTS; n++) {
        if (s->parts[n].file == NULL) continue;
        check_service(l, &s->parts[n], service);
        check_part_period(l, &s->parts[n], &p);
    }
    check_day(l, s, INDICATOR_PERIOD_START, 15, p.has_start);
    check_day(l, s, INDICATOR_PERIOD_END, 15, p.has_end);
    check_day(l, s, INDICATOR_PUBLISHED, 17, p.has_published);
    check_day(l, s, INDICATOR_PUBLISHED_BEFORE, 17, p.has_before);
    const struct listed end = set_listed(s, INDICATOR_PERIOD_END, SCOPE_NONE);
    if (p.has_start && p.has_end && p.start > p.end && end.row != NULL) {
        lint_say(l, 15, LINT_ERROR, end.place, slice_none(), "the period starts after its end");
    }
    check_length(l, s, &p);
    check_publication(l, s, &p);
}
