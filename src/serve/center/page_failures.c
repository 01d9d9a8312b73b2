/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own failures: late reports, restatements, gaps in what was recorded, attestations that
 * refuse.
 */
#include "base/bytes.h"
#include "base/timestamp.h"
#include "report/report.h"
#include "serve/center/pages.h"
#include "base/banned.h"

enum {
    ROWS_MAX = 120,
    DUE_MONTHS = 2 /* behind the end of the period (Regulation (EU) 2024/2835) */
};

/* When a report on the period was due; 0 if the period is none. */
static uint64_t due_of(slice period)
{
    struct report_period of = {};
    if (report_period_parse(period, &of).code != E_OK) return 0;
    const struct civil day = { .year = 1970 + (of.month_last + 1 + DUE_MONTHS) / 12,
                               .month = (uint8_t)((of.month_last + 1 + DUE_MONTHS) % 12 + 1),
                               .day = 1 };
    int64_t ns = 0;
    return timestamp_from_civil(&day, &ns).code == E_OK ? (uint64_t)(ns / 1000000000) : 0;
}

static void put_report_row(struct page *p, const struct facts_entry *e, const char *what)
{
    page_put(p, "<tr><td>");
    page_date(p, e->entry.time_s);
    page_put(p, "</td><th scope=\"row\"><a href=\"/reports/");
    page_text(p, facts_field(e, FIELD_report_period));
    page_printf(p, "/%llu/\">", (unsigned long long)facts_number(e, FIELD_report_version));
    page_text(p, facts_field(e, FIELD_report_period));
    page_printf(p, ", version %llu</a></th><td>%s",
                (unsigned long long)facts_number(e, FIELD_report_version), what);
}

/* Rows for a report: late, restated. */
static size_t put_report(struct page *p, const struct facts_entry *e)
{
    size_t rows = 0;
    const uint64_t due_s = due_of(facts_field(e, FIELD_report_period));
    const bool is_first = facts_number(e, FIELD_report_version) <= 1;
    if (is_first && due_s > 0 && e->entry.time_s >= due_s) {
        const uint64_t days = (e->entry.time_s - due_s) / 86400 + 1;
        put_report_row(p, e, "Published late: ");
        page_printf(p, "%llu day%s after it was due</td></tr>\n", (unsigned long long)days,
                    days == 1 ? "" : "s");
        rows++;
    }
    if (!is_first) {
        put_report_row(p, e, "Restated: ");
        page_text(p, facts_field(e, FIELD_report_reason));
        page_put(p, "</td></tr>\n");
        rows++;
    }
    return rows;
}

static void put_reports(struct page *p)
{
    static const char *const heads[] = { "Day", "Report", "What went wrong", NULL };
    const size_t table = p->w.len;
    size_t at = p->view->facts->entry_count;
    size_t rows = 0;
    page_put(p, "<h2 id=\"reports\">Reports</h2>\n");
    page_table(p, "Late and restated reports", heads);
    for (const struct facts_entry *e = facts_before(p->view->facts, KIND_report, &at);
         e != NULL && rows < ROWS_MAX; e = facts_before(p->view->facts, KIND_report, &at))
        rows += put_report(p, e);
    page_table_end(p);
    if (rows > 0) return;
    p->w.len = table;
    page_put(p, "<h2 id=\"reports\">Reports</h2>\n");
    page_empty(p, "No report was late, and none had to be restated.");
}

static void put_gap(struct page *p, const struct facts_entry *e)
{
    page_put(p, "<tr><td>");
    page_time(p, e->entry.time_s);
    page_put(p, "</td><td>");
    page_word(p, facts_choice(e, COLUMN_gap_source_class));
    page_put(p, "</td><td>");
    page_word(p, facts_choice(e, COLUMN_gap_cause));
    page_put(p, "</td><td>");
    page_entry(p, e);
    page_put(p, "</td></tr>\n");
}

static void put_gaps(struct page *p)
{
    static const char *const heads[] = { "Noticed", "Kind of source", "Cause", "Record", NULL };
    size_t at = p->view->facts->entry_count;
    size_t rows = 0;
    const struct facts_entry *e = facts_before(p->view->facts, KIND_gap, &at);
    page_put(p, "<h2 id=\"gaps\">Gaps</h2>\n<p>Where a source numbers what it sends, or says how "
                "often it sends, a hole in it is seen, recorded, and stays here.</p>\n");
    if (e == NULL) {
        page_empty(p, "No gap has been published.");
        return;
    }
    page_table(p, "Known gaps, the newest first", heads);
    for (; e != NULL && rows < ROWS_MAX; e = facts_before(p->view->facts, KIND_gap, &at), rows++)
        put_gap(p, e);
    page_table_end(p);
}

void page_failures(struct page *p, slice rest, slice token)
{
    static const char *const not_proven[] = {
        "That this is all that went wrong: what nobody noticed is not here.",
        "Gaps of sources that neither number what they send nor say how often they do.",
        NULL,
    };
    (void)rest;
    (void)token;
    page_begin(p, "/failures", "Our own failures");
    page_put(p, "<p class=\"lead\">Late reports, corrected numbers, holes in what was recorded. "
                "Computed from the log, never typed, and nothing here ever goes away.</p>\n");
    put_reports(p);
    put_gaps(p);
    page_end(p, not_proven);
}
