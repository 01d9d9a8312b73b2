/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own failures: late reports, restatements, gaps in what was recorded, attestations that
 * refuse.
 */
#include "base/bytes.h"
#include "report/register.h"
#include "serve/center/pages.h"
#include "base/banned.h"

enum { ROWS_MAX = 120 };

/* Rows of the table of reports. */
struct failed {
    struct page *page;
    size_t rows;
};

static void put_days(struct page *p, uint64_t seconds)
{
    const uint64_t days = seconds / 86400 + 1;
    page_printf(p, "%llu day%s", (unsigned long long)days, days == 1 ? "" : "s");
}

static void put_report(struct page *p, const struct register_failure *failure)
{
    const struct registered *r = failure->report;
    page_date(p, r->time_s);
    page_printf(p, "</td><th scope=\"row\"><a href=\"/reports/%s/%llu/\">%s, version %llu</a>",
                failure->period.name, (unsigned long long)r->version, failure->period.name,
                (unsigned long long)r->version);
}

static void put_reason(struct page *p, const struct register_failure *failure)
{
    switch (failure->kind) {
    case REGISTER_LATE:
        page_put(p, "Published late, by ");
        put_days(p, failure->late_s);
        break;
    case REGISTER_MISSING:
        page_put(p, "Not published yet, late by ");
        put_days(p, failure->late_s);
        break;
    case REGISTER_RESTATED:
    default:
        page_put(p, "Restated: ");
        page_text(p, slice_text(failure->report->reason));
    }
}

static void put_failure(void *with, const struct register_failure *failure)
{
    struct failed *failed = with;
    struct page *p = failed->page;
    if (failed->rows++ >= ROWS_MAX) return;
    page_put(p, "<tr><td>");
    if (failure->report != NULL) {
        put_report(p, failure);
    } else {
        page_date(p, failure->due_s);
        page_printf(p, "</td><th scope=\"row\">%s", failure->period.name);
    }
    page_put(p, "</th><td>");
    put_reason(p, failure);
    page_put(p, "</td></tr>\n");
}

/* The reports that the facts tell of. */
static status read_register(const struct facts *facts, struct report_register *r)
{
    struct fault unused;
    for (size_t i = 0; i < facts->entry_count; i++) {
        const struct facts_entry *e = &facts->entries[i];
        if (e->entry.schema->kind != KIND_report) continue;
        TRY(register_add(r, e->index, &e->entry, &unused));
    }
    return OK;
}

static void put_reports(struct page *p)
{
    static const char *const heads[] = { "Day", "Report", "What went wrong", NULL };
    struct report_register reports = {};
    struct failed failed = { .page = p };
    page_put(p, "<h2 id=\"reports\">Reports</h2>\n");
    const size_t table = p->w.len;
    page_table(p, "Late, missing and restated reports", heads);
    const status s = read_register(p->view->facts, &reports);
    if (s.code == E_OK) {
        register_failures(&reports, p->view->facts->time_s, put_failure, &failed);
    }
    page_table_end(p);
    register_done(&reports);
    if (failed.rows > 0) return;
    p->w.len = table;
    page_empty(p, s.code == E_OK ? "No report was late or is missing, and none had to be restated."
                                 : "The list cannot be made: this node is out of memory.");
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
